//! Layouts of datasets.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Layout of files that other programs know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportLayout {
    /// Hugging Face: data/train-00000-of-00001.parquet and a dataset card
    Hf,
    /// PrimeVul: primevul_train.jsonl and primevul_train_paired.jsonl, one function a line
    Primevul,
    /// CVEfixes: Data/CVEfixes.sql.gz, the dump of its SQLite database
    Cvefixes,
    /// MegaVul: megavul_simple.json
    Megavul,
    /// Croissant: the files of hf, described by croissant.json (MLCommons Croissant 1.1)
    Croissant,
}

impl ExportLayout {
    /// Returns the name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hf => "hf",
            Self::Primevul => "primevul",
            Self::Cvefixes => "cvefixes",
            Self::Megavul => "megavul",
            Self::Croissant => "croissant",
        }
    }
}
