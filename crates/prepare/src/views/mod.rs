//! Views: the rows of a prepared dataset once more, in the shapes that models are trained on.

mod augmented;
mod function_choice;
mod function_rows;
mod side_columns;
mod triples;
mod view_files;
mod view_writer;
mod windows;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use streamguard_table::SplitName;

pub use augmented::Augmentation;
pub(crate) use function_choice::FunctionChoice;
pub(crate) use view_files::{view_file_name, view_file_names};
pub use view_writer::ViewCounts;
pub(crate) use view_writer::ViewWriters;

/// Shape of the rows of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DatasetView {
    /// One function a row, labelled 1 if it is vulnerable and 0 if it is not; of equal functions one
    Rows,
    /// Rows that have code both before and after a fix
    Pairs,
    /// Three functions a row: a vulnerable one, another with the same weaknesses, and the fixed one
    Triples,
    /// The functions of the view rows, cut into windows of the tokens that a model takes
    Windows,
    /// Variants of the functions of train, which `--augment` asks for
    #[value(skip)]
    Augmented,
}

impl DatasetView {
    /// All views, in their order.
    pub const ALL: [Self; 5] = [Self::Rows, Self::Pairs, Self::Triples, Self::Windows, Self::Augmented];

    /// Returns the splits that the view has: what is made up is only learned from.
    pub(crate) fn splits(self) -> &'static [SplitName] {
        match self {
            Self::Augmented => &[SplitName::Train],
            _ => &SplitName::ALL,
        }
    }

    /// Returns the name of the view: that of its folder, and of its configuration on the card.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Pairs => "pairs",
            Self::Triples => "triples",
            Self::Windows => "windows",
            Self::Augmented => "augmented",
        }
    }
}
