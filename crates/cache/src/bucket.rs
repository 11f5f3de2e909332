//! The parts of a cache, one folder each.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::CacheError;

/// A part of the cache: one folder with entries of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheBucket {
    /// Answers of HTTP upstreams.
    Answers,
    /// Requests that were sent lately, and slots in use, for each host.
    Budgets,
    /// Mirrors of git repositories.
    Git,
    /// Unpacked snapshots.
    Snapshots,
    /// Listings of the sources of advisories.
    Listings,
}

impl CacheBucket {
    /// All buckets, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Answers, Self::Budgets, Self::Git, Self::Snapshots, Self::Listings];

    /// Returns the name of the bucket, which is that of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Budgets => "budgets",
            Self::Git => "git",
            Self::Snapshots => "snapshots",
            Self::Listings => "listings",
        }
    }

    /// Returns the bucket's folder in a cache.
    pub fn folder(self, cache: &Path) -> PathBuf {
        cache.join(self.name())
    }

    /// Creates the bucket's folder if it is missing, and returns its path.
    ///
    /// # Errors
    /// [`CacheError::Io`].
    pub fn create(self, cache: &Path) -> Result<PathBuf, CacheError> {
        let path = self.folder(cache);
        // Answers may be private: a token sees more than others do.
        match DirBuilder::new().recursive(true).mode(0o700).create(&path) {
            Ok(()) => Ok(path),
            Err(source) => Err(CacheError::Io { path, source }),
        }
    }
}
