//! Outputs of shards: in memory, or as files that survive the process.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use streamguard_durable::{open_regular, read_regular, remove_dead_leftovers, write_atomic};

use crate::event::{Counters, INCOMPLETE_COUNTER};

/// Version of the result file.
pub(crate) const RESULT_FORMAT: u32 = 1;

/// Size of the read buffer in bytes.
const BUFFER_BYTES: usize = 256 << 10;

/// Name of the file that holds the hash of the plan to which a folder belongs.
const OWNER_FILE: &str = "plan";

/// End of the name of the file that describes a complete output.
const RESULT_SUFFIX: &str = ".result.json";

/// Largest [`OWNER_FILE`] that is read, in bytes: it holds a hash.
const MAX_OWNER_BYTES: u64 = 1 << 10;

/// Largest result file that is read, in bytes. Most of it is counters.
const MAX_RESULT_BYTES: u64 = 64 << 20;

/// End of the name of the file with the reason why there is no output.
pub(crate) const FAILURE_SUFFIX: &str = ".failed.json";

/// Where the outputs of one job's shards are kept.
#[derive(Clone, Debug)]
pub(crate) enum ShardStore {
    /// In memory, until the merge.
    Memory,
    /// In a folder: for each shard `<number>.jsonl` and, written last, `<number>.result.json`.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Hash of the plan that the outputs belong to.
        plan: String,
    },
}

/// Output of one finished shard.
#[derive(Debug, Default)]
pub(crate) struct StoredOutput {
    pub(crate) records: u64,
    pub(crate) counters: Counters,
    /// Duration of the attempt that made the output, here or on another machine.
    pub(crate) took: Duration,
    pub(crate) location: RecordsLocation,
}

/// Location of the records of one shard.
#[derive(Debug, Default)]
pub(crate) enum RecordsLocation {
    #[default]
    Empty,
    /// In memory; in a folder, only until the lease of the shard ends.
    Memory(Vec<u8>),
    File(PathBuf),
    /// In a file with the outputs of other shards.
    Pack {
        path: PathBuf,
        offset: u64,
        bytes: u64,
    },
}

/// Content of a result file. It exists only if the output beside it is complete.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ResultFile {
    pub(crate) format: u32,
    pub(crate) plan: String,
    pub(crate) shard: u32,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
    pub(crate) digest: String,
    #[serde(default)]
    pub(crate) counters: Counters,
    /// Duration of the attempt in microseconds.
    #[serde(default)]
    pub(crate) took_us: u64,
}

impl StoredOutput {
    /// Tells whether a part of the records is missing; see [`crate::ShardOutput::incomplete`].
    pub(crate) fn is_incomplete(&self) -> bool {
        self.counters.get(INCOMPLETE_COUNTER).is_some_and(|parts| *parts > 0)
    }

    /// Opens the records, one per line.
    pub(crate) fn open(&self) -> io::Result<Box<dyn BufRead + '_>> {
        Ok(match &self.location {
            RecordsLocation::Empty => Box::new(io::empty()),
            RecordsLocation::Memory(bytes) => Box::new(Cursor::new(bytes)),
            RecordsLocation::File(path) => {
                Box::new(BufReader::with_capacity(BUFFER_BYTES, open_regular(path)?))
            }
            RecordsLocation::Pack { path, offset, bytes } => {
                let mut file = open_regular(path)?;
                file.seek(SeekFrom::Start(*offset))?;
                let capacity = usize::try_from(*bytes).unwrap_or(BUFFER_BYTES).min(BUFFER_BYTES);
                Box::new(BufReader::with_capacity(capacity, file.take(*bytes)))
            }
        })
    }
}

