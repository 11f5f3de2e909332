//! Where the outputs of shards are kept: in memory, or as files that survive the process.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::event::{Counters, micros};
use streamguard_durable::AtomicFile;

/// Version of the result file.
const FORMAT: u32 = 1;

/// Output up to this size is written in one go.
const BUFFER: usize = 256 << 10;

/// The file that says to which plan a folder belongs.
const OWNER: &str = "plan";

/// Where the outputs of one job's shards go.
#[derive(Clone, Debug)]
pub(crate) enum ShardStore {
    /// Kept in memory until the merge.
    Memory,
    /// Kept in this folder: `<number>.jsonl` and, written last, `<number>.result.json`.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Hash of the plan that the results belong to.
        plan: String,
    },
}

/// The output of one finished shard.
#[derive(Debug, Default)]
pub(crate) struct StoredOutput {
    pub(crate) records: u64,
    pub(crate) counters: Counters,
    /// How long it took, where it was done.
    pub(crate) took: Duration,
    kept: StoredRecords,
}

#[derive(Debug, Default)]
enum StoredRecords {
    #[default]
    Nothing,
    Memory(Vec<u8>),
    File(PathBuf),
}

/// What a result file says; it exists only if the output beside it is complete.
#[derive(Debug, Serialize, Deserialize)]
struct ResultFile {
    format: u32,
    plan: String,
    shard: u32,
    records: u64,
    bytes: u64,
    digest: String,
    #[serde(default)]
    counters: Counters,
    /// How long it took, in microseconds.
    #[serde(default)]
    took_us: u64,
}

impl StoredOutput {
    /// The records, one a line.
    pub(crate) fn open(&self) -> io::Result<Box<dyn BufRead + '_>> {
        Ok(match &self.kept {
            StoredRecords::Nothing => Box::new(io::empty()),
            StoredRecords::Memory(bytes) => Box::new(Cursor::new(bytes)),
            StoredRecords::File(path) => Box::new(BufReader::with_capacity(1 << 18, File::open(path)?)),
        })
    }
}

impl ShardStore {
    /// A store in `folder`, which is made and from now on belongs to this plan; what killed workers
    /// of this machine left is removed.
    pub(crate) fn folder(folder: &Path, plan: &str) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let store = Self::shared(folder, plan)?;
        if !store.is_current() {
            streamguard_durable::write_atomic(&folder.join(OWNER), plan.as_bytes())?;
        }
        Ok(store)
    }

    /// A store in a folder that another process has made, for the same plan or for one that came after.
    pub(crate) fn shared(folder: &Path, plan: &str) -> io::Result<Self> {
        streamguard_durable::remove_dead_leftovers(folder)?;
        Ok(Self::Folder { path: folder.to_owned(), plan: plan.to_owned() })
    }

    /// Whether the folder still belongs to this plan. A shard that runs elsewhere may outlive its run:
    /// what it writes must not take the place of what another plan wrote.
    fn is_current(&self) -> bool {
        match self {
            Self::Memory => true,
            Self::Folder { path, plan } => {
                fs::read(path.join(OWNER)).is_ok_and(|owner| owner == plan.as_bytes())
            }
        }
    }

    /// Hash of the plan that its results belong to; in memory there is nothing to tell apart.
    pub(crate) fn plan(&self) -> &str {
        match self {
            Self::Memory => "",
            Self::Folder { plan, .. } => plan,
        }
    }

    /// The shards that have left something: a result, or a note why there is none. Nothing is said
    /// of whether it is sound.
    pub(crate) fn there(&self) -> BTreeSet<u32> {
        let Self::Folder { path, .. } = self else { return BTreeSet::new() };
        let names = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.file_name());
        let number = |name: &str| {
            let number = name.strip_suffix(".result.json").or_else(|| name.strip_suffix(".failed.json"))?;
            number.parse().ok()
        };
        names.filter_map(|name| number(name.to_str()?)).collect()
    }

    fn paths(folder: &Path, shard: u32) -> (PathBuf, PathBuf) {
        (folder.join(format!("{shard:06}.jsonl")), folder.join(format!("{shard:06}.result.json")))
    }

    /// What an earlier run finished of this shard: only if it belongs to the same plan and
    /// every byte is as it was written.
    pub(crate) fn reuse(&self, shard: u32) -> Option<StoredOutput> {
        let Self::Folder { path, plan } = self else { return None };
        let (records_path, result_path) = Self::paths(path, shard);
        let result: ResultFile = serde_json::from_slice(&fs::read(result_path).ok()?).ok()?;
        if result.format != FORMAT || result.plan != *plan || result.shard != shard {
            return None;
        }
        let kept = if result.bytes == 0 {
            StoredRecords::Nothing
        } else {
            let mut file = File::open(&records_path).ok()?;
            if file.metadata().ok()?.len() != result.bytes {
                return None;
            }
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(&mut file).ok()?;
            if hasher.finalize().to_hex().as_str() != result.digest {
                return None;
            }
            StoredRecords::File(records_path)
        };
        let took = Duration::from_micros(result.took_us);
        Some(StoredOutput { records: result.records, counters: result.counters, took, kept })
    }
}

/// The output of a shard in the making. Dropped unfinished, it leaves nothing.
#[derive(Debug)]
pub(crate) struct ShardWriter<'a> {
    store: &'a ShardStore,
    shard: u32,
    since: Instant,
    records: u64,
    bytes: u64,
    counters: Counters,
    buffer: Vec<u8>,
    file: Option<AtomicFile>,
    hasher: Option<blake3::Hasher>,
}

