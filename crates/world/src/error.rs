//! Errors of writing a world.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// An error of writing a world.
#[derive(Debug, Error)]
pub enum WorldError {
    /// A file or folder cannot be written.
    #[error("cannot write {path:?}")]
    Io {
        /// Path of the file or folder.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// A git object cannot be encoded.
    #[error("cannot encode a git object: {0}")]
    Git(String),
    /// A collector fails on the answers of the simulated upstreams.
    #[error("cannot record the requests of the collector {collector}: {reason}")]
    Recording {
        /// Name of the collector.
        collector: String,
        /// Message of the collector.
        reason: String,
    },
    /// The generator has no language with a project layout.
    #[error("the generator has no language that a project can be written in")]
    NoLanguage,
}

impl WorldError {
    pub(crate) fn git(error: impl std::fmt::Display) -> Self {
        Self::Git(error.to_string())
    }

    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}
