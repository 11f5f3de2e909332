//! The folder that a run owns: its results in the open, its state below `.streamguard`.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamguard_durable::WriteError;
use thiserror::Error;

use crate::journal::JournalError;

/// Version of the state below `.streamguard`.
const FORMAT: u32 = 1;

/// What to do about a run that was interrupted in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExistingRun {
    /// Refuse, so that nothing is lost by a forgotten flag.
    Refuse,
    /// Go on with it; without one, begin anew.
    Resume,
    /// Drop it.
    Discard,
}

/// Why a run cannot have its folder.
#[derive(Debug, Error)]
pub enum RunDirError {
    /// Another run works in it.
    #[error("{path} is in use by {holder}; wait for that run, or choose another --output-dir")]
    Locked {
        /// The folder.
        path: PathBuf,
        /// What the other run wrote into its lock.
        holder: String,
    },
    /// The folder, or a file in it, cannot be created or written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// An interrupted run is there, and nobody said what to do about it.
    #[error("{path} holds an interrupted run: go on with it by --resume, or drop it by --fresh")]
    Interrupted {
        /// The folder.
        path: PathBuf,
    },
    /// The interrupted run had other settings, so its shards are of no use.
    #[error(
        "{path} holds a run with other settings ({difference}): leave them as they were to resume it, or drop it by --fresh"
    )]
    OtherSettings {
        /// The folder.
        path: PathBuf,
        /// The first setting that differs.
        difference: String,
    },
    /// The state cannot be read.
    #[error(
        "the state in {path} is damaged ({reason}): --fresh begins anew; the dataset files are not touched before the new ones are whole"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl From<JournalError> for RunDirError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Unreadable { path, source } => Self::Write(WriteError { path, source }),
            JournalError::Damaged { path, line } => Self::Damaged { path, reason: format!("line {line}") },
        }
    }
}

/// Where a run keeps its state, below its folder.
const STATE: &str = ".streamguard";

/// Name of the journal, below the state.
const JOURNAL: &str = "journal.jsonl";

/// What is remembered of a run, whether it is over or not.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunRecord {
    format: u32,
    /// The command that began it, if anybody said it.
    #[serde(default)]
    pub command: Option<String>,
    /// The settings of its jobs.
    pub settings: Value,
    /// Its reading of the wall clock, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
    /// Whether it is done and every result in place.
    pub done: bool,
}

/// The folder of a run, locked as long as this lives.
#[derive(Debug)]
pub struct RunDir {
    root: PathBuf,
    state: PathBuf,
    file: RunRecord,
    resumed: bool,
    _lock: File,
}

