//! Errors of reading datasets.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::column::MAX_COLUMNS;

/// Reason why a dataset cannot be read.
#[derive(Debug, Error)]
pub enum TableError {
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Cause of the failure.
        source: io::Error,
    },
    /// A line is not a JSON object.
    #[error("{path}:{line}: {reason}")]
    Line {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
        /// What is wrong with the line.
        reason: String,
    },
    /// A Parquet file is damaged, or holds what this program cannot read.
    #[error("{path}: {reason}")]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What is wrong with the file.
        reason: String,
    },
    /// More columns than a table has.
    #[error("{0}: there are more than {MAX_COLUMNS} different columns")]
    TooManyColumns(PathBuf),
    /// A folder holds no dataset.
    #[error(
        "{0}: there is no dataset here: neither samples.parquet or samples.jsonl, nor other .parquet or .jsonl files"
    )]
    NoFiles(PathBuf),
    /// A file has another format.
    #[error("{0}: only .parquet, .jsonl and .ndjson files can be read")]
    UnknownFormat(PathBuf),
    /// No column holds code.
    #[error("no column with code was found; the columns are: {columns}. Name the right one by --code")]
    NoCode {
        /// Names of the columns.
        columns: String,
    },
    /// A named column does not exist.
    #[error("there is no column {name:?}; the columns are: {columns}")]
    NoColumn {
        /// The name.
        name: String,
        /// Names of the columns.
        columns: String,
    },
    /// A file has none of the columns that hold the code of the other files.
    #[error(
        "{path} has no column {names}, which holds the code of the other files; its columns are: {columns}. Read datasets \
         with other columns one at a time, or give their columns the same names"
    )]
    OtherColumns {
        /// The file.
        path: PathBuf,
        /// Names of the columns that hold code elsewhere.
        names: String,
        /// Names of the columns of the file.
        columns: String,
    },
    /// No row has code.
    #[error(
        "no row has code: what is in the column {names} is empty, null or not text. Name the right one by --code"
    )]
    NoCodeInRows {
        /// Names of the columns with code.
        names: String,
    },
    /// All rows are in one split.
    #[error("all rows are in one split, {0}, so there is nothing to compare")]
    OneSplit(&'static str),
    /// A file became shorter while it was read.
    #[error("the dataset changed while it was read: start again")]
    Changed,
    /// No row is in a split.
    #[error(
        "no row is in a split: neither a column `split` nor the name of a file (train, validation, test) says in which"
    )]
    NoSplits,
    /// The reading was stopped.
    #[error("stopped")]
    Stopped,
}

impl TableError {
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Read { path: path.to_owned(), source }
    }

    pub(crate) fn parquet(path: &Path) -> impl Fn(parquet::errors::ParquetError) -> Self {
        move |error| Self::Parquet { path: path.to_owned(), reason: error.to_string() }
    }
}
