//! All rows of a job, column by column.

use std::collections::BTreeMap;

use streamguard_engine::JobError;

use crate::code_features::CodeFeatures;
use crate::near::NearIndex;
use crate::row_facts::RowFacts;

/// Number of a text: twice the row, and one more for the code after the fix.
pub(crate) type TextNumber = u32;

/// Facts about all rows. Rows of excluded datasets stand behind those of the dataset itself.
#[derive(Debug)]
pub(crate) struct RowTable {
    /// Number of all rows.
    pub(crate) rows: usize,
    /// Repository of each row, as a place in `repository_names`.
    pub(crate) repositories: Vec<Option<u32>>,
    pub(crate) repository_names: BTreeMap<String, u32>,
    pub(crate) dates: Vec<Option<i64>>,
    /// Whether each row is benign code beside a sample.
    pub(crate) benign: Vec<bool>,
    /// Hashes of files at commits, with the rows whose code is of them; none unless benign code is wanted.
    pub(crate) files: Vec<(u64, u32)>,
    /// Number of tokens of each text.
    pub(crate) tokens: Vec<u32>,
    /// The same as the tokenizer of a model counts them; empty without one.
    pub(crate) model_tokens: Vec<u32>,
    /// Features of each row; empty if they are not wanted.
    pub(crate) features: Vec<CodeFeatures>,
    /// Hashes of commits, advisories and templates, with the rows that have them.
    pub(crate) commits: Vec<(u64, u32)>,
    pub(crate) advisories: Vec<(u64, u32)>,
    pub(crate) families: Vec<(u64, u32)>,
    /// Digests of the tokens of all texts that have any.
    pub(crate) digests: Vec<(u128, TextNumber)>,
}

impl RowTable {
    pub(crate) fn new() -> Self {
        Self {
            rows: 0,
            repositories: Vec::new(),
            repository_names: BTreeMap::new(),
            dates: Vec::new(),
            benign: Vec::new(),
            files: Vec::new(),
            tokens: Vec::new(),
            model_tokens: Vec::new(),
            features: Vec::new(),
            commits: Vec::new(),
            advisories: Vec::new(),
            families: Vec::new(),
            digests: Vec::new(),
        }
    }

    /// Returns the number of tokens of both sides of a row, as the tokenizer of the model counts them if there is one.
    pub(crate) fn sides(&self, row: usize) -> [u32; 2] {
        let tokens = if self.model_tokens.is_empty() { &self.tokens } else { &self.model_tokens };
        [tokens[2 * row], tokens[2 * row + 1]]
    }

    /// Adds the next row, and the sketches of its code to an index.
    pub(crate) fn push(&mut self, facts: &RowFacts, index: &mut NearIndex) -> Result<(), JobError> {
        let row = self.rows as u32;
        for (side, text) in (0..).zip(&facts.texts) {
            let sketch = text.as_ref().map(|text| text.unpack()).transpose()?;
            self.tokens.push(sketch.as_ref().map_or(0, |sketch| sketch.tokens));
            if let Some(sketch) = sketch.filter(|sketch| sketch.tokens > 0) {
                self.digests.push((sketch.digest, 2 * row + side));
                index.add(2 * row + side, &sketch);
            }
        }
        let next = self.repository_names.len() as u32;
        let names = &mut self.repository_names;
        self.repositories
            .push(facts.repository.as_ref().map(|name| *names.entry(name.clone()).or_insert(next)));
        self.dates.push(facts.date);
        self.benign.push(facts.benign);
        self.files.extend(facts.file.map(|file| (file, row)));
        self.model_tokens.extend(facts.model_tokens.into_iter().flatten());
        self.features.extend(facts.features.clone());
        self.commits.extend(facts.commits.iter().map(|commit| (*commit, row)));
        self.advisories.extend(facts.advisories.iter().map(|advisory| (*advisory, row)));
        self.families.extend(facts.family.map(|family| (family, row)));
        self.rows += 1;
        Ok(())
    }
}
