//! Writes the output of a shard while it runs.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use streamguard_durable::AtomicFile;

use crate::clock::micros;
use crate::event::{Counters, INCOMPLETE_COUNTER, add_count};
use crate::shard_store::{RESULT_FORMAT, RecordsLocation, ResultFile, ShardStore, StoredOutput};

/// Size of the buffer in bytes. A smaller output is written at once, at the end.
const BUFFER_BYTES: usize = 256 << 10;

/// Size of the largest output that shares a file with others, in bytes.
const MAX_SHARED_BYTES: usize = 16 << 10;

/// Longest duration of a shard whose output shares a file with others. That of a longer one is written at once: a kill
/// may cost the work of the shards of a lease that are not yet written.
const MAX_DEFERRED_TIME: Duration = Duration::from_millis(10);

/// Output of a running shard. If it is dropped unfinished, it leaves nothing.
#[derive(Debug)]
pub(crate) struct ShardWriter<'a> {
    store: &'a ShardStore,
    shard: u32,
    /// Whether a small output stays in memory until its lease ends.
    is_deferred: bool,
    since: Instant,
    records: u64,
    bytes: u64,
    counters: Counters,
    buffer: Vec<u8>,
    file: Option<AtomicFile>,
    hasher: Option<blake3::Hasher>,
}

impl<'a> ShardWriter<'a> {
    /// Begins the output of a shard.
    pub(crate) fn new(store: &'a ShardStore, shard: u32) -> Self {
        Self {
            store,
            shard,
            is_deferred: false,
            since: Instant::now(),
            records: 0,
            bytes: 0,
            counters: Counters::new(),
            buffer: Vec::new(),
            file: None,
            hasher: None,
        }
    }

    /// Sets whether a small output stays in memory until its lease ends, to be written by [`crate::shard_pack::write_pack`].
    pub(crate) fn deferred(self, is_deferred: bool) -> Self {
        Self { is_deferred, ..self }
    }

    /// Adds a record, given without its line end. An error is a fault of the destination, not of the shard.
    pub(crate) fn record(&mut self, line: &[u8]) -> io::Result<()> {
        self.records += 1;
        self.bytes += line.len() as u64 + 1;
        self.buffer.extend_from_slice(line);
        self.buffer.push(b'\n');
        if self.buffer.len() >= BUFFER_BYTES { self.spill() } else { Ok(()) }
    }

    /// Adds to a counter.
    pub(crate) fn count(&mut self, name: &str, n: u64) {
        add_count(&mut self.counters, name, n);
    }

    /// Returns the number of records so far.
    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    /// Writes the buffer to the file; does nothing in memory.
    fn spill(&mut self) -> io::Result<()> {
        let ShardStore::Folder { path, .. } = self.store else { return Ok(()) };
        if self.buffer.is_empty() {
            return Ok(());
        }
        // Hashed as it is written, so that the file need not be read again.
        self.hasher.get_or_insert_default().update(&self.buffer);
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(AtomicFile::create(&ShardStore::records_path(path, self.shard))?),
        };
        file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Tells whether the output is to be written together with others. One that lacks a part is not: it may have to be
    /// removed alone.
    fn shares_file(&self) -> bool {
        self.is_deferred
            && self.file.is_none()
            && self.buffer.len() <= MAX_SHARED_BYTES
            && !self.counters.contains_key(INCOMPLETE_COUNTER)
            && matches!(self.store, ShardStore::Folder { .. })
    }

