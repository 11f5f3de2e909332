//! Errors of the cache folder.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Reasons why the cache folder could not be used.
#[derive(Debug, Error)]
pub enum CacheError {
    /// A file or folder of the cache cannot be read or written.
    #[error("cannot use the cache at {path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The file system's answer.
        source: io::Error,
    },
    /// The wait was ended because the run is being stopped.
    #[error("stopped")]
    Stopped,
}
