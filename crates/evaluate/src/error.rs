//! Errors of evaluations.

use std::io;
use std::path::PathBuf;

use streamguard_table::TableError;
use thiserror::Error;

/// Reason why predictions cannot be compared with a test set.
#[derive(Debug, Error)]
pub enum EvaluateError {
    /// A file cannot be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The test set has neither pairs nor labels.
    #[error(
        "the test set has no labels: neither a column such as target, label or is_vulnerable, nor pairs of code before and \
         after a fix"
    )]
    NoLabels,
    /// No row is to be evaluated.
    #[error("no labelled row is in {0}: choose another part of the dataset by --split")]
    NoRows(&'static str),
    /// Two rows have the same id.
    #[error("the id {0} stands twice in {1}: give each row an id of its own")]
    DuplicateId(String, &'static str),
    /// Rows without a prediction.
    #[error("{missing} of {examples} examples have no prediction; the first is {first}. Predict all of them")]
    Missing {
        /// Number of examples without a prediction.
        missing: usize,
        /// Number of all examples.
        examples: usize,
        /// The first of them.
        first: String,
    },
    /// Predictions without what was predicted.
    #[error(
        "{path}: a prediction needs an id (a column id or idx) and a number (probability, prob or score) or a label \
         (prediction, pred or predicted); the columns are: {columns}"
    )]
    NoPredictions {
        /// The file.
        path: PathBuf,
        /// Names of the columns.
        columns: String,
    },
    /// A prediction that cannot be understood.
    #[error("{path}: the prediction of {id} is not a number or a label")]
    BadPrediction {
        /// The file.
        path: PathBuf,
        /// Id of the example.
        id: String,
    },
    /// A side of a pair that does not exist.
    #[error("{path}: the side of the prediction of {id} is neither `before` nor `after`")]
    BadSide {
        /// The file.
        path: PathBuf,
        /// Id of the example.
        id: String,
    },
    /// Scores from which no label follows.
    #[error(
        "the scores are not probabilities from 0 to 1: say by --threshold from which score on code is vulnerable"
    )]
    NoThreshold,
    /// A file of lines cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Cause of the failure.
        source: io::Error,
    },
    /// A model that this program did not write.
    #[error("{path}: not a model of this program: {reason}")]
    BadModel {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}
