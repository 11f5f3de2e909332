//! Snapshots: recorded upstream answers in one file, from which a run can be replayed without
//! network. A tar archive, compressed with zstd: `manifest.json`, and as in a cache, bare
//! repositories below `git/` and answers below `answers/`.

use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use crate::repo::Source;

/// The demo world: small repositories with planted fixes, all of it fictional. The crate
/// `world` writes it: `cargo xtask snapshot`.
const EMBEDDED: &[u8] = include_bytes!("../../demo.snapshot");

/// Version of the archive's layout.
const FORMAT: u32 = 2;

/// Most bytes that a snapshot may unpack to.
const MAX_UNPACKED: u64 = 4 << 30;

/// Why a snapshot cannot be used.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The archive cannot be read, or the cache not written.
    #[error("cannot unpack the snapshot to {path}: {source}")]
    Io {
        /// Where to.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// It is no snapshot, or one of another format.
    #[error("not a snapshot of format {FORMAT}: {0}")]
    Format(String),
}

/// What is in a snapshot.
#[derive(Debug, Deserialize)]
struct Manifest {
    format: u32,
    repositories: Vec<Repository>,
}

/// A repository in a snapshot.
#[derive(Debug, Deserialize)]
struct Repository {
    url: String,
    path: String,
}

/// The repositories of the embedded snapshot, unpacked to the cache where need be.
///
/// # Errors
/// [`SnapshotError`].
pub fn embedded(cache: &Path) -> Result<Vec<Source>, SnapshotError> {
    let name = blake3::hash(EMBEDDED).to_hex();
    let folder = cache.join("snapshots").join(&name[..16]);
    unpack(EMBEDDED, &folder)?;
    repositories(&folder)
}

/// Unpacks an archive into `folder`, unless it is there. The folder is whole or absent.
fn unpack(archive: &[u8], folder: &Path) -> Result<(), SnapshotError> {
    if folder.join("manifest.json").exists() {
        return Ok(());
    }
    let io_error = |source| SnapshotError::Io { path: folder.to_owned(), source };
    let scratch = folder.with_extension(format!("{}.part", std::process::id()));
    let unpacked = unpack_entries(archive, &scratch).map_err(io_error).and_then(|()| {
        match fs::rename(&scratch, folder) {
            // Another run was faster.
            Err(_) if folder.join("manifest.json").exists() => Ok(()),
            other => other.map_err(io_error),
        }
    });
    let _ = fs::remove_dir_all(&scratch);
    unpacked
}

fn unpack_entries(archive: &[u8], scratch: &Path) -> io::Result<()> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    fs::create_dir_all(scratch)?;
    let bounded = zstd::Decoder::new(archive)?.take(MAX_UNPACKED);
    let mut archive = tar::Archive::new(bounded);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let belongs = path.starts_with("git") || path.starts_with("answers");
        if !is_plain || !(belongs || path == Path::new("manifest.json")) {
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
    // git does not know a repository without this folder, and an archive may leave empty ones out.
    Ok(())
}

fn repositories(folder: &Path) -> Result<Vec<Source>, SnapshotError> {
    let path = folder.join("manifest.json");
    let bytes = fs::read(&path).map_err(|source| SnapshotError::Io { path, source })?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|error| SnapshotError::Format(error.to_string()))?;
    if manifest.format != FORMAT {
        return Err(SnapshotError::Format(format!("it has format {}", manifest.format)));
    }
    manifest
        .repositories
        .into_iter()
        .map(|repository| {
            let inside = Path::new(&repository.path);
            if inside.components().all(|part| matches!(part, Component::Normal(_))) {
                Ok(Source::Local { path: folder.join(inside), name: repository.url })
            } else {
                Err(SnapshotError::Format(format!("path {:?}", repository.path)))
            }
        })
        .collect()
}
