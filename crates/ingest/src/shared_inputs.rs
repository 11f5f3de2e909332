//! What the shards of one process know about each other's inputs: open files, and the lines that were counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::file_split::LogShard;
use crate::log_source::{FileIdentity, InputError, open_regular};

/// Files that stay open, at most. The usual limit of a process is 1024, and the engine needs some too.
const MAX_OPEN_FILES: usize = 128;

/// State that the shards of one process share. It changes no result: a shard that finds nothing here reads its
/// file again.
///
/// A file is opened once and stays open, so that it is read to its end even if it is renamed meanwhile.
#[derive(Clone, Debug, Default)]
pub struct SharedInputs(Arc<Mutex<InputState>>);

#[derive(Debug, Default)]
struct InputState {
    /// Whether this process has planned the run.
    has_planned: bool,
    files: BTreeMap<PathBuf, Arc<File>>,
    /// Results of the shards by path and first byte.
    results: BTreeMap<(PathBuf, u64), ChunkResult>,
    /// Files whose replacement was reported.
    reported: BTreeSet<PathBuf>,
}

/// Result of a shard that counts lines.
#[derive(Clone, Debug)]
pub(crate) enum ChunkResult {
    /// The shard runs.
    Running,
    /// The shard failed for this reason.
    Failed(String),
    /// The shard has ended.
    Counted(ChunkTally),
}

/// Numbers from which the lines of a file are judged.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChunkTally {
    /// Lines that are not empty.
    pub(crate) lines: u64,
    /// Lines that are requests.
    pub(crate) requests: u64,
    /// What the file looks like if it has no known format.
    pub(crate) looks_like: &'static str,
    /// Reason why only a part of the input could be read.
    pub(crate) incomplete: Option<String>,
    /// End of the chunk.
    pub(crate) end: u64,
}

/// Returns whether more than half of the lines are not requests.
pub(crate) fn is_mostly_malformed(lines: u64, requests: u64) -> bool {
    (lines - requests) * 2 > lines
}

impl ChunkTally {
    /// Adds the numbers of the next chunk.
    pub(crate) fn add(&mut self, next: Self) {
        self.lines += next.lines;
        self.requests += next.requests;
        self.looks_like = next.looks_like;
        self.incomplete = self.incomplete.take().or(next.incomplete);
        self.end = next.end;
    }
}

impl SharedInputs {
    fn lock(&self) -> MutexGuard<'_, InputState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything, before a plan is made.
    pub(crate) fn clear(&self) {
        *self.lock() = InputState { has_planned: true, ..InputState::default() };
    }

    /// Returns whether this process has planned the run. If its shards run on threads, all of them run here.
    pub(crate) fn has_planned(&self) -> bool {
        self.lock().has_planned
    }

    /// Keeps a file open for the shards, if there is room.
    pub(crate) fn keep(&self, path: &Path, file: &Arc<File>) {
        let mut state = self.lock();
        if state.files.len() < MAX_OPEN_FILES {
            state.files.entry(path.to_owned()).or_insert_with(|| Arc::clone(file));
        }
    }

    /// Closes a file, once the shards that read it have ended.
    pub(crate) fn release(&self, path: &Path) {
        self.lock().files.remove(path);
    }

    /// Returns the open file of a shard, or opens it.
    ///
    /// # Errors
    /// Errors of the file system; or the file was replaced before it was opened.
    pub(crate) fn open(&self, shard: &LogShard) -> io::Result<Arc<File>> {
        let path = shard.file.path();
        if let Some(file) = self.lock().files.get(&path) {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(open_regular(&path)?);
        let identity = FileIdentity::new(&file.metadata()?);
        if shard.identity.is_some_and(|planned| !planned.is_same_file(&identity)) {
            return Err(InputError::io(
                "was renamed or replaced since the run was planned, and another file has its name: \
                 the lines of the planned file are missing",
            ));
        }
        self.keep(&path, &file);
        Ok(file)
    }

    /// Returns whether the replacement of a file is yet to be reported.
    pub(crate) fn report_once(&self, path: &Path) -> bool {
        self.lock().reported.insert(path.to_owned())
    }

    /// Returns the result of the shard that counts the chunk from `start`, if it has begun in this process.
    pub(crate) fn result(&self, path: &Path, start: u64) -> Option<ChunkResult> {
        self.lock().results.get(&(path.to_owned(), start)).cloned()
    }

    /// Records that a shard begins.
    pub(crate) fn begin(&self, shard: &LogShard) -> RunningChunk<'_> {
        let key = (shard.file.path(), shard.start);
        self.lock().results.insert(key.clone(), ChunkResult::Running);
        RunningChunk { inputs: self, key }
    }
}

/// A shard that runs. If it is dropped without a result, the result is unknown again.
pub(crate) struct RunningChunk<'a> {
    inputs: &'a SharedInputs,
    key: (PathBuf, u64),
}

impl RunningChunk<'_> {
    /// Records the result of the shard.
    pub(crate) fn end(self, result: ChunkResult) {
        self.inputs.lock().results.insert(self.key.clone(), result);
    }
}

impl Drop for RunningChunk<'_> {
    fn drop(&mut self) {
        let mut state = self.inputs.lock();
        if let Some(ChunkResult::Running) = state.results.get(&self.key) {
            state.results.remove(&self.key);
        }
    }
}
