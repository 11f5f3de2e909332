//! Repositories that may have a commit: a local clone, or what collecting left in the cache.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use streamguard::exit::UsageError;
use streamguard_cache::CacheBucket;
use streamguard_git::{RepositorySource, find_commit, mirror_path, open_repository};
use streamguard_mining::{SelectedCommit, SelectionReason};

/// A repository on this machine.
pub(super) struct CommitPlace {
    pub(super) path: PathBuf,
    /// Its name in samples.
    pub(super) name: String,
}

impl CommitPlace {
    /// Returns a local clone.
    pub(super) fn local(path: &Path) -> Result<Self> {
        match RepositorySource::parse(&path.display().to_string())
            .map_err(|error| UsageError(error.to_string()))?
        {
            RepositorySource::Local { path, name } => Ok(Self { path, name }),
            RepositorySource::Remote { url } => Err(UsageError(format!(
                "{url} is not on this machine: clone it, and give --repo the path of the clone"
            ))
            .into()),
        }
    }

    /// Returns the places in a cache where a repository may be, also in snapshots that are unpacked there.
    pub(super) fn in_cache(cache: &Path, url: &str) -> Vec<Self> {
        let mut places = vec![Self { path: mirror_path(cache, url), name: url.to_owned() }];
        let snapshots = fs::read_dir(CacheBucket::Snapshots.folder(cache)).into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> =
            snapshots.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        folders.sort();
        for folder in folders {
            places.push(Self { path: mirror_path(&folder, url), name: url.to_owned() });
            for source in streamguard_snapshot::repositories(&folder).unwrap_or_default() {
                match source {
                    RepositorySource::Local { path, name } if name == url => places.push(Self { path, name }),
                    _ => {}
                }
            }
        }
        places.retain(|place| place.path.exists());
        places
    }

    /// Finds the one commit whose id begins so.
    pub(super) fn find(&self, prefix: &str, reason: SelectionReason) -> Result<Option<SelectedCommit>> {
        let repository = open_repository(&self.path)?;
        Ok(find_commit(&repository, prefix).map(|commit| SelectedCommit { commit, reason }))
    }
}
