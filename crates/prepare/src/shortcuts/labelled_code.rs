//! What rules without knowledge can see of the code of a dataset.

use streamguard_engine::{JobError, MergeContext};
use streamguard_evaluate::baseline::{FeatureReader, TrainingSet};
use streamguard_evaluate::{CodeSide, ExampleReader};
use streamguard_table::{SplitName, TableDataset, TableError};
use twox_hash::XxHash64;

use super::length_match::length_matched;
use crate::job::PrepareJob;
use crate::prepared_dataset::{RowPlace, job_error};
use crate::row_table::TextNumber;

/// Names by which code may be recognised: of the function, the file and the repository.
pub(super) const NAMES: usize = 3;

/// Labelled code of one row: all that is known of it but the code itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodeFacts {
    /// Number of the text.
    pub(super) text: TextNumber,
    pub(super) split: SplitName,
    pub(super) component: u32,
    pub(super) vulnerable: bool,
    pub(super) tokens: u32,
    /// Hashes of its names.
    pub(super) names: [Option<u64>; NAMES],
}

/// All labelled code of a prepared dataset, in the order of the rows.
#[derive(Debug)]
pub(crate) struct LabelledCode {
    pub(super) facts: Vec<CodeFacts>,
    /// Numbers of the vulnerable code of each pair; the fixed code follows it.
    pub(super) pairs: Vec<u32>,
    /// What a baseline learns from, if one is wanted.
    pub(super) training: Option<TrainingSet>,
}

impl LabelledCode {
    /// Reads the labelled code of the rows that are in a split. `tokens` has the length of both sides of each row.
    pub(crate) fn read(
        job: &PrepareJob,
        own: &TableDataset,
        places: &[Option<RowPlace>],
        tokens: &[u32],
        merge: &MergeContext<'_>,
    ) -> Result<Self, JobError> {
        let reader = ExampleReader::new(own, job.language);
        let in_train = places.iter().flatten().filter(|place| place.split == SplitName::Train).count();
        let offered = in_train * if reader.has_pairs() { 2 } else { 1 };
        let training = job.baseline.then(|| TrainingSet::new(job.seed, offered));
        let mut code = Self { facts: Vec::new(), pairs: Vec::new(), training };
        let mut features = FeatureReader::default();
        let read = own.for_each_row(reader.columns(), |row_number, _, row| {
            if merge.check_stopped().is_err() {
                return Err(TableError::Stopped);
            }
            let Some(place) = places.get(row_number).copied().flatten() else { return Ok(()) };
            let names = reader.names(&row).map(|name| Some(XxHash64::oneshot(0, name?.as_bytes())));
            let first = code.facts.len();
            for example in reader.examples(&row) {
                let Some(vulnerable) = example.label else { continue };
                let side = usize::from(example.side == Some(CodeSide::After));
                let tokens = tokens[2 * row_number + side];
                let RowPlace { split, component, .. } = place;
                let text = (2 * row_number + side) as TextNumber;
                code.facts.push(CodeFacts { text, split, component, vulnerable, tokens, names });
                if let Some(training) = &mut code.training
                    && split == SplitName::Train
                    && training.wants_next()
                {
                    let read = features.read(example.code.unwrap_or_default(), reader.syntax(&row));
                    training.add(read, vulnerable);
                }
            }
            if code.facts.len() == first + 2 {
                code.pairs.push(first as u32);
            }
            Ok(())
        });
        read.map_err(job_error)?;
        Ok(code)
    }

    /// Returns which of so many rows are in the length-matched subset of their split: `None` for those without a label.
    pub(crate) fn length_matched(&self, seed: u64, rows: usize) -> Vec<Option<bool>> {
        let mut matched = vec![None; rows];
        for (code, is_matched) in self.facts.iter().zip(length_matched(self, seed)) {
            matched[code.text as usize / 2] = Some(is_matched);
        }
        matched
    }

    /// Returns whether each of so many texts is vulnerable; `None` for those without a label.
    pub(crate) fn labels(&self, texts: usize) -> Vec<Option<bool>> {
        let mut labels = vec![None; texts];
        for code in &self.facts {
            labels[code.text as usize] = Some(code.vulnerable);
        }
        labels
    }
}
