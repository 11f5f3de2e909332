//! The folder that a run owns while it runs.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde_json::Value;
use streamguard_durable::{WriteError, open_own_file, refuse_link, remove_all_leftovers};

use crate::clock::wall_clock_ms;
use crate::manifest::Manifest;
use crate::run_dir_error::RunDirError;
use crate::run_info::RunInfo;
use crate::run_outputs::{is_inside, is_own, read_outputs, write_outputs};
use crate::run_paths::RunPaths;

/// Longest text that is read from another run's lock, in bytes.
const MAX_HOLDER_BYTES: u64 = 200;

/// Choice for a folder that holds an earlier run. A finished run is never replaced but by [`OnExistingRun::Discard`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExistingRun {
    /// Refuse to run, so that nothing is lost if the user forgot to say what to do with the earlier run.
    Refuse,
    /// Continue the interrupted run in the folder, which must be there and have the same settings: it keeps its clock,
    /// its plans and its journal.
    Resume,
    /// Remove the earlier run with all of its outputs, whatever it was, and begin a new one.
    Discard,
}

/// The folder of a run, locked until this value is dropped.
#[derive(Debug)]
pub struct RunDir {
    paths: RunPaths,
    info: RunInfo,
    resumed: bool,
    _lock: RunLock,
}

/// Lock of the folder of a run. Its file names the process as long as that holds it.
#[derive(Debug)]
pub(crate) struct RunLock(File);

impl Drop for RunLock {
    fn drop(&mut self) {
        // Without the text of a process that is gone, which would only mislead.
        let _ = self.0.set_len(0);
        // A process that another thread is just starting has a copy of the open file until it runs its program, and closing
        // alone would leave the lock with it.
        let _ = self.0.unlock();
    }
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
        // Before anything is written: a finished run stays as it is to the last byte, and what cannot be a run
        // leaves no folder behind.
        Self::check(&paths, &settings, on_existing_run)?;
        fs::create_dir_all(root).map_err(WriteError::at(root))?;
        // The state holds settings and logs: it is for its owner only.
        let state = paths.state();
        DirBuilder::new().recursive(true).mode(0o700).create(state).map_err(WriteError::at(state))?;
        // Whoever made the folder could lead it anywhere, and the state of an earlier run is removed as a whole.
        refuse_link(state).map_err(WriteError::at(state))?;
        let lock = take_lock(root, &paths.lock())?;

