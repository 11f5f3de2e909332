//! Writing a snapshot.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use tar::{Builder, EntryType, Header};

use super::{MANIFEST, Manifest, PARTS, SnapshotError};
use streamguard_cache::CacheBucket;

/// Level of compression of a recording: most of it is compressed already, as packs.
const LEVEL: i32 = 3;

/// Distance over which repetitions are found, as a power of two in bytes. Histories repeat themselves
/// from commit to commit, and decompression needs as much memory.
const WINDOW_LOG: u32 = 25;

/// Ending of the locks in a cache, which only serve the processes that write it.
const LOCK: &str = ".lock";

/// Writes a snapshot, entry by entry. The same entries make the same bytes.
pub struct Writer<W: Write> {
    archive: Builder<zstd::Encoder<'static, W>>,
}

impl<W: Write> Writer<W> {
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

    /// Adds a folder, which may stay empty: git knows no repository without some of them.
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
    pub fn finish(mut self, manifest: &Manifest) -> io::Result<W> {
        let json = serde_json::to_vec(manifest)?;
        self.file(MANIFEST, json.len() as u64, &json[..])?;
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

    /// Adds what is below a folder, in the order of the names.
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
            } else if kind.is_file() && !name.ends_with(LOCK) {
                let file = File::open(entry.path())?;
                let size = file.metadata()?.len();
                // The header has told the size: a file that grows meanwhile must not write beyond
                // it.
                self.file(&below, size, file.take(size))?;
            }
        }
        Ok(())
    }
}

/// Writes what a cache holds of answers and repositories to a file, which is whole or absent.
///
/// # Errors
/// [`SnapshotError::Write`].
pub fn write(cache: &Path, clock_ms: u64, file: &Path) -> Result<(), SnapshotError> {
    let failed = |source| SnapshotError::Write { path: file.to_owned(), source };
    let whole = streamguard_durable::AtomicFile::create(file).map_err(failed)?;
    let mut writer = Writer::new(BufWriter::new(whole), LEVEL).map_err(failed)?;
    for part in PARTS {
        let from = CacheBucket::folder(part, cache);
        if from.exists() {
            writer.tree(&from, part.name()).map_err(failed)?;
        }
    }
    let written = writer.finish(&Manifest::new(clock_ms)).map_err(failed)?;
    let whole = written.into_inner().map_err(|error| failed(error.into_error()))?;
    whole.commit().map_err(failed)
}
