//! Snapshots: recorded upstream answers in one file, from which a run can be replayed without
//! network. A tar archive, compressed with zstd: `manifest.json`, and as in a cache, bare
//! repositories below `git/` and answers below `answers/`.

mod writer;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use streamguard_cache::CacheBucket;
use streamguard_git::RepositorySource;
pub use writer::{Writer, write};

/// The demo world: small repositories with planted fixes, and advisories of some of them, all of
/// it fictional. The crate `world` writes it: `cargo xtask snapshot`.
const EMBEDDED: &[u8] = include_bytes!("../demo.snapshot");

/// Version of the archive's layout.
const FORMAT: u32 = 2;

/// Most bytes that a snapshot may unpack to.
const MAX_UNPACKED: u64 = 64 << 30;

/// The file that says what is in a snapshot.
const MANIFEST: &str = "manifest.json";

/// The parts of a cache that a snapshot holds.
const PARTS: [CacheBucket; 2] = [CacheBucket::Answers, CacheBucket::Git];

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
    /// It is no archive, or a damaged one.
    #[error("{name} is no snapshot, or damaged: {reason}")]
    Damaged {
        /// Name of the snapshot, for people.
        name: String,
        /// Description of the damage.
        reason: String,
    },
    /// It is no snapshot, or one of another format.
    #[error("not a snapshot of format {FORMAT}: {0}")]
    Format(String),
}

/// Contents of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// The snapshot's idea of now, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
    /// The repositories that are mined where none is named.
    pub repositories: Vec<Repository>,
}

/// A repository in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Its address.
    pub url: String,
    /// Path of the bare repository in the archive.
    pub path: String,
}

impl Manifest {
    /// A manifest of the present format, as yet without repositories.
    pub fn new(clock_ms: u64) -> Self {
        Self { format: FORMAT, clock_ms, repositories: Vec::new() }
    }
}

/// A snapshot that is unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Folder in which it lies.
    pub folder: PathBuf,
    /// Its idea of now, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
}

impl Snapshot {
    /// The demo world, unpacked to the cache where need be.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn embedded(cache: &Path) -> Result<Self, SnapshotError> {
        Self::unpacked(EMBEDDED, "the embedded snapshot", &blake3::hash(EMBEDDED), cache)
    }

    /// A snapshot in a file, unpacked to the cache where need be.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn open(file: &Path, cache: &Path) -> Result<Self, SnapshotError> {
        let unreadable = |source| SnapshotError::Read { path: file.to_owned(), source };
        // Read twice: the digest names the folder, and has to be known before anything is unpacked.
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

/// The repositories that are mined where none is named, of the snapshot in a folder.
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

fn manifest(folder: &Path) -> Result<Manifest, SnapshotError> {
    let path = folder.join(MANIFEST);
    let bytes = fs::read(&path).map_err(|source| SnapshotError::Read { path, source })?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|error| SnapshotError::Format(error.to_string()))?;
    if manifest.format != FORMAT {
        return Err(SnapshotError::Format(format!("it has format {}", manifest.format)));
    }
    Ok(manifest)
}

/// Unpacks an archive into `folder`, unless it is there. The folder is whole or absent.
fn unpack(archive: impl Read, name: &str, folder: &Path) -> Result<(), SnapshotError> {
    if folder.join(MANIFEST).exists() {
        return Ok(());
    }
    // What the file system says has a number; the rest is about the archive.
    let io_error = |source: io::Error| match source.raw_os_error() {
        Some(_) => SnapshotError::Io { path: folder.to_owned(), source },
        None => SnapshotError::Damaged { name: name.to_owned(), reason: source.to_string() },
    };
    let scratch = folder.with_extension(format!("{}.part", std::process::id()));
    let unpacked = unpack_entries(archive, &scratch).map_err(io_error).and_then(|()| {
        match fs::rename(&scratch, folder) {
            // Another run was faster.
            Err(_) if folder.join(MANIFEST).exists() => Ok(()),
            other => other.map_err(io_error),
        }
    });
    // Gone already if the renaming succeeded.
    let _ = fs::remove_dir_all(&scratch);
    unpacked
}

fn unpack_entries(archive: impl Read, scratch: &Path) -> io::Result<()> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    fs::create_dir_all(scratch)?;
    // What is beyond the limit is cut off, and shows as a damaged archive.
    let bounded = zstd::Decoder::new(archive)?.take(MAX_UNPACKED);
    let mut archive = tar::Archive::new(bounded);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let belongs = PARTS.iter().any(|part| path.starts_with(part.name()));
        // Other folders' objects are nobody's to borrow.
        if path.ends_with("objects/info/alternates") {
            return Err(invalid("a repository that borrows from others"));
        }
        if !is_plain || !(belongs || path == Path::new(MANIFEST)) {
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
