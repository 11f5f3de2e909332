//! Snapshots: recorded upstream answers in one file, from which a run can be replayed without
//! network. A tar archive, compressed with zstd: `manifest.json` with a digest of every file, and as in a cache, bare
//! repositories below `git/` and answers below `answers/`.
//!
//! A snapshot may come from a stranger. Only objects, references and answers are taken from it, within bounds; the
//! repositories that hold them are made by this program. An unpacked snapshot is checked whenever it is opened, and
//! unpacked anew if it is damaged.
//!
//! ```
//! use streamguard_snapshot::Snapshot;
//!
//! let cache = tempfile::tempdir().unwrap();
//! let demo = Snapshot::embedded(cache.path()).unwrap();
//! assert!(demo.folder.join("manifest.json").is_file());
//! ```

mod bounded_reader;
mod entry_path;
mod error;
mod manifest;
mod unpack;
mod writer;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use streamguard_cache::{CacheBucket, FolderSeal};
use streamguard_durable::open_regular;
use streamguard_git::RepositorySource;

pub use error::SnapshotError;
pub use manifest::{SNAPSHOT_FORMAT, SnapshotManifest, SnapshotRepository};
use unpack::UnpackError;
pub use writer::{SnapshotWriter, write_snapshot};

/// The demo world: small fictional repositories with known fixes, and fictional advisories about some of them. The crate
/// `world` makes it: `cargo xtask snapshot`.
const EMBEDDED_SNAPSHOT: &[u8] = include_bytes!("../demo.snapshot");

/// The buckets of a cache that a snapshot contains.
const CACHE_BUCKETS: [CacheBucket; 2] = [CacheBucket::Answers, CacheBucket::Git];

/// An unpacked snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Folder that contains the unpacked files.
    pub folder: PathBuf,
    /// Time at which it was recorded, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
}

impl Snapshot {
    /// Opens the demo world, and unpacks it to the cache if it is not there.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn embedded(cache: &Path) -> Result<Self, SnapshotError> {
        let archive = PackedSnapshot {
            name: "the embedded snapshot".to_owned(),
            digest: blake3::hash(EMBEDDED_SNAPSHOT),
            bytes: EMBEDDED_SNAPSHOT.len() as u64,
            content: EMBEDDED_SNAPSHOT,
        };
        archive.open(cache)
    }

    /// Opens a snapshot in a file, and unpacks it to the cache if it is not there.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn open(file: &Path, cache: &Path) -> Result<Self, SnapshotError> {
        let unreadable = |source| SnapshotError::Read { path: file.to_owned(), source };
        // The file is read twice: the digest is the name of the folder, and must be known before it is unpacked.
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(open_regular(file).map_err(unreadable)?).map_err(unreadable)?;
        let archive = PackedSnapshot {
            name: file.display().to_string(),
            digest: hasher.finalize(),
            bytes: hasher.count(),
            content: open_regular(file).map_err(unreadable)?,
        };
        archive.open(cache)
    }
}

/// A snapshot in an archive.
struct PackedSnapshot<R> {
    /// Name for people.
    name: String,
    digest: blake3::Hash,
    /// Size of the archive.
    bytes: u64,
    content: R,
}

impl<R: Read> PackedSnapshot<R> {
    /// Unpacks the snapshot, unless the cache contains it undamaged.
    fn open(self, cache: &Path) -> Result<Snapshot, SnapshotError> {
        let folder = CacheBucket::Snapshots.folder(cache).join(&self.digest.to_hex()[..32]);
        if !FolderSeal::is_intact(&folder) {
            self.unpack(&folder)?;
        }
        let clock_ms = manifest::read_manifest(&folder)?.clock_ms;
        Ok(Snapshot { folder, clock_ms })
    }

    /// Unpacks the archive as `folder`, in place of a damaged one. The folder is complete or absent, even after a
    /// crash, and a refused archive leaves nothing.
    fn unpack(self, folder: &Path) -> Result<(), SnapshotError> {
        let io_error = |source: io::Error| SnapshotError::Io { path: folder.to_owned(), source };
        let beside = |end: &str| folder.with_extension(format!("{}.{end}.part", std::process::id()));
        let (scratch, damaged) = (beside("new"), beside("old"));
        let unpacked = unpack::unpack(self.content, self.bytes, &scratch);
        let placed = match unpacked {
            Ok(()) => FolderSeal::renew(&scratch, |_| false)
                .and_then(|()| replace(&scratch, folder, &damaged))
                .map_err(io_error),
            Err(UnpackError::Io(error)) => Err(io_error(error)),
            Err(UnpackError::Damaged(reason)) => Err(SnapshotError::Damaged { name: self.name, reason }),
            Err(UnpackError::Manifest(error)) => Err(error),
        };
        // If the folder was renamed, there is nothing to remove.
        let _ = fs::remove_dir_all(&scratch);
        let _ = fs::remove_dir_all(&damaged);
        placed
    }
}

/// Puts a folder in the place of a damaged one, which is moved aside: another run may be reading it.
fn replace(new: &Path, place: &Path, aside: &Path) -> io::Result<()> {
    if place.exists() {
        fs::rename(place, aside)?;
    }
    match fs::rename(new, place) {
        // Another run was faster.
        Err(_) if FolderSeal::is_intact(place) => Ok(()),
        other => other,
    }
}

/// Returns the repositories that are mined if the user names none, of the snapshot in a folder.
///
/// # Errors
/// [`SnapshotError`].
pub fn repositories(folder: &Path) -> Result<Vec<RepositorySource>, SnapshotError> {
    let repositories = manifest::read_manifest(folder)?.repositories.into_iter();
    let local = |repository: SnapshotRepository| RepositorySource::Local {
        path: folder.join(repository.path),
        name: repository.url,
    };
    Ok(repositories.map(local).collect())
}
