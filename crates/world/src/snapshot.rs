//! The snapshot: all repositories and all answers of upstreams in one file, so that a run needs no
//! network.
//!
//! A tar archive, compressed with zstd. `manifest.json` says what is in it; the rest lies as in a
//! cache: repositories below `git/`, where mirrors are, and answers below `answers/`.

use std::io::Write;

use serde::{Deserialize, Serialize};
use tar::{Builder, EntryType, Header};

use crate::WorldError;
use crate::repository::Repository;

/// Version of the layout of the archive.
pub const FORMAT: u32 = 2;

/// Level of compression: high, since snapshots are written seldom and read often.
const LEVEL: i32 = 19;

/// How far back repetitions are looked for: 2 to this power bytes. Histories repeat themselves from commit
/// to commit, and decompression needs as much memory.
const WINDOW_LOG: u32 = 25;

/// `manifest.json` of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The world's idea of now, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
    /// The seed of the world.
    pub seed: u64,
    /// The repositories, by path.
    pub repositories: Vec<ManifestRepository>,
}

/// A repository in the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestRepository {
    /// Its address.
    pub url: String,
    /// Path of the bare repository in the archive.
    pub path: String,
}

/// Writes a snapshot, entry by entry.
pub(crate) struct SnapshotWriter<W: Write> {
    archive: Builder<zstd::Encoder<'static, W>>,
    path: std::path::PathBuf,
}

impl<W: Write> SnapshotWriter<W> {
    /// Begins a snapshot; `path` is where `out` goes, for messages.
    pub(crate) fn new(out: W, path: &std::path::Path) -> Result<Self, WorldError> {
        let failed = |error| WorldError::io(path, error);
        let mut encoder = zstd::Encoder::new(out, LEVEL).map_err(failed)?;
        encoder.long_distance_matching(true).map_err(failed)?;
        encoder.window_log(WINDOW_LOG).map_err(failed)?;
        encoder.include_checksum(true).map_err(failed)?;
        Ok(Self { archive: Builder::new(encoder), path: path.to_owned() })
    }

    /// Adds a repository below `git/`.
    pub(crate) fn repository(&mut self, repository: &Repository) -> Result<(), WorldError> {
        let root = repository.path();
        let mut entries: Vec<(String, Option<&[u8]>)> = repository
            .files
            .iter()
            .map(|(path, bytes)| (format!("{root}/{path}"), Some(&bytes[..])))
            .collect();
        entries.push((format!("{root}/"), None));
        entries.extend(Repository::FOLDERS.iter().map(|folder| (format!("{root}/{folder}/"), None)));
        entries.sort();
        for (path, bytes) in entries {
            match bytes {
                Some(bytes) => self.entry(&path, EntryType::Regular, 0o644, bytes)?,
                None => self.entry(&path, EntryType::Directory, 0o755, &[])?,
            }
        }
        Ok(())
    }

    /// Adds a file.
    pub(crate) fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), WorldError> {
        self.entry(path, EntryType::Regular, 0o644, bytes)
    }

    /// Adds the manifest and ends the snapshot.
    pub(crate) fn finish(mut self, manifest: &Manifest) -> Result<W, WorldError> {
        let json = serde_json::to_vec(manifest).map_err(|error| WorldError::io(&self.path, error.into()))?;
        self.entry("manifest.json", EntryType::Regular, 0o644, &json)?;
        let encoder = self.archive.into_inner();
        encoder.and_then(zstd::Encoder::finish).map_err(|error| WorldError::io(&self.path, error))
    }

    fn entry(&mut self, path: &str, kind: EntryType, mode: u32, bytes: &[u8]) -> Result<(), WorldError> {
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(bytes.len() as u64);
        let added = header.set_path(path).and_then(|()| {
            header.set_cksum();
            self.archive.append(&header, bytes)
        });
        added.map_err(|error| WorldError::io(&self.path, error))
    }
}
