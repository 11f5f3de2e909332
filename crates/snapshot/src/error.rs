//! Errors of snapshots.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::manifest::SNAPSHOT_FORMAT;

/// Reason why a snapshot cannot be used.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The archive cannot be read, or the cache not written.
    #[error("cannot unpack the snapshot to {path}: {source}")]
    Io {
        /// Folder to which it is unpacked.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The file cannot be read.
    #[error("cannot read the snapshot {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write the snapshot {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The file is not an archive, or a damaged one.
    #[error("{name} is not a snapshot, or is damaged: {reason}")]
    Damaged {
        /// Name of the snapshot, for people.
        name: String,
        /// Description of the damage.
        reason: String,
    },
    /// The archive is not a snapshot, or has another format.
    #[error("not a snapshot of format {SNAPSHOT_FORMAT}: {0}")]
    Format(String),
}
