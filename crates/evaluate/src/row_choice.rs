//! Part of a dataset that is evaluated.

use streamguard_table::{SplitName, TableDataset};

/// Rows of a dataset that are evaluated or predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowChoice {
    /// All rows.
    All,
    /// The rows of one split.
    Split(SplitName),
}

impl RowChoice {
    /// Returns the choice for a dataset of which nothing else is said: its test split, or all rows if it has no splits.
    pub fn default_for(dataset: &TableDataset) -> Self {
        let has_splits =
            dataset.roles.split.is_some() || dataset.files.iter().any(|file| file.split.is_some());
        if has_splits { Self::Split(SplitName::Test) } else { Self::All }
    }

    /// Returns the name in files and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Split(split) => split.name(),
        }
    }

    /// Tells whether a row of a split is chosen.
    pub fn accepts(self, split: Option<SplitName>) -> bool {
        match self {
            Self::All => true,
            Self::Split(chosen) => split == Some(chosen),
        }
    }
}
