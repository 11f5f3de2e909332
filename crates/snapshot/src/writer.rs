//! Writes snapshots.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use tar::{Builder, EntryType, Header};

use streamguard_cache::{CacheBucket, FolderSeal};

use crate::CACHE_BUCKETS;
use crate::entry_path::{EntryUse, MANIFEST_NAME, entry_use};
use crate::error::SnapshotError;
use crate::manifest::{SnapshotManifest, is_repository};
use crate::unpack::MAX_MANIFEST_BYTES;

/// Level of zstd for a recorded run. It is low, because most of the content is in packs of git, which are compressed.
const COMPRESSION_LEVEL: i32 = 3;

/// Distance over which zstd finds repetitions: 2 to this power, in bytes. Commits of one history are similar to each
/// other. Decompression needs as much memory.
const WINDOW_LOG: u32 = 25;

/// Writes a snapshot, entry by entry. Equal entries give equal bytes.
pub struct SnapshotWriter<W: Write> {
    archive: Builder<zstd::Encoder<'static, W>>,
    /// Digests of the files, by path.
    files: BTreeMap<String, String>,
    /// URLs of repositories, by path.
    urls: BTreeMap<String, String>,
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
        Ok(Self { archive: Builder::new(encoder), files: BTreeMap::new(), urls: BTreeMap::new() })
    }

    /// Adds a file of `size` bytes.
    ///
    /// # Errors
    /// Any error of `out` or of the file; `InvalidInput` for a path that no snapshot contains.
    pub fn file(&mut self, path: &str, size: u64, bytes: impl Read) -> io::Result<()> {
        if !is_stored(path) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{path:?} does not belong in a snapshot"),
            ));
        }
        let mut hashed = HashedReader { inner: bytes, hasher: blake3::Hasher::new() };
        self.entry(path, size, &mut hashed)?;
        self.files.insert(path.to_owned(), hashed.hasher.finalize().to_hex().to_string());
        Ok(())
    }

    /// Notes the URL that a repository has now. Its files are added one by one, without a configuration: whoever unpacks
    /// the snapshot makes the repository.
    pub fn repository(&mut self, path: &str, url: &str) {
        self.urls.insert(path.to_owned(), url.to_owned());
    }

    /// Adds the manifest and ends the snapshot.
    ///
    /// # Errors
    /// Any error of `out`.
    pub fn finish(mut self, manifest: &SnapshotManifest) -> io::Result<W> {
        let (files, urls) = (std::mem::take(&mut self.files), std::mem::take(&mut self.urls));
        let json = serde_json::to_vec(&SnapshotManifest { files, urls, ..manifest.clone() })?;
        if json.len() as u64 > MAX_MANIFEST_BYTES {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it would contain too many files"));
        }
        self.entry(MANIFEST_NAME, json.len() as u64, &json[..])?;
        self.archive.into_inner()?.finish()
    }

    fn entry(&mut self, path: &str, size: u64, bytes: impl Read) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        // Times and owners would differ from machine to machine.
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(size);
        self.archive.append_data(&mut header, path, bytes)
    }

    /// Adds the files below a folder of a cache that a snapshot contains, in the order of the names.
    fn tree(&mut self, from: &Path, path: &str) -> io::Result<()> {
        if is_repository(path) {
            self.mirror(from, path)?;
        }
        let mut entries = fs::read_dir(from)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let below = format!("{path}/{name}");
            let kind = entry.file_type()?;
            // A folder with this ending is a mirror that is being written.
            if kind.is_dir() && !(path == CacheBucket::Git.name() && name.ends_with(".part")) {
                self.tree(&entry.path(), &below)?;
            } else if kind.is_file() && is_stored(&below) {
                let file = File::open(entry.path())?;
                let size = file.metadata()?.len();
                // The header already contains the size, so no more is read if the file grows meanwhile.
                self.file(&below, size, file.take(size))?;
            }
        }
        Ok(())
    }
}

impl<W: Write> SnapshotWriter<W> {
    /// Notes the URL of a mirror, whose files are about to be added. A damaged mirror would make a snapshot that looks
    /// sound.
    fn mirror(&mut self, from: &Path, path: &str) -> io::Result<()> {
        if !FolderSeal::is_intact(from) {
            let reason = format!("{} is damaged", from.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        if let Some(url) = streamguard_git::repository_url(from) {
            self.repository(path, &url);
        }
        Ok(())
    }
}

/// Returns whether a snapshot contains a path, besides its manifest.
fn is_stored(path: &str) -> bool {
    match entry_use(path) {
        // Beside answers are locks, and answers that are being written: only processes that write the cache need them.
        Some(EntryUse::File) => !path.ends_with(".lock") && !path.ends_with(".part"),
        Some(EntryUse::RepositoryFile(_)) => true,
        Some(EntryUse::Manifest | EntryUse::LeftOut) | None => false,
    }
}

/// A reader that hashes what is read.
struct HashedReader<R> {
    inner: R,
    hasher: blake3::Hasher,
}

impl<R: Read> Read for HashedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
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
