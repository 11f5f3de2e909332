//! Errors of requests to upstreams.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use streamguard_cache::CacheError;
use streamguard_durable::WriteError;
use streamguard_engine::ShardError;
use thiserror::Error;

/// Reasons why the reader of an answer does not accept it. Such an answer is not cached.
#[derive(Debug, Error)]
pub enum InvalidAnswer {
    /// The answer is cut off, is not JSON, or holds fewer records than it says. Another attempt may succeed.
    #[error("{0}")]
    Damaged(String),
    /// The service reports in the body that a limit is reached.
    #[error("{reason}")]
    Limited {
        /// Message of the service.
        reason: String,
        /// Time to wait, if the service gives it.
        wait: Option<Duration>,
    },
    /// The service refuses the request, and would go on doing so.
    #[error("{0}")]
    Refused(String),
}

/// Reasons why an upstream gave no answer. None of the texts holds a credential.
#[derive(Debug, Error)]
pub enum UpstreamError {
    /// A setting is out of bounds.
    #[error("{name}: {reason}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// The reason, in words.
        reason: String,
    },
    /// No client can be made: there are no certificates.
    #[error("HTTP client: {0}")]
    Client(String),
    /// The service refuses the request. Another attempt would end alike.
    #[error("{url}: {reason}")]
    Refused {
        /// URL without a query that could hold secrets, or the name of the service.
        url: String,
        /// What went wrong, and what to do.
        reason: String,
    },
    /// The service answered that there is no such thing: 404 or 410.
    #[error("{url}: not found")]
    NotFound {
        /// URL of the request.
        url: String,
    },
    /// The service redirects to another place, which is not followed: to another origin, or to any place in the case
    /// of a git host.
    #[error("{url} redirected to {to}, which is not followed")]
    Moved {
        /// URL of the request.
        url: String,
        /// Target of the redirect: an absolute URL, and hostile.
        to: String,
    },
    /// The service did not answer as it should, in any of several attempts.
    #[error("{url}: {reason}")]
    Failed {
        /// URL of the request, or the name of the service.
        url: String,
        /// Failure of the last attempt.
        reason: String,
    },
    /// The snapshot that is replayed does not hold the answer.
    #[error("{url} is not in the snapshot: record it with the same settings, or run without a snapshot")]
    NotRecorded {
        /// URL of the request.
        url: String,
    },
    /// The cache cannot be written or read.
    #[error("cannot use the cache at {path}: {source}")]
    Cache {
        /// The file or folder.
        path: PathBuf,
        /// The file system's answer.
        source: io::Error,
    },
    /// The run was stopped.
    #[error("stopped")]
    Stopped,
}

impl From<CacheError> for UpstreamError {
    fn from(error: CacheError) -> Self {
        match error {
            CacheError::Io { path, source } => Self::Cache { path, source },
            CacheError::Stopped => Self::Stopped,
        }
    }
}

impl From<UpstreamError> for ShardError {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::Stopped => Self::Stopped,
            UpstreamError::Cache { path, source } => WriteError { path, source }.into(),
            error => Self::failed(error),
        }
    }
}
