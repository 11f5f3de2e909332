//! Rows of a dataset, as far as leaks are concerned.

use std::collections::BTreeMap;

use streamguard_dataset::Language;
use streamguard_table::{CodeReader, SplitName, TableDataset, TableError};

use crate::leaks::SplitChoice;
use crate::near::{MAX_KEPT_ELEMENTS, SetReceiver, ShingleSets, ShingledText};

/// Splits of all rows, and what they may have in common.
#[derive(Default)]
pub(crate) struct LeakIndex {
    pub(crate) splits: Vec<Option<SplitName>>,
    /// File of each row, and its number there.
    pub(crate) places: Vec<(u32, u32)>,
    /// Digests of all texts, with their rows and the numbers of their sets, sorted.
    pub(crate) texts: Vec<(u128, u32, u32)>,
    pub(crate) sets: CodeSets,
    /// Rows in a split that have no token of code.
    pub(crate) rows_without_code: u64,
    pub(crate) commits: Vec<(String, u32)>,
    pub(crate) advisories: Vec<(String, u32)>,
}

/// Sets of shingles of all different code. Copies have one.
#[derive(Default)]
pub(crate) struct CodeSets {
    /// Size of each set.
    pub(crate) sizes: Vec<u32>,
    /// Number of the first text with each set: twice the row, and one more for the code after the fix. These ascend.
    texts: Vec<u32>,
    /// The sets, as long as they are few enough to be kept.
    pub(crate) kept: Option<ShingleSets>,
    elements: u64,
}

impl LeakIndex {
    pub(crate) fn read(
        dataset: &TableDataset,
        language: Option<Language>,
        stopped: &dyn Fn() -> bool,
        split_of: SplitChoice<'_>,
    ) -> Result<Self, TableError> {
        let columns = dataset.role_columns();
        let reader = CodeReader::new(&dataset.roles, &columns, language);
        let mut index = Self::default();
        index.sets.kept = Some(ShingleSets::default());
        let mut text = ShingledText::default();
        let mut known: BTreeMap<u128, u32> = BTreeMap::new();
        let (mut file_number, mut row_in_file) = (0_u32, 0_u32);
        dataset.for_each_row(&columns, |number, file, row| {
            if stopped() {
                return Err(TableError::Stopped);
            }
            while dataset.files[file_number as usize] != *file {
                (file_number, row_in_file) = (file_number + 1, 0);
            }
            index.places.push((file_number, row_in_file));
            row_in_file += 1;
            let split = split_of(number, reader.split(&row, file));
            let number = number as u32;
            index.splits.push(split);
            // Rows in no split leak nothing.
            if split.is_none() {
                return Ok(());
            }
            index.commits.extend(reader.commits(&row).into_iter().map(|commit| (commit, number)));
            index.advisories.extend(reader.advisories(&row).into_iter().map(|advisory| (advisory, number)));
            let code = reader.texts(&row);
            let known_texts = index.texts.len();
            for (side, code_text) in (0..).zip(code.sides) {
                text.read(code_text.unwrap_or_default(), code.syntax);
                if text.token_count() == 0 {
                    continue;
                }
                let digest = text.token_digest();
                let set = *known.entry(digest).or_insert_with(|| index.sets.add(2 * number + side, &text));
                index.texts.push((digest, number, set));
            }
            index.rows_without_code += u64::from(index.texts.len() == known_texts);
            Ok(())
        })?;
        index.texts.sort_unstable();
        index.commits.sort_unstable();
        index.advisories.sort_unstable();
        Ok(index)
    }

    /// Returns the first row in each split with the code of each set.
    pub(crate) fn rows_of_sets(&self) -> Vec<[Option<u32>; 3]> {
        let mut rows = vec![[None; 3]; self.sets.sizes.len()];
        for (_, row, set) in &self.texts {
            if let Some(split) = self.splits[*row as usize] {
                // Copies stand in the order of their rows.
                rows[*set as usize][split as usize].get_or_insert(*row);
            }
        }
        rows
    }
}

impl CodeSets {
    /// Adds the set of a text, and returns its number.
    fn add(&mut self, text_number: u32, text: &ShingledText) -> u32 {
        let set = text.shingle_set();
        self.sizes.push(set.len() as u32);
        self.texts.push(text_number);
        self.elements += set.len() as u64;
        if self.elements > MAX_KEPT_ELEMENTS {
            self.kept = None;
        }
        if let Some(kept) = &mut self.kept {
            kept.push(set);
        }
        self.sizes.len() as u32 - 1
    }

    /// Reads the sets of these numbers from the dataset again.
    pub(crate) fn read(
        &self,
        numbers: &[u32],
        dataset: &TableDataset,
        language: Option<Language>,
        stopped: &dyn Fn() -> bool,
        take: SetReceiver<'_>,
    ) -> Result<(), TableError> {
        let columns = dataset.code_columns();
        let reader = CodeReader::new(&dataset.roles, &columns, language);
        let of_number = |number: &u32| (self.texts[*number as usize], self.sizes[*number as usize]);
        let mut wanted = numbers.iter().map(of_number).peekable();
        let mut text = ShingledText::default();
        dataset.for_each_row(&columns, |row_number, _, row| {
            if stopped() {
                return Err(TableError::Stopped);
            }
            while let Some((number, size)) = wanted.next_if(|(number, _)| (number / 2) as usize == row_number)
            {
                let code = reader.texts(&row);
                text.read(code.sides[(number % 2) as usize].unwrap_or_default(), code.syntax);
                let set = text.shingle_set();
                if set.len() != size as usize {
                    return Err(TableError::Changed);
                }
                take(&set);
            }
            Ok(())
        })?;
        if wanted.peek().is_some() { Err(TableError::Changed) } else { Ok(()) }
    }
}
