//! Writes snapshots.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use tar::{Builder, EntryType, Header};

use streamguard_cache::{CacheBucket, FolderSeal};

use crate::CACHE_BUCKETS;
use crate::bounded_reader::max_unpacked_bytes;
use crate::entry_path::{EntryUse, MANIFEST_NAME, MAX_PATH_BYTES, entry_use, max_bytes, use_at_any_length};
use crate::error::SnapshotError;
use crate::manifest::{SnapshotManifest, is_repository};
use crate::unpack::{MAX_FILES, MAX_MANIFEST_BYTES};

/// Level of zstd for a recorded run. It is low, because most of the content is in packs of git, which are compressed.
const COMPRESSION_LEVEL: i32 = 3;

/// Distance over which zstd finds repetitions: 2 to this power, in bytes. Commits of one history are similar to each
/// other. Decompression needs as much memory.
const WINDOW_LOG: u32 = 25;

/// Writes a snapshot, entry by entry. Equal entries give equal bytes.
pub struct SnapshotWriter<W: Write> {
    archive: Builder<CountingWriter<zstd::Encoder<'static, CountingWriter<W>>>>,
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
        let mut encoder = zstd::Encoder::new(CountingWriter::new(out), level)?;
        encoder.long_distance_matching(true)?;
        encoder.window_log(WINDOW_LOG)?;
        encoder.include_checksum(true)?;
        let archive = Builder::new(CountingWriter::new(encoder));
        Ok(Self { archive, files: BTreeMap::new(), urls: BTreeMap::new() })
    }

    /// Adds a file of `size` bytes.
    ///
    /// # Errors
    /// Any error of `out` or of the file; `InvalidInput` for a path that no snapshot contains, `FileTooLarge` for a file
    /// that would be refused when the snapshot is opened.
    pub fn file(&mut self, path: &str, size: u64, bytes: impl Read) -> io::Result<()> {
        if !is_stored(entry_use(path), path) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{path:?} does not belong in a snapshot"),
            ));
        }
        if size > max_bytes(path) {
            return Err(too_large(format!("{path:?} is larger than {} bytes", max_bytes(path))));
        }
        if self.files.len() == MAX_FILES {
            return Err(too_large(format!("it would contain more than {MAX_FILES} files")));
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
    /// Any error of `out`; `FileTooLarge` if the snapshot would be refused when it is opened.
    pub fn finish(mut self, manifest: &SnapshotManifest) -> io::Result<W> {
        let (files, urls) = (std::mem::take(&mut self.files), std::mem::take(&mut self.urls));
        let json = serde_json::to_vec(&SnapshotManifest { files, urls, ..manifest.clone() })?;
        if json.len() as u64 > MAX_MANIFEST_BYTES {
            return Err(too_large("it would contain too many files"));
        }
        self.entry(MANIFEST_NAME, json.len() as u64, &json[..])?;
        let unpacked = self.archive.into_inner()?;
        let packed = unpacked.inner.finish()?;
        let limit = max_unpacked_bytes(packed.written);
        if unpacked.written > limit {
            let (given, limit) = (unpacked.written >> 20, limit >> 20);
            return Err(too_large(format!(
                "it would unpack to {given} MiB, and more than {limit} MiB is taken for a decompression bomb"
            )));
        }
        Ok(packed.inner)
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
            let name = entry.file_name();
            let below = format!("{path}/{}", name.to_string_lossy());
            let kind = entry.file_type()?;
            // A folder with this ending is a mirror that is being written.
            if kind.is_dir() && !(path == CacheBucket::Git.name() && below.ends_with(".part")) {
                self.tree(&entry.path(), &below)?;
            } else if kind.is_file() && is_stored(use_at_any_length(&below), &below) {
                // Without one of its references, a repository would look whole and give other results.
                if name.to_str().is_none() || below.len() > MAX_PATH_BYTES {
                    let reason =
                        format!("no snapshot can contain {below:?}: its name is too long, or not UTF-8");
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
                }
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

/// Returns whether a snapshot contains a path with this use, besides its manifest.
fn is_stored(entry_use: Option<EntryUse<'_>>, path: &str) -> bool {
    match entry_use {
        // Beside answers are locks, and answers that are being written: only processes that write the cache need them.
        Some(EntryUse::File) => !path.ends_with(".lock") && !path.ends_with(".part"),
        Some(EntryUse::RepositoryFile(_)) => true,
        Some(EntryUse::Manifest | EntryUse::LeftOut) | None => false,
    }
}

fn too_large(reason: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, reason.into())
}

/// A writer that counts what is written.
struct CountingWriter<W> {
    inner: W,
    written: u64,
}

impl<W: Write> CountingWriter<W> {
    fn new(inner: W) -> Self {
        Self { inner, written: 0 }
    }
}

impl<W: Write> Write for CountingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
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
