//! What is asked of an upstream, and what it answers.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use streamguard_cache::CacheError;
use streamguard_engine::ShardError;
use thiserror::Error;

/// A remote service: it decides which credential goes along, and which budget pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// The CVE API 2.0 of the National Vulnerability Database.
    Nvd,
    /// Its yearly feeds.
    NvdFeeds,
    /// GitHub's GraphQL and REST APIs.
    GitHub,
    /// The bulk files of OSV.
    Osv,
    /// The raw files of ExploitDB.
    ExploitDb,
    /// A host of git repositories, for questions that git itself does not answer.
    GitHost,
}

/// What kind of answer is expected; another one is a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// `application/json`.
    Json,
    /// Text of any kind but HTML: CSV, code.
    Text,
    /// An archive: zip, gzip, or bytes of no declared type.
    Archive,
}

/// Whether an answer that is in the cache will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// One that this run got, named by its clock reading; an older one is revalidated.
    Run(u64),
    /// Any: the URL says what is in it.
    Forever,
}

/// One question to an upstream.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Whom.
    pub service: Service,
    /// Where; from a setting, never from what an upstream said.
    pub url: String,
    /// What is posted, as JSON; nothing for a GET.
    pub body: Option<String>,
    /// What kind of answer is expected.
    pub accept: Accept,
    /// Whether an answer in the cache will do.
    pub freshness: Freshness,
    /// Most bytes of the answer after decompression.
    pub max_bytes: u64,
}

/// An answer: a file of the cache, decompressed as far as the transport compressed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Where it lies. Its reader may keep it open; the cache never changes a file.
    pub path: PathBuf,
}

impl Answer {
    /// Opens it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(&self) -> io::Result<File> {
        File::open(&self.path)
    }

    /// All of it, in memory.
    ///
    /// # Errors
    /// What the file system says.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Why the reader of an answer does not take it. It is not cached then.
#[derive(Debug, Error)]
pub enum Unfit {
    /// It is damaged: cut off, no JSON, fewer records than it says. Another try may go better.
    #[error("{0}")]
    Damaged(String),
    /// The service says, in the body, that its limit is reached.
    #[error("{reason}")]
    Limited {
        /// What it says.
        reason: String,
        /// How long to wait, if it says that.
        wait: Option<Duration>,
    },
    /// It says no, and will go on saying so.
    #[error("{0}")]
    Refused(String),
}

/// Why an upstream gave no answer. None of these texts holds a credential.
#[derive(Debug, Error)]
pub enum UpstreamError {
    /// The question is one that it refuses: another try is of no use.
    #[error("{url}: {reason}")]
    Refused {
        /// What was asked, without a query that could hold secrets.
        url: String,
        /// What went wrong, and what to do.
        reason: String,
    },
    /// It is not there: 404 or 410.
    #[error("{url}: not found")]
    NotFound {
        /// What was asked.
        url: String,
    },
    /// It says that it is elsewhere, where nobody looks on its word: at another origin, or
    /// anywhere in the case of a git host.
    #[error("{url} redirected to {to}, which is not followed")]
    Moved {
        /// What was asked.
        url: String,
        /// Where it is said to be: an absolute URL, and hostile.
        to: String,
    },
    /// It did not answer as it should, however often it was asked.
    #[error("{url}: {reason}")]
    Failed {
        /// What was asked.
        url: String,
        /// What went wrong the last time.
        reason: String,
    },
    /// The snapshot that is replayed does not hold it.
    #[error(
        "{url} is not in the snapshot: record it with the same settings, or leave --snapshot and --offline out"
    )]
    NotRecorded {
        /// What was asked.
        url: String,
    },
    /// The cache cannot be written or read.
    #[error("cannot use the cache at {path}: {source}")]
    Cache {
        /// Where.
        path: PathBuf,
        /// What the file system said.
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
            error => Self::failed(error),
        }
    }
}