impl ShardStore {
    /// Creates the folder and records that it belongs to this plan. Removes unfinished files that killed workers of
    /// this machine left.
    pub(crate) fn create(folder: &Path, plan: &str) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let store = Self::open(folder, plan)?;
        if store.check_owner().is_err() {
            write_atomic(&folder.join(OWNER_FILE), plan.as_bytes())?;
        }
        Ok(store)
    }

    /// Opens a folder that another process created, for the same plan or for a later one.
    pub(crate) fn open(folder: &Path, plan: &str) -> io::Result<Self> {
        remove_dead_leftovers(folder)?;
        Ok(Self::Folder { path: folder.to_owned(), plan: plan.to_owned() })
    }

    /// Checks that the folder still belongs to this plan. A shard that runs on a cluster may outlive its run:
    /// it must not overwrite the output of a later plan.
    ///
    /// # Errors
    /// A folder that belongs to another plan, or was removed.
    pub(crate) fn check_owner(&self) -> io::Result<()> {
        let Self::Folder { path, plan } = self else { return Ok(()) };
        match read_regular(&path.join(OWNER_FILE), MAX_OWNER_BYTES) {
            Ok(owner) if owner == plan.as_bytes() => Ok(()),
            Ok(_) => Err(io::Error::other("the folder belongs to another plan by now")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(io::Error::new(error.kind(), "the folder was removed while the run wrote to it"))
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the hash of the plan that its outputs belong to; empty in memory, where there is only one plan.
    pub(crate) fn plan(&self) -> &str {
        match self {
            Self::Memory => "",
            Self::Folder { plan, .. } => plan,
        }
    }

    /// Returns the shards that have left a result file, or a note why they have no result. Neither is checked.
    pub(crate) fn reported_shards(&self) -> BTreeSet<u32> {
        let Self::Folder { path, .. } = self else { return BTreeSet::new() };
        // One listing of the folder, because a network file system takes time to answer about each single file. A
        // file that appears meanwhile is found the next time.
        let names = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.file_name());
        let number = |name: &str| {
            let number = name.strip_suffix(RESULT_SUFFIX).or_else(|| name.strip_suffix(FAILURE_SUFFIX))?;
            number.parse().ok()
        };
        names.filter_map(|name| number(name.to_str()?)).collect()
    }

    /// Returns the path of the records of a shard.
    pub(crate) fn records_path(folder: &Path, shard: u32) -> PathBuf {
        folder.join(format!("{shard:06}.jsonl"))
    }

    /// Returns the path of the result file of a shard.
    pub(crate) fn result_path(folder: &Path, shard: u32) -> PathBuf {
        folder.join(format!("{shard:06}{RESULT_SUFFIX}"))
    }

    /// Removes the result of a shard, so that the shard can run again.
    pub(crate) fn forget_result(&self, shard: u32) -> io::Result<()> {
        let Self::Folder { path, .. } = self else { return Ok(()) };
        fs::remove_file(Self::result_path(path, shard))
    }

    /// Loads the output of a shard that is finished. Returns `None` if there is none, if it belongs to another plan,
    /// or if a byte of it has changed.
    pub(crate) fn load_valid(&self, shard: u32) -> Option<StoredOutput> {
        let Self::Folder { path, plan } = self else { return None };
        let result: ResultFile =
            serde_json::from_slice(&read_regular(&Self::result_path(path, shard), MAX_RESULT_BYTES).ok()?)
                .ok()?;
        if result.format != RESULT_FORMAT || result.plan != *plan || result.shard != shard {
            return None;
        }
        let location = if result.bytes == 0 {
            RecordsLocation::Empty
        } else {
            let records_path = Self::records_path(path, shard);
            let mut file = open_regular(&records_path).ok()?;
            // The length first: it is cheap to check, and most damage changes it.
            if file.metadata().ok()?.len() != result.bytes {
                return None;
            }
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(&mut file).ok()?;
            if hasher.finalize().to_hex().as_str() != result.digest {
                return None;
            }
            RecordsLocation::File(records_path)
        };
        let took = Duration::from_micros(result.took_us);
        Some(StoredOutput { records: result.records, counters: result.counters, took, location })
    }
}
