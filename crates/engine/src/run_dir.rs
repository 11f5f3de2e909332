//! The folder that a run owns while it runs.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde_json::Value;
use streamguard_durable::{WriteError, remove_all_leftovers};

use crate::clock::wall_clock_ms;
use crate::run_dir_error::RunDirError;
use crate::run_info::RunInfo;
use crate::run_paths::RunPaths;

/// Longest text that is read from another run's lock, in bytes.
const MAX_HOLDER_BYTES: u64 = 200;

/// Choice for a folder that holds an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExistingRun {
    /// Refuse to run if the earlier run was interrupted, so that nothing is lost if the user forgot to say what to do
    /// with it. If it is finished, begin a new run.
    Refuse,
    /// Continue the run in the folder if it has the same settings, even if it is finished: it keeps its clock, its
    /// plans and its journal. If the folder has no run, or a finished one with other settings, begin a new run. An
    /// interrupted run with other settings is an error.
    Resume,
    /// Discard the earlier run and begin a new one.
    Discard,
}

/// The folder of a run, locked until this value is dropped.
#[derive(Debug)]
pub struct RunDir {
    paths: RunPaths,
    info: RunInfo,
    resumed: bool,
    _lock: File,
}

impl RunDir {
    /// Takes the folder for a run with these settings. `settings` are everything that decides the
    /// output; a run is resumed only with the same ones.
    ///
    /// # Errors
    /// [`RunDirError`].
    pub fn open(
        paths: RunPaths,
        settings: Value,
        on_existing_run: OnExistingRun,
    ) -> Result<Self, RunDirError> {
        let root = paths.root();
        fs::create_dir_all(root).map_err(WriteError::at(root))?;
        // The state holds settings and logs: it is for its owner only.
        let state = paths.state();
        DirBuilder::new().recursive(true).mode(0o700).create(state).map_err(WriteError::at(state))?;
        // Locked before the earlier run is read: no other run can change it from now on.
        let lock = take_lock(root, &paths.lock())?;

        let earlier = match RunInfo::read(&paths) {
            Ok(earlier) => earlier,
            Err(_) if on_existing_run == OnExistingRun::Discard => None,
            Err(error) => return Err(error),
        };
        let resumed = resumes(root, earlier.as_ref(), &settings, on_existing_run)?;
        let (clock_ms, command) = match earlier {
            Some(earlier) if resumed => (earlier.clock_ms, earlier.command),
            _ => (wall_clock_ms(), None),
        };
        if !resumed {
            for folder in [paths.plans(), paths.all_shards(), paths.submissions()] {
                absent_is_fine(fs::remove_dir_all(folder)).map_err(WriteError::at(state))?;
            }
            // `run.json` is replaced below, after everything else of the old run is removed: after a crash in
            // between, it still says that there is a run to resume or discard, although its finished shards are gone.
            absent_is_fine(fs::remove_file(paths.journal())).map_err(WriteError::at(state))?;
        }
        for folder in [paths.plans(), paths.all_shards()] {
            fs::create_dir_all(&folder).map_err(WriteError::at(&folder))?;
        }
        for folder in [root, state] {
            remove_all_leftovers(folder).map_err(WriteError::at(folder))?;
        }
        // Not done from now on, even if the earlier run was: after a crash there must be a run to resume.
        let info = RunInfo::new(command, settings, clock_ms);
        info.write(&paths)?;
        Ok(Self { paths, info, resumed, _lock: lock })
    }

    /// Records the command line that started the run. It must contain no secrets. A resumed run keeps
    /// the command line with which it first began.
    ///
    /// # Errors
    /// [`RunDirError::Write`].
    pub fn record_command(&mut self, command: String) -> Result<(), RunDirError> {
        if self.info.command.is_some() {
            return Ok(());
        }
        self.info.command = Some(command);
        self.info.write(&self.paths)
    }

    /// Returns the paths of the run.
    pub fn paths(&self) -> &RunPaths {
        &self.paths
    }

    /// Returns the folder itself, where results go.
    pub fn root(&self) -> &Path {
        self.paths.root()
    }

    /// Tells whether this run continues an earlier one; see [`OnExistingRun::Resume`].
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// Returns the run's single reading of the wall clock, in milliseconds since 1970-01-01 UTC. A resumed run
    /// keeps the reading of its first beginning.
    pub fn clock_ms(&self) -> u64 {
        self.info.clock_ms
    }

    /// Records that the run is done and every result is in its place, and removes the outputs of single shards.
    ///
    /// # Errors
    /// [`RunDirError::Write`].
    pub fn finish(&mut self) -> Result<(), RunDirError> {
        // `run.json` first: a crash in between leaves outputs that nobody reads. In the other order it would leave a
        // run to resume that has lost its outputs.
        self.info.done = true;
        self.info.write(&self.paths)?;
        let shards = self.paths.all_shards();
        fs::remove_dir_all(&shards).map_err(WriteError::at(shards))?;
        Ok(())
    }
}

