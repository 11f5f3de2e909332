//! Listings in the cache: all advisories of a source up to some time, so that the next run asks only
//! for what changed since.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamguard_durable::{AtomicFile, open_regular, read_regular, write_atomic};

use crate::source::target_key;
use streamguard_cache::{CacheBucket, add_checksum, verify_checksum};

/// Version of the state file. Listings of version 1 lack the records of which a part was not as documented; later
/// runs ask only for changes, so that they would lack them for good.
const LISTING_FORMAT: u32 = 2;

/// Largest state file that is read, in bytes. Real ones have some hundred.
const MAX_STATE_BYTES: u64 = 1 << 20;

/// A listing in the cache. Its file is named by its content and never changes, so that a run that
/// began with it can be resumed after a later run has made another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CachedListing {
    format: u32,
    /// Time up to which it is complete: the clock of the run that made it, in milliseconds since
    /// 1970-01-01 UTC.
    pub(crate) as_of_ms: u64,
    /// Name of the file of advisories.
    file: String,
}

/// Returns the key of a source's listing: a digest of the settings that decide which advisories it
/// has. Its target and its cache do not.
pub(crate) fn key(source: &str, settings: Value) -> String {
    let Value::Object(mut settings) = settings else { return source.to_owned() };
    let target = target_key(source);
    settings.retain(|key, _| key != "access" && *key != target);
    let digest = blake3::hash(Value::Object(settings).to_string().as_bytes()).to_hex();
    format!("{source}-{}", &digest[..16])
}

impl CachedListing {
    /// Returns the listing of a key, if there is one that can be used.
    pub(crate) fn find(cache: &Path, key: &str) -> Option<Self> {
        let folder = CacheBucket::Listings.folder(cache);
        let state = read_regular(&state_file(&folder, key), MAX_STATE_BYTES).ok()?;
        let listing: Self = serde_json::from_slice(verify_checksum(&state)?).ok()?;
        // A damaged listing is none: the source is asked for everything.
        (listing.format == LISTING_FORMAT && listing.check(&folder).is_ok()).then_some(listing)
    }

    /// Checks the file, and returns its advisories, each as a line of JSON.
    ///
    /// # Errors
    /// Any error of the file system; `InvalidData` if the file was changed.
    pub(crate) fn lines(&self, cache: &Path) -> io::Result<impl Iterator<Item = io::Result<String>>> {
        let folder = CacheBucket::Listings.folder(cache);
        self.check(&folder)?;
        Ok(BufReader::new(open_regular(&folder.join(&self.file))?).lines())
    }

    /// Checks the file against its name, which has the digest of the content, as `commit` made it.
    fn check(&self, folder: &Path) -> io::Result<()> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(open_regular(&folder.join(&self.file))?)?;
        match self.file.contains(&hasher.finalize().to_hex()[..32]) {
            true => Ok(()),
            false => Err(io::Error::new(io::ErrorKind::InvalidData, "the file was changed")),
        }
    }
}

/// A listing that is being written.
pub(crate) struct ListingWriter {
    folder: PathBuf,
    key: String,
    file: AtomicFile,
    hasher: blake3::Hasher,
}

impl ListingWriter {
    /// Begins a listing of a key.
    ///
    /// # Errors
    /// Any error of the file system.
    pub(crate) fn create(cache: &Path, key: &str) -> io::Result<Self> {
        let folder = CacheBucket::Listings.folder(cache);
        fs::create_dir_all(&folder)?;
        let file = AtomicFile::create(&folder.join(key))?;
        Ok(Self { folder, key: key.to_owned(), file, hasher: blake3::Hasher::new() })
    }

    /// Adds an advisory.
    ///
    /// # Errors
    /// Any error of the file system.
    pub(crate) fn add(&mut self, line: &[u8]) -> io::Result<()> {
        for part in [line, b"\n"] {
            self.hasher.update(part);
            self.file.write_all(part)?;
        }
        Ok(())
    }

    /// Makes it the listing of its key. The listing before stays, for a run that may still need it;
    /// older ones are removed.
    ///
    /// # Errors
    /// Any error of the file system.
    pub(crate) fn commit(self, as_of_ms: u64) -> io::Result<()> {
        let file = format!("{}.{}.jsonl", self.key, &self.hasher.finalize().to_hex()[..32]);
        self.file.commit_as(&self.folder.join(&file))?;
        // Read before the state is replaced: it names the file that a run may still need.
        let before = CachedListing::find(self.folder.parent().unwrap_or(&self.folder), &self.key);
        let listing = CachedListing { format: LISTING_FORMAT, as_of_ms, file };
        write_atomic(&state_file(&self.folder, &self.key), &add_checksum(serde_json::to_vec(&listing)?))?;
        let is_needed =
            |name: &str| name == listing.file || before.as_ref().is_some_and(|before| name == before.file);
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_of_key = name.strip_prefix(&self.key).is_some_and(|rest| rest.starts_with('.'));
            if is_of_key && name.ends_with(".jsonl") && !is_needed(&name) {
                // Another run may have removed it first.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

fn state_file(folder: &Path, key: &str) -> PathBuf {
    folder.join(format!("{key}.json"))
}
