//! What the shards of one process know about each other's inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::file_split::LogShard;
use crate::log_source::{FileIdentity, InputError, InputKind, open_regular};

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
    files: BTreeMap<PathBuf, Arc<File>>,
    /// Files whose replacement was reported.
    reported: BTreeSet<PathBuf>,
}

impl SharedInputs {
    fn lock(&self) -> MutexGuard<'_, InputState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything, before a plan is made.
    pub(crate) fn clear(&self) {
        *self.lock() = InputState::default();
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
        let is_other = shard.identity.is_some_and(|planned| !planned.is_same_file(&identity));
        // A compressed file that was cut is often completed by replacing it. It is known by its first bytes, which
        // are checked when it is read.
        if is_other && shard.kind == InputKind::Plain {
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
}
