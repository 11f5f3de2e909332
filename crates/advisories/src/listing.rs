//! Listings: what a source had said up to some moment, kept in the cache, so that the next run
//! asks only for what changed since.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamguard_durable::{AtomicFile, write_atomic};

use streamguard_cache::CacheBucket;

/// Version of the state file.
const FORMAT: u32 = 1;

/// A listing in the cache. Its file is named by its content and never changes: a run that began
/// with it can be resumed although a later one has made another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    format: u32,
    /// Up to when it is complete: the clock reading of the run that made it, in milliseconds
    /// since 1970-01-01 UTC.
    pub(super) as_of_ms: u64,
    /// Name of the file of advisories.
    file: String,
}

/// What decides which advisories a source has, shortened: its settings but for what it may
/// collect and where it caches.
pub(super) fn key(name: &str, settings: Value) -> String {
    let Value::Object(mut settings) = settings else { return name.to_owned() };
    settings.retain(|key, _| key != "access" && !key.ends_with("-samples"));
    let digest = blake3::hash(Value::Object(settings).to_string().as_bytes()).to_hex();
    format!("{name}-{}", &digest[..16])
}

impl Listing {
    /// The listing of this key; none if there is none that can be used.
    pub(super) fn find(cache: &Path, key: &str) -> Option<Self> {
        let folder = CacheBucket::Listings.folder(cache);
        let listing: Self = serde_json::from_slice(&fs::read(state(&folder, key)).ok()?).ok()?;
        (listing.format == FORMAT && folder.join(&listing.file).exists()).then_some(listing)
    }

    /// Calls `take` with every advisory, as a line of JSON.
    ///
    /// # Errors
    /// `Ok(Err(..))` is what `take` returned; `InvalidData` if the file was changed.
    pub(super) fn each<E>(
        &self,
        cache: &Path,
        mut take: impl FnMut(&str) -> Result<(), E>,
    ) -> io::Result<Result<(), E>> {
        let path = CacheBucket::Listings.folder(cache).join(&self.file);
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(&path)?)?;
        if !self.file.contains(&hasher.finalize().to_hex()[..32]) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it was changed"));
        }
        for line in BufReader::new(File::open(&path)?).lines() {
            if let Err(error) = take(&line?) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }
}

/// A listing in the making.
pub(super) struct Making {
    folder: PathBuf,
    key: String,
    scratch: AtomicFile,
    scratch_path: PathBuf,
    hasher: blake3::Hasher,
}

impl Making {
    /// Begins a listing of this key.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn begin(cache: &Path, key: &str) -> io::Result<Self> {
        let folder = CacheBucket::Listings.folder(cache);
        fs::create_dir_all(&folder)?;
        let scratch_path = folder.join(format!("{key}.{}.new", std::process::id()));
        let scratch = AtomicFile::create(&scratch_path)?;
        Ok(Self { folder, key: key.to_owned(), scratch, scratch_path, hasher: blake3::Hasher::new() })
    }

    /// Adds an advisory.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn add(&mut self, line: &[u8]) -> io::Result<()> {
        for part in [line, b"\n"] {
            self.hasher.update(part);
            self.scratch.write_all(part)?;
        }
        Ok(())
    }

    /// Makes it the listing of its key. The one before stays, for a run that may still need it;
    /// older ones go.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn keep(self, as_of_ms: u64) -> io::Result<()> {
        let file = format!("{}.{}.jsonl", self.key, &self.hasher.finalize().to_hex()[..32]);
        self.scratch.commit()?;
        fs::rename(&self.scratch_path, self.folder.join(&file))?;
        let before = Listing::find(self.folder.parent().unwrap_or(&self.folder), &self.key);
        let listing = Listing { format: FORMAT, as_of_ms, file };
        write_atomic(&state(&self.folder, &self.key), &serde_json::to_vec(&listing)?)?;
        let is_needed =
            |name: &str| name == listing.file || before.as_ref().is_some_and(|before| name == before.file);
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_of_key = name.strip_prefix(&self.key).is_some_and(|rest| rest.starts_with('.'));
            if is_of_key && name.ends_with(".jsonl") && !is_needed(&name) {
                // Another run may have been faster.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

fn state(folder: &Path, key: &str) -> PathBuf {
    folder.join(format!("{key}.json"))
}
