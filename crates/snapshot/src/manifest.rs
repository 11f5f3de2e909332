//! The manifest of a snapshot.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use streamguard_durable::read_regular;
use streamguard_git::RepositorySource;

use crate::entry_path::{EntryUse, MANIFEST_NAME, entry_use};
use crate::error::SnapshotError;

/// Largest manifest that is read, in bytes.
const MAX_MANIFEST_BYTES: u64 = 1 << 30;

/// Version of the archive's layout. Since 3, the manifest has a digest of every file.
pub const SNAPSHOT_FORMAT: u32 = 3;

/// Manifest of a snapshot: its format, its time, and the repositories to mine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotManifest {
    pub(crate) format: u32,
    /// Time at which the snapshot was recorded, in milliseconds since 1970-01-01 UTC. A run that replays it takes this
    /// as its clock.
    pub clock_ms: u64,
    /// The repositories that are mined if the user names none.
    pub repositories: Vec<SnapshotRepository>,
    /// URLs that repositories had when they were recorded, by path: another one than asked for if it had moved.
    #[serde(default)]
    pub(crate) urls: BTreeMap<String, String>,
    /// BLAKE3 digests of all other files, by path, in hexadecimal digits.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
}

/// A repository in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotRepository {
    /// URL of the repository.
    pub url: String,
    /// Path of the bare repository in the archive.
    pub path: String,
}

impl SnapshotManifest {
    /// Creates a manifest of the present format, without repositories.
    pub fn new(clock_ms: u64) -> Self {
        let (urls, files) = (BTreeMap::new(), BTreeMap::new());
        Self { format: SNAPSHOT_FORMAT, clock_ms, repositories: Vec::new(), urls, files }
    }

    /// Parses and checks a manifest. Its URLs end up in samples, hence have the one form that repositories have.
    ///
    /// # Errors
    /// [`SnapshotError::Format`].
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| SnapshotError::Format(error.to_string()))?;
        let problem = match manifest.format {
            SNAPSHOT_FORMAT => manifest.problem(),
            older if older < SNAPSHOT_FORMAT => Some(format!(
                "it has format {older}, of an earlier version, which has no checksums; record it anew by collect --record"
            )),
            newer => Some(format!("it has format {newer}, of a later version of this program")),
        };
        problem.map_or(Ok(manifest), |problem| Err(SnapshotError::Format(problem)))
    }

    /// Returns what is wrong with the repositories.
    fn problem(&self) -> Option<String> {
        let listed = self.repositories.iter().map(|repository| (&repository.path, &repository.url));
        listed.chain(&self.urls).find_map(|(path, url)| {
            if !is_repository(path) {
                Some(format!("{path:?} is not the path of a repository"))
            } else if !is_remote(url) {
                Some(format!("{url:?} is not the URL of a repository"))
            } else {
                None
            }
        })
    }
}

/// Returns whether a snapshot may contain a repository at a path.
pub(crate) fn is_repository(path: &str) -> bool {
    entry_use(&format!("{path}/HEAD")) == Some(EntryUse::RepositoryFile(path))
}

/// Returns whether a URL is that of a repository of a host, in the form that the program itself gives it.
fn is_remote(url: &str) -> bool {
    // `RepositorySource::parse` takes everything else for a local path, and looks for it.
    url.starts_with("https://")
        && matches!(RepositorySource::parse(url), Ok(RepositorySource::Remote { url: parsed }) if parsed == url)
}

/// Reads the manifest of an unpacked snapshot.
///
/// # Errors
/// [`SnapshotError`].
pub(crate) fn read_manifest(folder: &Path) -> Result<SnapshotManifest, SnapshotError> {
    let path = folder.join(MANIFEST_NAME);
    SnapshotManifest::parse(
        &read_regular(&path, MAX_MANIFEST_BYTES).map_err(|source| SnapshotError::Read { path, source })?,
    )
}
