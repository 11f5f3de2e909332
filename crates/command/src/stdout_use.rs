//! What becomes of the standard output of a command.

use serde::{Deserialize, Serialize};

/// Use of the standard output of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StdoutUse {
    /// It is a field of the one record of its shard: `{"input":..,"stdout":..}`.
    #[default]
    Record,
    /// Each of its lines is JSON, and a record as it is.
    Json,
    /// All outputs make one text file, in the order of the inputs.
    Text,
    /// It goes to a file of its own, whose name may have placeholders. The record is `{"input":..,"file":..}`.
    File(String),
    /// Nothing is kept.
    Discard,
}

impl StdoutUse {
    /// Returns the names of the files that a job of this name makes of its records.
    pub(crate) fn output_names(&self, job: &str) -> Vec<String> {
        match self {
            Self::Record | Self::Json | Self::File(_) => vec![format!("{job}.jsonl")],
            Self::Text => vec![format!("{job}.txt")],
            Self::Discard => Vec::new(),
        }
    }

    /// Tells whether records name the input that they come from.
    pub(crate) fn needs_input(&self) -> bool {
        matches!(self, Self::Record | Self::File(_))
    }
}
