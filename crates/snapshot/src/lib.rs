//! Snapshots: recorded upstream answers in one file, from which a run can be replayed without
//! network. A tar archive, compressed with zstd: `manifest.json`, and as in a cache, bare
//! repositories below `git/` and answers below `answers/`.
//!
//! ```
//! use streamguard_snapshot::Snapshot;
//!
//! let cache = tempfile::tempdir().unwrap();
//! let demo = Snapshot::embedded(cache.path()).unwrap();
//! assert!(demo.folder.join("manifest.json").is_file());
//! ```

mod writer;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use streamguard_cache::CacheBucket;
use streamguard_git::RepositorySource;
pub use writer::{SnapshotWriter, write_snapshot};

/// The demo world: small fictional repositories with known fixes, and fictional advisories about some of them. The crate
/// `world` makes it: `cargo xtask snapshot`.
const EMBEDDED_SNAPSHOT: &[u8] = include_bytes!("../demo.snapshot");

/// Version of the archive's layout.
pub const SNAPSHOT_FORMAT: u32 = 2;

/// Largest size of an unpacked snapshot, in bytes.
const MAX_UNPACKED_BYTES: u64 = 64 << 30;

/// Name of the file that contains the [`SnapshotManifest`].
const MANIFEST_NAME: &str = "manifest.json";

/// The buckets of a cache that a snapshot contains.
const CACHE_BUCKETS: [CacheBucket; 2] = [CacheBucket::Answers, CacheBucket::Git];

/// Reason why a snapshot cannot be used.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The archive cannot be read, or the cache not written.
    #[error("cannot unpack the snapshot to {path}: {source}")]
    Io {
        /// Folder to which it is unpacked.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The file cannot be read.
    #[error("cannot read the snapshot {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write the snapshot {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The file is not an archive, or a damaged one.
    #[error("{name} is not a snapshot, or is damaged: {reason}")]
    Damaged {
        /// Name of the snapshot, for people.
        name: String,
        /// Description of the damage.
        reason: String,
    },
    /// The archive is not a snapshot, or has another format.
    #[error("not a snapshot of format {SNAPSHOT_FORMAT}: {0}")]
    Format(String),
}

/// Manifest of a snapshot: its format, its time, and the repositories to mine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotManifest {
    format: u32,
    /// Time at which the snapshot was recorded, in milliseconds since 1970-01-01 UTC. A run that replays it takes this
    /// as its clock.
    pub clock_ms: u64,
    /// The repositories that are mined if the user names none.
    pub repositories: Vec<SnapshotRepository>,
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
        Self { format: SNAPSHOT_FORMAT, clock_ms, repositories: Vec::new() }
    }
}

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
        Self::unpacked(EMBEDDED_SNAPSHOT, "the embedded snapshot", &blake3::hash(EMBEDDED_SNAPSHOT), cache)
    }

    /// Opens a snapshot in a file, and unpacks it to the cache if it is not there.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn open(file: &Path, cache: &Path) -> Result<Self, SnapshotError> {
        let unreadable = |source| SnapshotError::Read { path: file.to_owned(), source };
        // The file is read twice: the digest is the name of the folder, and must be known before it is unpacked.
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(file).map_err(unreadable)?).map_err(unreadable)?;
        let name = file.display().to_string();
        Self::unpacked(File::open(file).map_err(unreadable)?, &name, &hasher.finalize(), cache)
    }

    fn unpacked(
        archive: impl Read,
        name: &str,
        digest: &blake3::Hash,
        cache: &Path,
    ) -> Result<Self, SnapshotError> {
        let folder = CacheBucket::Snapshots.folder(cache).join(&digest.to_hex()[..16]);
        unpack(archive, name, &folder)?;
        let clock_ms = manifest(&folder)?.clock_ms;
        Ok(Self { folder, clock_ms })
    }
}

/// Returns the repositories that are mined if the user names none, of the snapshot in a folder.
///
/// # Errors
/// [`SnapshotError`].
pub fn repositories(folder: &Path) -> Result<Vec<RepositorySource>, SnapshotError> {
    let repositories = manifest(folder)?.repositories.into_iter();
    repositories
        .map(|repository| {
            let inside = Path::new(&repository.path);
            if inside.components().all(|part| matches!(part, Component::Normal(_))) {
                Ok(RepositorySource::Local { path: folder.join(inside), name: repository.url })
            } else {
                Err(SnapshotError::Format(format!("path {:?}", repository.path)))
            }
        })
        .collect()
}

fn manifest(folder: &Path) -> Result<SnapshotManifest, SnapshotError> {
    let path = folder.join(MANIFEST_NAME);
    let bytes = fs::read(&path).map_err(|source| SnapshotError::Read { path, source })?;
    let manifest: SnapshotManifest =
        serde_json::from_slice(&bytes).map_err(|error| SnapshotError::Format(error.to_string()))?;
    if manifest.format != SNAPSHOT_FORMAT {
        return Err(SnapshotError::Format(format!("it has format {}", manifest.format)));
    }
    Ok(manifest)
}

/// Unpacks an archive into `folder`, unless the folder exists. The folder is complete or absent, even after a crash.
fn unpack(archive: impl Read, name: &str, folder: &Path) -> Result<(), SnapshotError> {
    if folder.join(MANIFEST_NAME).exists() {
        return Ok(());
    }
    // Only errors of the operating system have a number; all others are about the archive.
    let io_error = |source: io::Error| match source.raw_os_error() {
        Some(_) => SnapshotError::Io { path: folder.to_owned(), source },
        None => SnapshotError::Damaged { name: name.to_owned(), reason: source.to_string() },
    };
    let scratch = folder.with_extension(format!("{}.part", std::process::id()));
    let unpacked = unpack_entries(archive, &scratch).map_err(io_error).and_then(|()| {
        match fs::rename(&scratch, folder) {
            // Another run was faster.
            Err(_) if folder.join(MANIFEST_NAME).exists() => Ok(()),
            other => other.map_err(io_error),
        }
    });
    // If the folder was renamed, there is nothing to remove.
    let _ = fs::remove_dir_all(&scratch);
    unpacked
}

fn unpack_entries(archive: impl Read, scratch: &Path) -> io::Result<()> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    fs::create_dir_all(scratch)?;
    // An archive beyond the limit is cut off, which is then reported as damage.
    let bounded = zstd::Decoder::new(archive)?.take(MAX_UNPACKED_BYTES);
    let mut archive = tar::Archive::new(bounded);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let belongs = CACHE_BUCKETS.iter().any(|bucket| path.starts_with(bucket.name()));
        // This file makes git read objects from another folder, which may be any folder of this machine.
        if path.ends_with("objects/info/alternates") {
            return Err(invalid("a repository that borrows from others"));
        }
        if !is_plain || !(belongs || path == Path::new(MANIFEST_NAME)) {
            return Err(invalid("a path that does not belong there"));
        }
        let to = scratch.join(&path);
        match entry.header().entry_type() {
            tar::EntryType::Directory => fs::create_dir_all(&to)?,
            tar::EntryType::Regular => {
                to.parent().map_or(Ok(()), fs::create_dir_all)?;
                io::copy(&mut entry, &mut fs::File::create_new(&to)?)?;
            }
            _ => return Err(invalid("an entry that is neither a file nor a folder")),
        }
    }
    Ok(())
}
