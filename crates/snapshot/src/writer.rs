//! Writes snapshots.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use tar::{Builder, EntryType, Header};

use super::{CACHE_BUCKETS, MANIFEST_NAME, SnapshotError, SnapshotManifest};
use streamguard_cache::CacheBucket;

/// Level of zstd for a recorded run. It is low, because most of the content is in packs of git, which are compressed.
const COMPRESSION_LEVEL: i32 = 3;

/// Distance over which zstd finds repetitions: 2 to this power, in bytes. Commits of one history are similar to each
/// other. Decompression needs as much memory.
const WINDOW_LOG: u32 = 25;

/// End of the names of locks in a cache. They are left out: only processes that write the cache need them.
const LOCK_SUFFIX: &str = ".lock";

/// Writes a snapshot, entry by entry. Equal entries give equal bytes.
pub struct SnapshotWriter<W: Write> {
    archive: Builder<zstd::Encoder<'static, W>>,
}

impl<W: Write> SnapshotWriter<W> {
    /// Begins a snapshot, compressed at a level of zstd from 1 to 22.
    ///
    /// # Errors
    /// Any error of `out`.
    pub fn new(out: W, level: i32) -> io::Result<Self> {
        let mut encoder = zstd::Encoder::new(out, level)?;
        encoder.long_distance_matching(true)?;
        encoder.window_log(WINDOW_LOG)?;
        encoder.include_checksum(true)?;
        Ok(Self { archive: Builder::new(encoder) })
    }

    /// Adds a file of `size` bytes.
    ///
    /// # Errors
    /// Any error of `out` or of the file.
    pub fn file(&mut self, path: &str, size: u64, bytes: impl Read) -> io::Result<()> {
        self.entry(path, EntryType::Regular, 0o644, size, bytes)
    }

    /// Adds a folder, which may stay empty: git needs some empty folders to recognise a repository.
    ///
    /// # Errors
    /// Any error of `out`.
    pub fn folder(&mut self, path: &str) -> io::Result<()> {
        self.entry(&format!("{path}/"), EntryType::Directory, 0o755, 0, io::empty())
    }

    /// Adds the manifest and ends the snapshot.
    ///
    /// # Errors
    /// Any error of `out`.
    pub fn finish(mut self, manifest: &SnapshotManifest) -> io::Result<W> {
        let json = serde_json::to_vec(manifest)?;
        self.file(MANIFEST_NAME, json.len() as u64, &json[..])?;
        self.archive.into_inner()?.finish()
    }

    fn entry(
        &mut self,
        path: &str,
        kind: EntryType,
        mode: u32,
        size: u64,
        bytes: impl Read,
    ) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        // Times and owners would differ from machine to machine.
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(size);
        self.archive.append_data(&mut header, path, bytes)
    }

    /// Adds a folder and all files below it, in the order of the names.
    fn tree(&mut self, from: &Path, path: &str) -> io::Result<()> {
        self.folder(path)?;
        let mut entries = fs::read_dir(from)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let below = format!("{path}/{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() && !name.ends_with(".part") {
                self.tree(&entry.path(), &below)?;
            } else if kind.is_file() && !name.ends_with(LOCK_SUFFIX) {
                let file = File::open(entry.path())?;
                let size = file.metadata()?.len();
                // The header already contains the size, so no more is read if the file grows meanwhile.
                self.file(&below, size, file.take(size))?;
            }
        }
        Ok(())
    }
}

/// Writes the answers and repositories of a cache to a snapshot. The file is complete or absent, even after a crash.
///
/// # Errors
/// [`SnapshotError::Write`].
pub fn write_snapshot(cache: &Path, clock_ms: u64, file: &Path) -> Result<(), SnapshotError> {
    let failed = |source| SnapshotError::Write { path: file.to_owned(), source };
    let whole = streamguard_durable::AtomicFile::create(file).map_err(failed)?;
    let mut writer = SnapshotWriter::new(BufWriter::new(whole), COMPRESSION_LEVEL).map_err(failed)?;
    for bucket in CACHE_BUCKETS {
        let from = CacheBucket::folder(bucket, cache);
        if from.exists() {
            writer.tree(&from, bucket.name()).map_err(failed)?;
        }
    }
    let written = writer.finish(&SnapshotManifest::new(clock_ms)).map_err(failed)?;
    let whole = written.into_inner().map_err(|error| failed(error.into_error()))?;
    whole.commit().map_err(failed)
}
