//! Errors of reading a tokenizer.

use std::path::PathBuf;

use thiserror::Error;

/// Reason for which a tokenizer cannot be used.
#[derive(Debug, Error)]
pub enum TokenizerError {
    /// The file cannot be read.
    #[error("cannot read the tokenizer {path}: {reason}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The files are not those with which the run began.
    #[error("{path}: the tokenizer has changed since the run began: begin anew with --fresh")]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The files are none of a tokenizer that is known here.
    #[error(
        "{path}: {reason}. Give a tokenizer.json, or a vocab.json with merges.txt beside it, of byte-level BPE as GPT-2 \
         and RoBERTa use it"
    )]
    Unknown {
        /// The file.
        path: PathBuf,
        /// What is not as expected.
        reason: String,
    },
}
