//! Errors of fetching a repository.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

use streamguard_cache::CacheError;
use streamguard_durable::WriteError;
use streamguard_engine::ShardError;
use thiserror::Error;

use crate::source::RepositorySourceError;

/// Reasons why a repository could not be fetched.
#[derive(Debug, Error)]
pub enum GitError {
    /// The program cannot be run.
    #[error(
        "cannot run git, which is needed for remote repositories ({0}): install it, or give local repositories"
    )]
    Missing(io::Error),
    /// The URL does not have the one allowed form.
    #[error(transparent)]
    Source(#[from] RepositorySourceError),
    /// The host is not among the allowed ones.
    #[error("{host} is not a known git host, {url} is not fetched: the setting git-hosts can allow {host}")]
    HostNotAllowed {
        /// The repository.
        url: String,
        /// Its host, with the port if the URL names one.
        host: String,
    },
    /// The host is inside of a private network, which advisories must not reach.
    #[error(
        "{host} is at {address}, which is not a public address, {url} is not fetched: the setting git-mirrors can \
         allow it with https://{host}=https://{host}"
    )]
    NotPublic {
        /// The repository.
        url: String,
        /// Its host.
        host: String,
        /// An address of the host that is not public.
        address: IpAddr,
    },
    /// The repository does not exist, or is not public.
    #[error("{url} is gone, or not public: {message}")]
    Gone {
        /// The repository.
        url: String,
        /// The last lines of git's messages.
        message: String,
    },
    /// The run is offline, and the cache does not hold the repository.
    #[error("{url} is not in the snapshot: record it with the same settings, or run without a snapshot")]
    NotRecorded {
        /// The repository.
        url: String,
    },
    /// The run is offline, and the repository could not be fetched when the snapshot was recorded.
    #[error("{message}")]
    Recorded {
        /// Text of the error at that time.
        message: String,
    },
    /// The repository has moved, and its new place is not known.
    #[error("{url} has moved, and its host does not say where to in a way that can be followed")]
    Moved {
        /// The repository.
        url: String,
    },
    /// The repository is larger than allowed.
    #[error("{url} takes more than {} MiB: the setting max-repo-size can allow more", limit >> 20)]
    TooLarge {
        /// The repository.
        url: String,
        /// Most bytes that a mirror may take.
        limit: u64,
    },
    /// git did not end in time.
    #[error("{url} was not fetched within {minutes} minutes")]
    TooSlow {
        /// The repository.
        url: String,
        /// Longest time that git may take.
        minutes: u64,
    },
    /// git failed.
    #[error("cannot fetch {url}: {message}")]
    Failed {
        /// The repository.
        url: String,
        /// The last lines of git's messages.
        message: String,
        /// Whether another attempt may succeed.
        may_pass: bool,
    },
    /// The cache cannot be written.
    #[error("cannot write the cache at {path}: {source}")]
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

impl GitError {
    /// Returns whether another attempt may succeed: not if the repository does not exist.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Failed { may_pass: true, .. })
    }

    /// Returns whether the error tells something about the repository that will not change, neither something about
    /// this machine nor about the moment.
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Missing(_) | Self::Cache { .. } | Self::Stopped | Self::NotRecorded { .. } => false,
            Self::Failed { may_pass, .. } => !may_pass,
            Self::TooSlow { .. } => false,
            _ => true,
        }
    }
}

impl From<GitError> for ShardError {
    fn from(error: GitError) -> Self {
        match error {
            GitError::Stopped => Self::Stopped,
            GitError::Cache { path, source } => WriteError { path, source }.into(),
            error if error.may_pass() || matches!(error, GitError::TooSlow { .. }) => Self::retry(error),
            error => Self::failed(error),
        }
    }
}

impl From<CacheError> for GitError {
    fn from(error: CacheError) -> Self {
        match error {
            CacheError::Io { path, source } => Self::Cache { path, source },
            CacheError::Stopped => Self::Stopped,
        }
    }
}