impl RunDir {
    /// Takes the folder for a run with these settings. `settings` are all that decides the
    /// output; a run is resumed only with the same ones.
    ///
    /// # Errors
    /// [`RunDirError`].
    pub fn open(root: &Path, settings: Value, begin: OnExistingRun) -> Result<Self, RunDirError> {
        let state = Self::state_of(root);
        fs::create_dir_all(root).map_err(WriteError::at(root))?;
        DirBuilder::new().recursive(true).mode(0o700).create(&state).map_err(WriteError::at(&state))?;
        let lock = take_lock(root, &state.join("lock"))?;

        let path = state.join("run.json");
        let earlier = match Self::read_run(&path) {
            Ok(earlier) => earlier,
            Err(_) if begin == OnExistingRun::Discard => None,
            Err(error) => return Err(error),
        };
        let resumed = match (&earlier, begin) {
            (None, _) | (_, OnExistingRun::Discard) => false,
            (Some(earlier), OnExistingRun::Refuse) if earlier.done => false,
            (Some(_), OnExistingRun::Refuse) => {
                return Err(RunDirError::Interrupted { path: root.to_owned() });
            }
            (Some(earlier), OnExistingRun::Resume) => match difference(&earlier.settings, &settings, "") {
                None => true,
                Some(_) if earlier.done => false,
                Some(difference) => {
                    return Err(RunDirError::OtherSettings { path: root.to_owned(), difference });
                }
            },
        };
        let (clock_ms, command) = match earlier {
            Some(earlier) if resumed => (earlier.clock_ms, earlier.command),
            _ => (crate::run::wall_clock_ms(), None),
        };
        if !resumed {
            for name in ["plans", "shards", "cluster"] {
                match fs::remove_dir_all(state.join(name)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(WriteError::at(&state)(error).into());
                    }
                    _ => {}
                }
            }
            match fs::remove_file(state.join(JOURNAL)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(WriteError::at(&state)(error).into());
                }
                _ => {}
            }
        }
        for folder in [&state.join("plans"), &state.join("shards")] {
            fs::create_dir_all(folder).map_err(WriteError::at(folder))?;
        }
        streamguard_durable::remove_all_leftovers(root).map_err(WriteError::at(root))?;
        streamguard_durable::remove_all_leftovers(&state).map_err(WriteError::at(&state))?;
        let file = RunRecord { format: FORMAT, command, settings, clock_ms, done: false };
        let run_dir = Self { root: root.to_owned(), state, file, resumed, _lock: lock };
        run_dir.write_run()?;
        Ok(run_dir)
    }

    /// What is remembered of the run in `root`, if there has been one.
    ///
    /// # Errors
    /// [`RunDirError::Damaged`] and [`RunDirError::Write`].
    pub fn recorded(root: &Path) -> Result<Option<RunRecord>, RunDirError> {
        Self::read_run(&Self::state_of(root).join("run.json"))
    }

    /// The state of the run in `root`.
    pub fn state_of(root: &Path) -> PathBuf {
        root.join(STATE)
    }

    /// The journal of the run in `root`.
    pub fn journal_of(root: &Path) -> PathBuf {
        Self::state_of(root).join(JOURNAL)
    }

    /// Remembers the command that began the run. It must hold no secrets.
    ///
    /// # Errors
    /// [`RunDirError::Write`].
    pub fn record_command(&mut self, command: String) -> Result<(), RunDirError> {
        // A run that is resumed keeps the command of its beginning.
        if self.file.command.is_none() {
            self.file.command = Some(command);
            self.write_run()?;
        }
        Ok(())
    }

    fn read_run(path: &Path) -> Result<Option<RunRecord>, RunDirError> {
        let damaged = |reason: String| RunDirError::Damaged { path: path.to_owned(), reason };
        match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(WriteError::at(path)(source).into()),
            Ok(bytes) => {
                let run: RunRecord =
                    serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
                if run.format == FORMAT {
                    Ok(Some(run))
                } else {
                    Err(damaged(format!("format {}, this program reads {FORMAT}", run.format)))
                }
            }
        }
    }

    fn write_run(&self) -> Result<(), RunDirError> {
        let path = self.state.join("run.json");
        serde_json::to_vec_pretty(&self.file)
            .map_err(io::Error::from)
            .and_then(|bytes| streamguard_durable::write_atomic(&path, &bytes))
            .map_err(WriteError::at(path))?;
        Ok(())
    }

    /// The folder itself, where results go.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether it continues an interrupted run.
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// The run's one reading of the wall clock, in milliseconds since 1970-01-01 UTC; a
    /// resumed run keeps that of its beginning.
    pub fn clock_ms(&self) -> u64 {
        self.file.clock_ms
    }

    /// The journal.
    pub fn journal(&self) -> PathBuf {
        self.state.join(JOURNAL)
    }

    /// A file of the run's state.
    pub fn state(&self, name: &str) -> PathBuf {
        self.state.join(name)
    }

    /// The plan of a job.
    pub fn plan(&self, job: &str) -> PathBuf {
        self.state.join("plans").join(format!("{job}.json"))
    }

    /// The outputs of a job's shards.
    pub fn shards(&self, job: &str) -> PathBuf {
        self.state.join("shards").join(job)
    }

    /// Notes that the run is done and every result in place: nothing is left to resume, and
    /// the shards' own outputs go.
    ///
    /// # Errors
    /// [`RunDirError::Write`].
    pub fn finish(&mut self) -> Result<(), RunDirError> {
        self.file.done = true;
        self.write_run()?;
        let shards = self.state.join("shards");
        fs::remove_dir_all(&shards).map_err(WriteError::at(shards))?;
        Ok(())
    }
}

fn take_lock(root: &Path, path: &Path) -> Result<File, RunDirError> {
    let destination = WriteError::at(path);
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(&destination)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.take(200).read_to_string(&mut holder);
            return Err(RunDirError::Locked { path: root.to_owned(), holder: holder.trim().to_owned() });
        }
        Err(TryLockError::Error(source)) => return Err(destination(source).into()),
    }
    file.set_len(0).and_then(|()| write!(file, "process {}", std::process::id())).map_err(&destination)?;
    Ok(file)
}

/// The first place where two settings differ, such as `synthetic.seed was 42, is 43`.
fn difference(was: &Value, is: &Value, place: &str) -> Option<String> {
    match (was, is) {
        (Value::Object(was), Value::Object(is)) => was.keys().chain(is.keys()).find_map(|key| {
            let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
            let missing = &Value::Null;
            difference(was.get(key).unwrap_or(missing), is.get(key).unwrap_or(missing), &place)
        }),
        _ if was == is => None,
        _ => Some(format!("{place} was {was}, is {is}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn two_runs_do_not_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = RunDir::open(folder.path(), json!({}), OnExistingRun::Refuse).unwrap();
        let error = RunDir::open(folder.path(), json!({}), OnExistingRun::Resume).unwrap_err();
        assert!(
            matches!(&error, RunDirError::Locked { holder, .. } if holder.contains("process")),
            "{error}"
        );
        drop(first);
        RunDir::open(folder.path(), json!({}), OnExistingRun::Resume).unwrap();
    }

    #[test]
    fn an_interrupted_run_is_neither_lost_nor_mixed_up() {
        let folder = tempfile::tempdir().unwrap();
        let clock =
            RunDir::open(folder.path(), json!({"a": {"seed": 1}}), OnExistingRun::Refuse).unwrap().clock_ms();
        let open = |seed: u64, begin| RunDir::open(folder.path(), json!({"a": {"seed": seed}}), begin);
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
    fn damaged_state_is_told_and_can_be_dropped() {
        let folder = tempfile::tempdir().unwrap();
        drop(RunDir::open(folder.path(), json!({}), OnExistingRun::Refuse).unwrap());
        fs::write(folder.path().join(".streamguard/run.json"), "{").unwrap();
        assert!(matches!(
            RunDir::open(folder.path(), json!({}), OnExistingRun::Resume),
            Err(RunDirError::Damaged { .. })
        ));
        RunDir::open(folder.path(), json!({}), OnExistingRun::Discard).unwrap();
    }
}
