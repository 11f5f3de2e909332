//! Errors of jobs and of their shards.

use streamguard_durable::WriteError;
use thiserror::Error;

use crate::event::CommandExit;

/// Error of a job as a whole.
#[derive(Debug, Error)]
pub enum JobError {
    /// The job cannot be planned or merged, for this reason.
    #[error("{0}")]
    Failed(String),
    /// A file of the result cannot be written; the whole run stops.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The run was stopped.
    #[error("stopped")]
    Stopped,
}

impl JobError {
    /// Makes [`JobError::Failed`] from anything that can be displayed.
    pub fn failed(reason: impl std::fmt::Display) -> Self {
        Self::Failed(reason.to_string())
    }
}

/// Error of one shard.
#[derive(Debug, Error)]
pub enum ShardError {
    /// Another attempt would fail the same way: bad input, a missing file.
    #[error("{0}")]
    Failed(String),
    /// Another attempt may succeed: a network fault, a busy server.
    #[error("{0}")]
    Retry(String),
    /// The command that is the shard ended with a failure.
    #[error("{reason}")]
    Exited {
        /// Way in which it ended.
        exit: CommandExit,
        /// Reason in words.
        reason: String,
    },
    /// A file that more than this shard needs, such as one of a cache, cannot be written; the whole run stops. On a
    /// cluster the shard is tried again.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The shard was told to stop and did.
    #[error("stopped")]
    Stopped,
}

impl ShardError {
    /// Makes [`ShardError::Failed`] from anything that can be displayed.
    pub fn failed(reason: impl std::fmt::Display) -> Self {
        Self::Failed(reason.to_string())
    }

    /// Makes [`ShardError::Retry`] from anything that can be displayed.
    pub fn retry(reason: impl std::fmt::Display) -> Self {
        Self::Retry(reason.to_string())
    }
}