        // Once more: a run that goes on in the folder was taken for an interrupted one, or ended in between. None can
        // change the folder from now on.
        let earlier = check(&paths, &settings, on_existing_run)?;
        let resumed = on_existing_run == OnExistingRun::Resume;
        let (clock_ms, command) = match &earlier {
            Some(earlier) if resumed => (earlier.clock_ms, earlier.command.clone()),
            _ => (wall_clock_ms(), None),
        };
        if !resumed {
            discard(&paths)?;
            write_outputs(&paths)?;
        }
        // It lists what an earlier attempt left.
        remove(&paths.manifest()).map_err(WriteError::at(paths.manifest()))?;
        for folder in [paths.plans(), paths.all_shards()] {
            fs::create_dir_all(&folder).map_err(WriteError::at(&folder))?;
        }
        remove_leftovers(&paths)?;
        // Not done from now on, even if the earlier run was: after a crash there must be a run to resume.
        let info = RunInfo::new(paths.build(), command, settings, clock_ms);
        info.write(&paths)?;
        Ok(Self { paths, info, resumed, _lock: lock })
    }

    /// Checks what [`RunDir::open`] refuses before it writes anything: what is in the folder already, as far as that can
    /// be told without its lock.
    ///
    /// # Errors
    /// As of [`RunDir::open`].
    pub fn check(
        paths: &RunPaths,
        settings: &Value,
        on_existing_run: OnExistingRun,
    ) -> Result<(), RunDirError> {
        match check(paths, settings, on_existing_run) {
            Err(error) if leaves_all_as_it_is(&error) => Err(error),
            _ => Ok(()),
        }
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

    /// Returns the settings of the run.
    pub fn settings(&self) -> &Value {
        &self.info.settings
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

    /// Records the digests of all files that the run has left so far, for [`Manifest`]. [`RunDir::finish`] does so too.
    ///
    /// # Errors
    /// [`RunDirError::Write`], or a file that cannot be read.
    pub fn write_manifest(&self) -> Result<(), RunDirError> {
        let outputs = read_outputs(&self.paths);
        Manifest::of_run(&self.paths, &outputs, &self.info.to_bytes())?.write(&self.paths)
    }

    /// Records that the run is done and every result is in its place, and removes the outputs of single shards.
    ///
    /// # Errors
    /// [`RunDirError::Write`].
    pub fn finish(&mut self) -> Result<(), RunDirError> {
        // `run.json` first: a crash in between leaves outputs that nobody reads. In the other order it would leave a
        // run to resume that has lost its outputs.
        self.info.done = true;
        self.write_manifest()?;
        self.info.write(&self.paths)?;
        let shards = self.paths.all_shards();
        fs::remove_dir_all(&shards).map_err(WriteError::at(shards))?;
        Ok(())
    }
}

/// Checks that a run may use the folder as it is. Returns the earlier run that is there, if it can be read.
fn check(
    paths: &RunPaths,
    settings: &Value,
    on_existing_run: OnExistingRun,
) -> Result<Option<RunInfo>, RunDirError> {
    let path = || paths.root().to_owned();
    if paths.root().metadata().is_ok_and(|metadata| !metadata.is_dir()) {
        return Err(RunDirError::NotAFolder { path: path() });
    }
    let earlier = match RunInfo::read(paths) {
        Ok(earlier) => earlier,
        Err(_) if on_existing_run == OnExistingRun::Discard => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(run) = &earlier else {
        return match on_existing_run {
            OnExistingRun::Resume => Err(RunDirError::NothingToResume { path: path() }),
            OnExistingRun::Refuse => match present(paths.root(), paths.outputs()) {
                Some(path) => Err(RunDirError::UnknownOutput { path }),
                None => Ok(None),
            },
            OnExistingRun::Discard => Ok(None),
        };
    };
    if !run.done && run.build != paths.build() && on_existing_run != OnExistingRun::Discard {
        return Err(RunDirError::OtherBuild {
            path: path(),
            was: run.build.clone(),
            is: paths.build().to_owned(),
        });
    }
    let difference = run.difference(settings);
    match (on_existing_run, run.done, difference) {
        (OnExistingRun::Discard, ..) | (OnExistingRun::Resume, false, None) => Ok(earlier),
        (_, true, None) => Err(RunDirError::AlreadyFinished { path: path(), earlier: Box::new(run.clone()) }),
        (_, true, Some(difference)) => Err(RunDirError::FinishedWithOtherSettings {
            path: path(),
            earlier: Box::new(run.clone()),
            difference,
        }),
        (OnExistingRun::Resume, false, Some(difference)) => {
            Err(RunDirError::OtherSettings { path: path(), difference })
        }
        (OnExistingRun::Refuse, false, difference) => {
            Err(RunDirError::Interrupted { path: path(), difference })
        }
    }
}

/// Reports whether an error is known without the lock, which is a file in the folder.
fn leaves_all_as_it_is(error: &RunDirError) -> bool {
    match error {
        RunDirError::AlreadyFinished { .. }
        | RunDirError::FinishedWithOtherSettings { .. }
        | RunDirError::UnknownOutput { .. }
        | RunDirError::NothingToResume { .. }
        | RunDirError::NothingToReplace { .. }
        | RunDirError::HalfReplaced { .. }
        | RunDirError::FileFault { .. }
        | RunDirError::NotAFolder { .. } => true,
        RunDirError::Locked { .. }
        | RunDirError::Write(_)
        | RunDirError::Unreadable { .. }
        | RunDirError::Interrupted { .. }
        | RunDirError::OtherSettings { .. }
        | RunDirError::OtherBuild { .. }
        | RunDirError::Damaged { .. } => false,
    }
}

/// Returns the path of the first of these outputs that is there.
fn present(root: &Path, outputs: &[String]) -> Option<PathBuf> {
    outputs.iter().map(|name| root.join(name)).find(|path| path.symlink_metadata().is_ok())
}

/// Removes the temporary files that a killed attempt left: beside the results, the plans and the state. Outputs of shards
/// have theirs removed when they are opened.
fn remove_leftovers(paths: &RunPaths) -> Result<(), RunDirError> {
    let outputs = read_outputs(paths);
    let of_outputs = outputs.iter().filter(|name| is_inside(name)).map(|name| paths.root().join(name));
    // A link would lead to files of others.
    let is_folder = |folder: &PathBuf| folder.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
    let mut folders: BTreeSet<PathBuf> =
        of_outputs.filter_map(|path| path.parent().map(Path::to_owned)).filter(is_folder).collect();
    folders.extend([paths.root().to_owned(), paths.state().to_owned(), paths.plans()]);
    for folder in folders {
        remove_all_leftovers(&folder).map_err(WriteError::at(folder))?;
    }
    Ok(())
}

/// Removes the outputs of an earlier run, and its state except `run.json` and the lock.
fn discard(paths: &RunPaths) -> Result<(), RunDirError> {
    // Those of this run too: the state of the earlier one may be gone.
    for name in read_outputs(paths).iter().chain(paths.outputs()).filter(|name| is_own(paths, name)) {
        let path = paths.root().join(name);
        absent_is_fine(fs::remove_file(&path)).map_err(WriteError::at(&path))?;
        // A folder of outputs goes with its last file. One that holds files of others stays.
        if let Some(folder) = path.parent().filter(|folder| *folder != paths.root()) {
            let _ = fs::remove_dir(folder);
        }
    }
    // `run.json` is replaced by the caller, after everything else of the old run is removed: after a crash in between,
    // it still says that there is a run to resume or discard, although its finished shards are gone.
    let state = paths.state();
    for entry in fs::read_dir(state).map_err(WriteError::at(state))? {
        let path = entry.map_err(WriteError::at(state))?.path();
        if path != paths.run_info() && path != paths.lock() {
            remove(&path).map_err(WriteError::at(&path))?;
        }
    }
    Ok(())
}

/// Removes a file, a link, or a folder with everything in it.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    absent_is_fine(match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    })
}

fn absent_is_fine(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Locks the folder. The kernel releases the lock when the process ends, however it ends.
pub(crate) fn take_lock(root: &Path, path: &Path) -> Result<RunLock, RunDirError> {
    let write_error = WriteError::at(path);
    // Not truncated before it is locked: the text belongs to the run that holds the lock.
    let mut file = open_own_file(path).map_err(&write_error)?;
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
    Ok(RunLock(file))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn open(folder: &Path, settings: Value, on_existing_run: OnExistingRun) -> Result<RunDir, RunDirError> {
        RunDir::open(RunPaths::new(folder, "test"), settings, on_existing_run)
    }

    #[test]
    fn temporary_files_of_a_killed_attempt_are_removed_wherever_they_lie() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let open = |on_existing_run| {
            let paths = RunPaths::new(root, "test").with_outputs(["tables/a.csv".to_owned()]);
            RunDir::open(paths, json!({}), on_existing_run)
        };
        drop(open(OnExistingRun::Refuse).unwrap());
        fs::create_dir(root.join("tables")).unwrap();
        let left = ["a.jsonl", "tables/a.csv", ".test/run.json", ".test/plans/a.json"];
        let left = left.map(|name| root.join(format!("{name}.vm_4026531836-21150-72.part")));
        left.iter().for_each(|path| fs::write(path, "half").unwrap());
        let of_others = root.join("tables/thesis.tex.part");
        fs::write(&of_others, "whole").unwrap();
        drop(open(OnExistingRun::Resume).unwrap());
        assert!(left.iter().all(|path| !path.exists()), "{left:?}");
        assert!(of_others.exists());
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
        let refused = |seed| match open(seed, OnExistingRun::Refuse) {
            Err(RunDirError::Interrupted { difference, .. }) => difference.map(|found| found.to_string()),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(1), None);
        assert_eq!(refused(2).as_deref(), Some("a.seed was 1, is 2"));
        let error = open(2, OnExistingRun::Resume).unwrap_err();
        let RunDirError::OtherSettings { difference, .. } = error else { panic!("{error}") };
        assert_eq!(difference.to_string(), "a.seed was 1, is 2");
        let mut resumed = open(1, OnExistingRun::Resume).unwrap();
        assert!(resumed.resumed());
        assert_eq!(resumed.clock_ms(), clock);
        resumed.finish().unwrap();
        drop(resumed);
    }

    #[test]
    fn a_finished_run_is_replaced_only_on_demand() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let open = |seed: u64, on_existing_run| {
            let outputs = ["a.jsonl", "tables/a.csv", "../outside"].map(str::to_owned);
            let paths = RunPaths::new(root, "test").with_outputs(outputs);
            RunDir::open(paths, json!({"a": {"seed": seed}}), on_existing_run)
        };
        let mut first = open(1, OnExistingRun::Refuse).unwrap();
        fs::create_dir(root.join("tables")).unwrap();
        for name in ["a.jsonl", "tables/a.csv", "notes.txt"] {
            fs::write(root.join(name), "kept").unwrap();
        }
        first.finish().unwrap();
        drop(first);
        let state = || fs::read(root.join(".test/run.json")).unwrap();
        let before = state();
        for on_existing_run in [OnExistingRun::Refuse, OnExistingRun::Resume] {
            let same = open(1, on_existing_run).unwrap_err();
            assert!(matches!(same, RunDirError::AlreadyFinished { .. }), "{same}");
            let other = open(2, on_existing_run).unwrap_err();
            assert!(matches!(other, RunDirError::FinishedWithOtherSettings { .. }), "{other}");
        }
        assert_eq!(state(), before);
        assert!(root.join("a.jsonl").exists());
        drop(open(2, OnExistingRun::Discard).unwrap());
        let left: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
        assert!(root.join("notes.txt").exists());
    }

    #[test]
    fn a_folder_that_is_no_run_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let absent = folder.path().join("absent");
        let resumed = open(&absent, json!({}), OnExistingRun::Resume);
        assert!(matches!(resumed, Err(RunDirError::NothingToResume { .. })));
        assert!(!absent.exists());
        let file = folder.path().join("a.jsonl");
        fs::write(&file, "of somebody").unwrap();
        let opened = open(&file, json!({}), OnExistingRun::Discard);
        assert!(matches!(opened, Err(RunDirError::NotAFolder { .. })));
        let paths = RunPaths::new(folder.path(), "test").with_outputs(["a.jsonl".to_owned()]);
        let opened = RunDir::open(paths, json!({}), OnExistingRun::Refuse);
        assert!(matches!(opened, Err(RunDirError::UnknownOutput { path }) if path == file));
        assert_eq!(fs::read(&file).unwrap(), b"of somebody");
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
