//! Why a repository could not be fetched.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

use streamguard_cache::CacheError;
use streamguard_engine::ShardError;
use thiserror::Error;

use crate::source::SourceError;

/// Why a repository could not be fetched.
#[derive(Debug, Error)]
pub enum GitError {
    /// The program is missing.
    #[error(
        "cannot run git, which is needed for remote repositories ({0}): install it, or give local repositories"
    )]
    Missing(io::Error),
    /// An address that is not of the one allowed form.
    #[error(transparent)]
    Address(#[from] SourceError),
    /// A host that nobody allowed.
    #[error("{host} is none of the known git hosts, {url} is not fetched: --git-hosts {host} allows it")]
    NotAllowed {
        /// The repository.
        url: String,
        /// Its host, with the port if it names one.
        host: String,
    },
    /// A host inside some network; what advisories name must not reach it.
    #[error(
        "{host} is at {address}, which is no public address, {url} is not fetched: --git-mirrors https://{host}=https://{host} allows it"
    )]
    NotPublic {
        /// The repository.
        url: String,
        /// Its host.
        host: String,
        /// Where the host is.
        address: IpAddr,
    },
    /// The repository is not there, or not for everybody.
    #[error("{url} is gone, or not public: {said}")]
    Gone {
        /// The repository.
        url: String,
        /// What git said.
        said: String,
    },
    /// Nobody may be asked, and the cache does not hold it.
    #[error(
        "{url} is not in the snapshot: record it with the same settings, or leave --snapshot and --offline out"
    )]
    NotRecorded {
        /// The repository.
        url: String,
    },
    /// Nobody may be asked, and it could not be had when the snapshot was recorded.
    #[error("{said}")]
    Recorded {
        /// What was said then.
        said: String,
    },
    /// The repository has moved, and it is not known where to.
    #[error("{url} has moved, and its host does not say where to in a way that can be followed")]
    Moved {
        /// Where it was.
        url: String,
    },
    /// The repository is larger than allowed.
    #[error("{url} takes more than {} MiB: --max-repo-size allows more", limit >> 20)]
    TooLarge {
        /// The repository.
        url: String,
        /// Most bytes that it may take in the cache.
        limit: u64,
    },
    /// git did not end in time.
    #[error("{url} was not fetched within {minutes} minutes")]
    TooSlow {
        /// The repository.
        url: String,
        /// How long it was waited.
        minutes: u64,
    },
    /// git ended badly.
    #[error("cannot fetch {url}: {said}")]
    Failed {
        /// The repository.
        url: String,
        /// git's last words.
        said: String,
        /// Whether another try may go better.
        may_pass: bool,
    },
    /// The cache cannot be written.
    #[error("cannot write the cache at {path}: {source}")]
    Cache {
        /// Where.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// It was told to stop.
    #[error("stopped")]
    Stopped,
}

impl GitError {
    /// Whether another try may go better: not if the repository does not exist.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Failed { may_pass: true, .. })
    }

    /// Whether it says something of the repository that will not change: neither of this
    /// machine, nor of the moment.
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