    /// Makes the output durable, unless it is deferred.
    pub(crate) fn finish(mut self) -> io::Result<StoredOutput> {
        let took = self.since.elapsed();
        if took <= MAX_DEFERRED_TIME && self.shares_file() {
            self.buffer.shrink_to_fit();
            let location = RecordsLocation::Memory(self.buffer);
            return Ok(StoredOutput { records: self.records, counters: self.counters, took, location });
        }
        // This shard also ran elsewhere and was faster there. Its output may have been merged already, so it stays.
        if let Some(output) = self.store.load_valid(self.shard) {
            return Ok(output);
        }
        let location = match self.store {
            ShardStore::Memory if self.buffer.is_empty() => RecordsLocation::Empty,
            // Outputs stay in memory until the merge, and the unused capacity of many buffers would add up.
            ShardStore::Memory => {
                self.buffer.shrink_to_fit();
                RecordsLocation::Memory(self.buffer)
            }
            ShardStore::Folder { path, plan } => {
                self.store.check_owner()?;
                self.spill()?;
                // The records before the result file, because the result file says that they are complete.
                let location = match self.file.take() {
                    Some(file) => {
                        file.commit()?;
                        RecordsLocation::File(ShardStore::records_path(path, self.shard))
                    }
                    None => RecordsLocation::Empty,
                };
                let digest = self.hasher.take().unwrap_or_default().finalize().to_hex().to_string();
                let result = ResultFile {
                    format: RESULT_FORMAT,
                    plan: plan.clone(),
                    shard: self.shard,
                    records: self.records,
                    bytes: self.bytes,
                    digest,
                    counters: self.counters.clone(),
                    took_us: micros(took),
                };
                // The folder is not synced: if a power cut loses the name, the shard only runs again.
                let mut file = AtomicFile::create(&ShardStore::result_path(path, self.shard))?;
                serde_json::to_writer(&mut file, &result)?;
                file.commit()?;
                location
            }
        };
        Ok(StoredOutput { records: self.records, counters: self.counters, took, location })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder_store(plan: &str) -> (tempfile::TempDir, ShardStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = ShardStore::create(folder.path(), plan).unwrap();
        (folder, store)
    }

    fn finish(store: &ShardStore, shard: u32, lines: &[&str]) {
        let mut writer = ShardWriter::new(store, shard);
        for line in lines {
            writer.record(line.as_bytes()).unwrap();
        }
        writer.count("seen", 2);
        writer.finish().unwrap();
    }

    #[test]
    fn a_finished_shard_is_reused_by_the_same_plan_only() {
        let (folder, store) = folder_store("plan-a");
        finish(&store, 3, &["1", "2"]);
        let again = store.load_valid(3).expect("it was finished");
        assert_eq!((again.records, again.counters["seen"]), (2, 2));
        let mut text = String::new();
        io::Read::read_to_string(&mut again.open().unwrap(), &mut text).unwrap();
        assert_eq!(text, "1\n2\n");
        assert!(store.load_valid(4).is_none());
        let other = ShardStore::create(folder.path(), "plan-b").unwrap();
        assert!(other.load_valid(3).is_none());
        // A shard that outlives its plan writes nothing.
        assert!(ShardWriter::new(&store, 4).finish().is_err());
        ShardWriter::new(&other, 4).finish().unwrap();
        assert_eq!(other.reported_shards().into_iter().collect::<Vec<_>>(), [3, 4]);
    }

    #[test]
    fn a_torn_or_changed_output_is_not_reused() {
        let (folder, store) = folder_store("plan");
        finish(&store, 0, &["{\"n\":1}"]);
        let path = folder.path().join("000000.jsonl");
        let complete = fs::read(&path).unwrap();
        for cut in 0..complete.len() {
            fs::write(&path, &complete[..cut]).unwrap();
            assert!(store.load_valid(0).is_none(), "cut at {cut}");
        }
        let mut flipped = complete.clone();
        flipped[2] ^= 1;
        fs::write(&path, &flipped).unwrap();
        assert!(store.load_valid(0).is_none());
        fs::write(&path, &complete).unwrap();
        assert!(store.load_valid(0).is_some());
    }

    #[test]
    fn a_dropped_writer_leaves_nothing_and_leftovers_are_removed() {
        let (folder, store) = folder_store("plan");
        let mut writer = ShardWriter::new(&store, 0);
        let line = vec![b'1'; BUFFER_BYTES];
        writer.record(&line).unwrap();
        let entries = || fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(entries(), 2, "the buffer was written");
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names = names.filter_map(|name| name.into_string().ok());
        let name = names.find(|name| name.ends_with(".part")).unwrap();
        drop(writer);
        assert_eq!(entries(), 1);
        // As a process that is dead by now would have named it.
        let mut dead = std::process::Command::new("true").spawn().unwrap();
        dead.wait().unwrap();
        let torn = name.replace(&format!("-{}-", std::process::id()), &format!("-{}-", dead.id()));
        fs::write(folder.path().join(torn), "torn").unwrap();
        ShardStore::create(folder.path(), "plan").unwrap();
        assert_eq!(entries(), 1);
    }
}
