//! Errors of files of samples.

use std::io;
use std::path::{Path, PathBuf};

use ::parquet::errors::ParquetError;
use streamguard_durable::WriteError;

/// Longest line that is read or written, without its line feed, in bytes: 16 MiB. The code of a sample
/// is far shorter; a longer line comes from damage or from an attack on memory.
pub const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// Longest reason that an error carries, in bytes. A reason may quote the damaged input, which can be
/// of any length.
const MAX_REASON_BYTES: usize = 300;

/// Failure to read a file of samples.
#[derive(Debug, thiserror::Error)]
pub enum SampleFileError {
    /// The operating system cannot read the file.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// A line of a JSONL file is not a sample.
    #[error("{}, line {line}: {fault}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
        /// Fault of the line.
        fault: LineFault,
    },
    /// A Parquet file is damaged, or was not written by StreamGuard.
    #[error("{}: {reason}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// Description of the damage, with its place.
        reason: String,
    },
}

/// Fault of a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// The line is longer than [`MAX_LINE_BYTES`].
    #[error("longer than {MAX_LINE_BYTES} bytes")]
    TooLong,
    /// The file ends inside the line, because its writer was stopped.
    #[error("the file ends inside this line; it was not written completely")]
    Torn,
    /// The line is not UTF-8.
    #[error("not valid UTF-8 after byte {0}")]
    NotUtf8(usize),
    /// The line is not JSON, or not a sample.
    #[error("not a sample: {reason}, at byte {column}")]
    Invalid {
        /// Message of the parser.
        reason: String,
        /// Position in the line, in bytes from 1.
        column: usize,
    },
}

/// Returns a function for `map_err` that adds the path to an error of the Parquet writer.
pub(crate) fn parquet_write_error(path: &Path) -> impl Fn(ParquetError) -> WriteError {
    move |error| WriteError { path: path.to_owned(), source: io_error(error) }
}

impl SampleFileError {
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
        // Every message of serde_json ends with a position. Its line is always 1, since lines are
        // parsed one by one, and would contradict the number of the line in the file.
        let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
        Self::Invalid { reason: shortened(reason.to_owned()), column: error.column() }
    }
}

/// Returns the error of the operating system inside an error of the Parquet crate. A full disk has to
/// be told from other faults.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(io) => *io,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

/// Cuts a reason to [`MAX_REASON_BYTES`].
fn shortened(mut reason: String) -> String {
    if reason.len() > MAX_REASON_BYTES {
        reason.truncate(reason.floor_char_boundary(MAX_REASON_BYTES));
        reason.push('…');
    }
    reason
}
