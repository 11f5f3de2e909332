//! The error of a file that cannot be written.

use std::io;
use std::path::{Path, PathBuf};

/// A file or folder that cannot be written: a full disk, a missing folder, no permission.
///
/// The message names the path; the cause is the [source](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", path.display())]
pub struct WriteError {
    /// Path of the file or folder.
    pub path: PathBuf,
    /// Error of the operating system.
    pub source: io::Error,
}

impl WriteError {
    /// Returns a function for `map_err` that adds the path to an error of the operating system.
    pub fn at(path: impl AsRef<Path>) -> impl Fn(io::Error) -> Self {
        move |source| Self { path: path.as_ref().to_owned(), source }
    }
}

/// Keeps the error inside, from where [`io::Error::downcast`] takes it.
impl From<WriteError> for io::Error {
    fn from(error: WriteError) -> Self {
        Self::new(error.source.kind(), error)
    }
}
