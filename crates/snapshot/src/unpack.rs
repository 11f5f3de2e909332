//! Unpacking of an archive into repositories that this program makes itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use tar::{Archive, Entry, EntryType};

use crate::bounded_reader::BoundedReader;
use crate::entry_path::{EntryUse, MANIFEST_NAME, MAX_PATH_BYTES, entry_use, max_bytes};
use crate::error::SnapshotError;
use crate::manifest::SnapshotManifest;

/// Most files of a snapshot.
pub(crate) const MAX_FILES: usize = 1_000_000;

/// Largest manifest, in bytes. It is read into memory.
pub(crate) const MAX_MANIFEST_BYTES: u64 = 64 << 20;

/// Reason why an archive is not unpacked.
pub(crate) enum UnpackError {
    /// The operating system failed.
    Io(io::Error),
    /// The archive is damaged, or contains what no snapshot contains.
    Damaged(String),
    /// The manifest is not of a snapshot of this format.
    Manifest(SnapshotError),
}

impl From<io::Error> for UnpackError {
    fn from(error: io::Error) -> Self {
        // Only errors of the operating system have a number; all others are about the archive.
        match error.raw_os_error() {
            Some(_) => Self::Io(error),
            None => Self::Damaged(error.to_string()),
        }
    }
}

fn damaged<T>(reason: impl Into<String>) -> Result<T, UnpackError> {
    Err(UnpackError::Damaged(reason.into()))
}

/// Unpacks an archive of `packed_bytes` bytes into a folder, and checks it against its manifest.
pub(crate) fn unpack(archive: impl Read, packed_bytes: u64, to: &Path) -> Result<(), UnpackError> {
    fs::create_dir_all(to)?;
    let mut archive = Archive::new(BoundedReader::new(zstd::Decoder::new(archive)?, packed_bytes));
    let mut unpacked = Unpacked::default();
    let mut long_path = None;
    // Raw, because the library would read long names into memory whatever their length.
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        match entry.header().entry_type() {
            EntryType::GNULongName => long_path = Some(read_long_path(&mut entry)?),
            EntryType::Directory => long_path = None,
            EntryType::Regular => {
                let path = long_path.take().unwrap_or_else(|| entry.path_bytes().into_owned());
                unpacked.add(&path, &mut entry, to)?;
            }
            _ => return damaged("it contains an entry that is neither a file nor a folder"),
        }
    }
    // The checksum of the compression is at the end, after that of the archive.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    unpacked.finish(to)
}

/// Reads the name of the next entry, which was too long for its header.
fn read_long_path(entry: &mut Entry<'_, impl Read>) -> Result<Vec<u8>, UnpackError> {
    // Such names end with a zero byte.
    if entry.size() > MAX_PATH_BYTES as u64 + 1 {
        return damaged("it contains a path that is too long");
    }
    let mut path = Vec::new();
    entry.read_to_end(&mut path)?;
    path.pop_if(|last| *last == 0);
    Ok(path)
}

/// Files that were read from an archive.
#[derive(Default)]
struct Unpacked {
    /// Digests by path.
    files: BTreeMap<String, String>,
    repositories: BTreeSet<String>,
    manifest: Option<Vec<u8>>,
}

impl Unpacked {
    /// Adds a file of the archive.
    fn add(&mut self, path: &[u8], entry: &mut Entry<'_, impl Read>, to: &Path) -> Result<(), UnpackError> {
        let path = String::from_utf8_lossy(path).into_owned();
        let Some(entry_use) = entry_use(&path) else {
            return damaged(format!("it contains {path:?}, which does not belong there"));
        };
        if self.files.len() == MAX_FILES && entry_use != EntryUse::Manifest {
            return damaged(format!("it contains more than {MAX_FILES} files"));
        }
        if entry.size() > max_bytes(&path) {
            return damaged(format!("{path:?} is too large"));
        }
        let digest = match entry_use {
            EntryUse::Manifest => {
                if entry.size() > MAX_MANIFEST_BYTES || self.manifest.is_some() {
                    return damaged("its manifest is too large, or there are two");
                }
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes)?;
                self.manifest = Some(bytes);
                return Ok(());
            }
            EntryUse::LeftOut => copy(entry, io::sink())?,
            EntryUse::File => write(entry, &to.join(&path))?,
            EntryUse::RepositoryFile(repository) => {
                self.repositories.insert(repository.to_owned());
                write(entry, &to.join(&path))?
            }
        };
        match self.files.insert(path, digest) {
            None => Ok(()),
            Some(_) => damaged("it contains two entries of one name"),
        }
    }

    /// Checks the files against the manifest, and turns folders of objects and references into repositories.
    fn finish(self, to: &Path) -> Result<(), UnpackError> {
        let Some(bytes) = self.manifest else { return damaged("it has no manifest") };
        let manifest = SnapshotManifest::parse(&bytes).map_err(UnpackError::Manifest)?;
        if self.files != manifest.files {
            let differs = |path: &&String| self.files.get(*path) != manifest.files.get(*path);
            let odd = self.files.keys().chain(manifest.files.keys()).find(differs);
            return damaged(format!("{:?} is not as its manifest says", odd.map_or("", String::as_str)));
        }
        for path in &self.repositories {
            if !self.files.contains_key(&format!("{path}/HEAD")) {
                return damaged(format!("the repository {path:?} has no HEAD"));
            }
            streamguard_git::initialise_repository(
                &to.join(path),
                manifest.urls.get(path).map(String::as_str),
            )?;
        }
        fs::write(to.join(MANIFEST_NAME), bytes)?;
        Ok(())
    }
}

/// Writes a new file. Returns its digest.
fn write(from: &mut impl Read, path: &Path) -> Result<String, UnpackError> {
    let created = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| File::create_new(path));
    match created {
        Ok(file) => Ok(copy(from, file)?),
        // The folder was empty before, so both are of the archive.
        Err(error) if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotADirectory) => {
            damaged("it contains two entries of one name")
        }
        Err(error) => Err(error.into()),
    }
}

/// Copies bytes. Returns their digest.
fn copy(from: &mut impl Read, mut to: impl Write) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().to_hex().to_string()),
            read => {
                hasher.update(&buffer[..read]);
                to.write_all(&buffer[..read])?;
            }
        }
    }
}