impl<'a> ShardWriter<'a> {
    pub(crate) fn new(store: &'a ShardStore, shard: u32) -> Self {
        Self {
            store,
            shard,
            since: Instant::now(),
            records: 0,
            bytes: 0,
            counters: Counters::new(),
            buffer: Vec::new(),
            file: None,
            hasher: None,
        }
    }

    /// Adds a record, without its line end. An error here is the destination's.
    pub(crate) fn record(&mut self, line: &[u8]) -> io::Result<()> {
        self.records += 1;
        self.bytes += line.len() as u64 + 1;
        self.buffer.extend_from_slice(line);
        self.buffer.push(b'\n');
        if self.buffer.len() >= BUFFER { self.spill() } else { Ok(()) }
    }

    pub(crate) fn count(&mut self, name: &str, n: u64) {
        match self.counters.get_mut(name) {
            Some(counter) => *counter += n,
            None => {
                self.counters.insert(name.to_owned(), n);
            }
        }
    }

    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    fn spill(&mut self) -> io::Result<()> {
        let ShardStore::Folder { path, .. } = self.store else { return Ok(()) };
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.hasher.get_or_insert_default().update(&self.buffer);
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(AtomicFile::create(&ShardStore::paths(path, self.shard).0)?),
        };
        file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Makes the output durable, then says so in the result file.
    pub(crate) fn finish(mut self) -> io::Result<StoredOutput> {
        let took = self.since.elapsed();
        // A copy of this shard was quicker, and may have been taken in already: what it left stays.
        if let Some(result) = self.store.reuse(self.shard) {
            return Ok(result);
        }
        let kept = match self.store {
            ShardStore::Memory if self.buffer.is_empty() => StoredRecords::Nothing,
            ShardStore::Memory => {
                self.buffer.shrink_to_fit();
                StoredRecords::Memory(self.buffer)
            }
            ShardStore::Folder { .. } if !self.store.is_current() => {
                return Err(io::Error::other("another plan has taken its place"));
            }
            ShardStore::Folder { path, plan } => {
                self.spill()?;
                let (records_path, result_path) = ShardStore::paths(path, self.shard);
                let kept = match self.file.take() {
                    Some(file) => {
                        file.commit()?;
                        StoredRecords::File(records_path)
                    }
                    None => StoredRecords::Nothing,
                };
                let digest = self.hasher.take().unwrap_or_default().finalize().to_hex().to_string();
                let result = ResultFile {
                    format: FORMAT,
                    plan: plan.clone(),
                    shard: self.shard,
                    records: self.records,
                    bytes: self.bytes,
                    digest,
                    counters: self.counters.clone(),
                    took_us: micros(took),
                };
                let mut file = AtomicFile::create(&result_path)?;
                serde_json::to_writer(&mut file, &result)?;
                file.commit()?;
                kept
            }
        };
        Ok(StoredOutput { records: self.records, counters: self.counters, took, kept })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_store(plan: &str) -> (tempfile::TempDir, ShardStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = ShardStore::folder(folder.path(), plan).unwrap();
        (folder, store)
    }

    fn finish(store: &ShardStore, shard: u32, lines: &[&str]) {
        let mut draft = ShardWriter::new(store, shard);
        for line in lines {
            draft.record(line.as_bytes()).unwrap();
        }
        draft.count("seen", 2);
        draft.finish().unwrap();
    }

    #[test]
    fn a_finished_shard_is_reused_by_the_same_plan_only() {
        let (folder, store) = folder_store("plan-a");
        finish(&store, 3, &["1", "2"]);
        let again = store.reuse(3).expect("it was finished");
        assert_eq!((again.records, again.counters["seen"]), (2, 2));
        let mut text = String::new();
        io::Read::read_to_string(&mut again.open().unwrap(), &mut text).unwrap();
        assert_eq!(text, "1\n2\n");
        assert!(store.reuse(4).is_none());
        let other = ShardStore::folder(folder.path(), "plan-b").unwrap();
        assert!(other.reuse(3).is_none());
        // What outlives its plan keeps what it has to itself.
        assert!(ShardWriter::new(&store, 4).finish().is_err());
        ShardWriter::new(&other, 4).finish().unwrap();
        assert_eq!(other.there().into_iter().collect::<Vec<_>>(), [3, 4]);
    }

    #[test]
    fn a_torn_or_changed_output_is_not_reused() {
        let (folder, store) = folder_store("plan");
        finish(&store, 0, &["{\"n\":1}"]);
        let path = folder.path().join("000000.jsonl");
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(store.reuse(0).is_none(), "cut at {cut}");
        }
        let mut flipped = whole.clone();
        flipped[2] ^= 1;
        fs::write(&path, &flipped).unwrap();
        assert!(store.reuse(0).is_none());
        fs::write(&path, &whole).unwrap();
        assert!(store.reuse(0).is_some());
    }

    #[test]
    fn a_dropped_draft_leaves_nothing_and_leftovers_are_removed() {
        let (folder, store) = folder_store("plan");
        let mut draft = ShardWriter::new(&store, 0);
        let line = vec![b'1'; BUFFER];
        draft.record(&line).unwrap();
        let entries = || fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(entries(), 2, "it spilled");
        drop(draft);
        assert_eq!(entries(), 1);
        fs::write(folder.path().join("000000.jsonl.77-0.part"), "torn").unwrap();
        ShardStore::folder(folder.path(), "plan").unwrap();
        assert_eq!(entries(), 1);
    }
}