/// Decides whether to continue the earlier run.
fn resumes(
    root: &Path,
    earlier: Option<&RunInfo>,
    settings: &Value,
    on_existing_run: OnExistingRun,
) -> Result<bool, RunDirError> {
    let path = || PathBuf::from(root);
    match (earlier, on_existing_run) {
        (None, _) | (_, OnExistingRun::Discard) => Ok(false),
        (Some(earlier), OnExistingRun::Refuse) if earlier.done => Ok(false),
        (Some(_), OnExistingRun::Refuse) => Err(RunDirError::Interrupted { path: path() }),
        (Some(earlier), OnExistingRun::Resume) => match earlier.difference(settings) {
            None => Ok(true),
            Some(_) if earlier.done => Ok(false),
            Some(difference) => Err(RunDirError::OtherSettings { path: path(), difference }),
        },
    }
}

fn absent_is_fine(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Locks the folder. The kernel releases the lock when the process ends, however it ends.
fn take_lock(root: &Path, path: &Path) -> Result<File, RunDirError> {
    let write_error = WriteError::at(path);
    // Not truncated before it is locked: the text belongs to the run that holds the lock.
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(&write_error)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.take(MAX_HOLDER_BYTES).read_to_string(&mut holder);
            return Err(RunDirError::Locked { path: root.to_owned(), holder: holder.trim().to_owned() });
        }
        Err(TryLockError::Error(source)) => return Err(write_error(source).into()),
    }
    file.set_len(0).and_then(|()| write!(file, "process {}", std::process::id())).map_err(&write_error)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn open(folder: &Path, settings: Value, on_existing_run: OnExistingRun) -> Result<RunDir, RunDirError> {
        RunDir::open(RunPaths::new(folder, "test"), settings, on_existing_run)
    }

    #[test]
    fn two_runs_do_not_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path(), json!({}), OnExistingRun::Refuse).unwrap();
        let error = open(folder.path(), json!({}), OnExistingRun::Resume).unwrap_err();
        assert!(
            matches!(&error, RunDirError::Locked { holder, .. } if holder.contains("process")),
            "{error}"
        );
        drop(first);
        open(folder.path(), json!({}), OnExistingRun::Resume).unwrap();
    }

    #[test]
    fn an_interrupted_run_is_neither_lost_nor_mixed_up() {
        let folder = tempfile::tempdir().unwrap();
        let open =
            |seed: u64, on_existing_run| open(folder.path(), json!({"a": {"seed": seed}}), on_existing_run);
        let clock = open(1, OnExistingRun::Refuse).unwrap().clock_ms();
        assert!(matches!(open(1, OnExistingRun::Refuse), Err(RunDirError::Interrupted { .. })));
        let error = open(2, OnExistingRun::Resume).unwrap_err().to_string();
        assert!(error.contains("a.seed was 1, is 2"), "{error}");
        let mut resumed = open(1, OnExistingRun::Resume).unwrap();
        assert!(resumed.resumed());
        assert_eq!(resumed.clock_ms(), clock);
        resumed.finish().unwrap();
        drop(resumed);
        assert!(!open(2, OnExistingRun::Refuse).unwrap().resumed());
        assert!(!open(3, OnExistingRun::Discard).unwrap().resumed());
    }

    #[test]
    fn damaged_state_is_reported_and_can_be_discarded() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path(), json!({}), OnExistingRun::Refuse).unwrap());
        fs::write(folder.path().join(".test/run.json"), "{").unwrap();
        let resumed = open(folder.path(), json!({}), OnExistingRun::Resume);
        assert!(matches!(resumed, Err(RunDirError::Damaged { .. })));
        open(folder.path(), json!({}), OnExistingRun::Discard).unwrap();
    }

    #[test]
    fn state_that_cannot_be_read_is_not_called_unwritable() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path(), json!({}), OnExistingRun::Refuse).unwrap());
        // A folder in the place of a file: it can be opened, but not read.
        let info = folder.path().join(".test/run.json");
        fs::remove_file(&info).unwrap();
        fs::create_dir(&info).unwrap();
        let journal = folder.path().join(".test/journal.jsonl");
        fs::create_dir(&journal).unwrap();
        let errors = [
            open(folder.path(), json!({}), OnExistingRun::Resume).unwrap_err(),
            crate::journal::read(&journal).unwrap_err().into(),
        ];
        for error in errors {
            assert!(matches!(error, RunDirError::Unreadable { .. }), "{error:?}");
            assert!(error.to_string().starts_with("cannot read "), "{error}");
        }
    }
}
