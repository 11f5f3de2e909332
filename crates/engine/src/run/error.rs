//! Errors of a run.

use std::io;

use streamguard_durable::WriteError;
use thiserror::Error;

use crate::run_dir_error::RunDirError;

/// Error of a run that cannot go on. Finished shards are kept.
#[derive(Debug, Error)]
pub enum RunError {
    /// A file or a folder of the run cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The folder of the run cannot be used.
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// A thread cannot be started.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
    /// Shards have to run on other machines, and there is no folder for their results.
    #[error("shards that run on other machines need a folder that all machines see")]
    NoRunDir,
    /// Two jobs of the run have the same name.
    #[error("there are two jobs called {0}")]
    DuplicateJob(String),
}
