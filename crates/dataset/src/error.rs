//! What can go wrong with the files: with those that are read, and with those that are written.

use std::io;
use std::path::{Path, PathBuf};

use ::parquet::errors::ParquetError;
use streamguard_durable::WriteError;

/// Longest reason that an error carries, in bytes. A reason may quote the damaged input, which
/// is as long as its sender likes.
const MAX_REASON: usize = 300;

/// An input file that cannot be read, or is damaged.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The operating system says no.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line of a JSONL file is no sample.
    #[error("{}, line {line}: {fault}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        fault: LineFault,
    },
    /// A Parquet file is damaged, or was not written by StreamGuard.
    #[error("{}: {reason}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        reason: String,
    },
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Longer than [`crate::jsonl::MAX_LINE_BYTES`].
    #[error("longer than {} bytes", crate::jsonl::MAX_LINE_BYTES)]
    TooLong,
    /// The file ends inside the line: whoever wrote it was stopped.
    #[error("the file ends inside this line; it was not written completely")]
    Torn,
    /// Not UTF-8.
    #[error("not valid UTF-8 after byte {0}")]
    NotUtf8(usize),
    /// Not JSON, or not a sample.
    #[error("not a sample: {reason}, at byte {column}")]
    Invalid {
        /// What the parser said.
        reason: String,
        /// Where in the line, in bytes from 1.
        column: usize,
    },
}

/// Returns a function for `map_err` that adds the path to an error of the Parquet writer.
pub(crate) fn parquet_write_error(path: &Path) -> impl Fn(ParquetError) -> WriteError {
    move |error| WriteError { path: path.to_owned(), source: io_error(error) }
}

impl SourceError {
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source }
    }

    pub(crate) fn parquet(path: &Path, error: ParquetError) -> Self {
        match error {
            ParquetError::External(inner) if inner.is::<io::Error>() => {
                Self::read(path, io_error(ParquetError::External(inner)))
            }
            other => Self::Parquet { path: path.to_owned(), reason: shortened(other.to_string()) },
        }
    }
}

impl LineFault {
    pub(crate) fn invalid(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        // Every message of serde_json ends so; the line is always 1 where lines are parsed one
        // by one, and would contradict the line of the file.
        let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
        Self::Invalid { reason: shortened(reason.to_owned()), column: error.column() }
    }
}

/// The error of the system inside an error of the Parquet writer: full disks must be told from
/// other faults.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(io) => *io,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

fn shortened(mut reason: String) -> String {
    if reason.len() > MAX_REASON {
        reason.truncate(reason.floor_char_boundary(MAX_REASON));
        reason.push('…');
    }
    reason
}
