//! Replacement of a finished run by a newer one, which was made in a folder inside the state of the old one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use streamguard_durable::{WriteError, create_inner_folders, read_regular, sync_folder, write_atomic};

use crate::run_dir::{RunLock, remove, take_lock};
use crate::run_dir_error::RunDirError;
use crate::run_info::RunInfo;
use crate::run_outputs::{is_inside, is_own, read_outputs};
use crate::run_paths::RunPaths;

/// Largest list of files to replace that is read, in bytes.
const MAX_PLAN_BYTES: u64 = 1 << 30;

/// A finished run, locked, that a newer run is to replace. Nothing of it changes before [`RunReplacement::install`].
#[derive(Debug)]
pub struct RunReplacement {
    paths: RunPaths,
    info: RunInfo,
    _lock: RunLock,
}

/// Files to move and to remove, written before the first of them is moved: after a crash in between, the rest follows.
#[derive(Debug, Serialize, Deserialize)]
struct InstallPlan {
    /// Outputs of the newer run, by their names in the folder of the run.
    outputs: Vec<String>,
    /// Outputs of the old run that the newer one does not have.
    gone_outputs: Vec<String>,
    /// Files and folders of the newer run's state.
    state: Vec<String>,
    /// Files and folders of the old run's state.
    gone_state: Vec<String>,
}

impl RunReplacement {
    /// Locks a finished run. If a crash interrupted an earlier replacement while it was installed, the rest of it is
    /// installed first.
    ///
    /// # Errors
    /// [`RunDirError::NothingToReplace`] if no finished run is there; [`RunDirError::Locked`], and errors of files.
    pub fn open(paths: RunPaths) -> Result<Self, RunDirError> {
        let nothing = || RunDirError::NothingToReplace { path: paths.root().to_owned() };
        if !paths.install_plan().exists() && !RunInfo::read(&paths)?.is_some_and(|run| run.done) {
            return Err(nothing());
        }
        let lock = take_lock(paths.root(), &paths.lock())?;
        if let Ok(plan) = read_regular(&paths.install_plan(), MAX_PLAN_BYTES) {
            let path = paths.install_plan();
            let plan = serde_json::from_slice(&plan)
                .map_err(|error| RunDirError::Damaged { path, reason: error.to_string() })?;
            carry_out(&paths, &plan)?;
        }
        // Once more: another process may have changed the run before it was locked.
        let info = RunInfo::read(&paths)?.filter(|run| run.done).ok_or_else(nothing)?;
        Ok(Self { paths, info, _lock: lock })
    }

    /// Returns the facts about the finished run.
    pub fn info(&self) -> &RunInfo {
        &self.info
    }

    /// Returns the folder in which the newer run is to be made.
    pub fn successor(&self) -> PathBuf {
        self.paths.successor()
    }

    /// Puts the newer run, which must be finished, in the place of the old one, and removes what only the old one
    /// had. Files that no run made stay.
    ///
    /// # Errors
    /// [`RunDirError::NothingToReplace`] if the newer run is not finished; errors of files. [`RunReplacement::open`]
    /// completes an installation that was interrupted.
    pub fn install(self) -> Result<(), RunDirError> {
        let paths = &self.paths;
        let plan = self.install_plan()?;
        let path = paths.install_plan();
        serde_json::to_vec(&plan)
            .map_err(std::io::Error::from)
            .and_then(|bytes| write_atomic(&path, &bytes))
            .map_err(WriteError::at(&path))?;
        carry_out(paths, &plan)
    }

    /// Lists what has to be moved and removed.
    fn install_plan(&self) -> Result<InstallPlan, RunDirError> {
        let paths = &self.paths;
        let newer = RunPaths::new(paths.successor(), paths.product());
        if !RunInfo::read(&newer)?.is_some_and(|run| run.done) {
            return Err(RunDirError::NothingToReplace { path: newer.root().to_owned() });
        }
        let is_there = |name: &str| newer.root().join(name).symlink_metadata().is_ok();
        let mut outputs = read_outputs(&newer);
        outputs.retain(|name| is_inside(name) && is_there(name));
        let mut gone_outputs = read_outputs(paths);
        gone_outputs.retain(|name| is_inside(name) && !outputs.contains(name));
        let state = names(newer.state(), &[newer.lock()])?;
        let gone_state =
            names(paths.state(), &[paths.lock(), paths.successor(), paths.install_plan(), paths.run_info()])?;
        Ok(InstallPlan { outputs, gone_outputs, state, gone_state })
    }
}

/// Moves what has not been moved yet, and removes the rest. Whatever was done before an interruption is found done.
fn carry_out(paths: &RunPaths, plan: &InstallPlan) -> Result<(), RunDirError> {
    let (from, to) = (paths.successor(), paths.root());
    for name in plan.outputs.iter().filter(|name| is_inside(name)) {
        create_inner_folders(to, name).map_err(WriteError::at(to.join(name)))?;
        move_over(&from.join(name), &to.join(name))?;
    }
    for name in plan.gone_outputs.iter().filter(|name| is_own(paths, name)) {
        let path = to.join(name);
        remove(&path).map_err(WriteError::at(&path))?;
        if let Some(folder) = path.parent().filter(|folder| *folder != to) {
            // A folder of outputs goes with its last file. One that holds files of others stays.
            let _ = fs::remove_dir(folder);
        }
    }
    let newer = RunPaths::new(&from, paths.product());
    for name in plan.gone_state.iter().filter(|name| is_inside(name) && !plan.state.contains(name)) {
        let path = paths.state_file(name);
        remove(&path).map_err(WriteError::at(&path))?;
    }
    for name in plan.state.iter().filter(|name| is_inside(name)) {
        move_over(&newer.state_file(name), &paths.state_file(name))?;
    }
    for folder in changed_folders(paths, plan) {
        sync_folder(&folder).map_err(WriteError::at(&folder))?;
    }
    remove(&from).map_err(WriteError::at(&from))?;
    let path = paths.install_plan();
    remove(&path).map_err(WriteError::at(&path))?;
    Ok(())
}

/// Returns the folders in which something was moved or removed: a power cut could undo what is not synced.
fn changed_folders(paths: &RunPaths, plan: &InstallPlan) -> BTreeSet<PathBuf> {
    let root = paths.root();
    let mut changed = BTreeSet::from([root.to_owned(), paths.state().to_owned()]);
    for name in plan.outputs.iter().chain(&plan.gone_outputs).filter(|name| is_inside(name)) {
        let folders = Path::new(name).ancestors().skip(1).map(|folder| root.join(folder));
        // Not what went with its last file, and nothing behind a link.
        changed.extend(folders.filter(|folder| folder.symlink_metadata().is_ok_and(|found| found.is_dir())));
    }
    changed
}

/// Moves a file or folder over the one in its place. One that is not there was moved before.
fn move_over(from: &Path, to: &Path) -> Result<(), WriteError> {
    let error = WriteError::at(to);
    if from.symlink_metadata().is_err() {
        return Ok(());
    }
    // A folder cannot be moved over one that has files. A file replaces a file in one step.
    if from.is_dir() || to.is_dir() {
        remove(to).map_err(&error)?;
    }
    fs::rename(from, to).map_err(&error)
}

/// Returns the names in a folder, sorted, except those of some paths.
fn names(folder: &Path, except: &[PathBuf]) -> Result<Vec<String>, WriteError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(WriteError::at(folder))? {
        let entry = entry.map_err(WriteError::at(folder))?;
        if !except.contains(&entry.path()) {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::manifest::Manifest;
    use crate::run_dir::{OnExistingRun, RunDir};

    fn paths(root: &Path, outputs: &[&str]) -> RunPaths {
        RunPaths::new(root, "test").with_outputs(outputs.iter().map(|name| (*name).to_owned()))
    }

    /// Leaves a finished run with these outputs, each with the text `content`.
    fn finished(root: &Path, outputs: &[&str], content: &str) {
        let mut run = RunDir::open(paths(root, outputs), json!({}), OnExistingRun::Refuse).unwrap();
        for name in outputs {
            fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            fs::write(root.join(name), content).unwrap();
        }
        fs::write(run.paths().state_file("of.json"), content).unwrap();
        run.finish().unwrap();
    }

    fn all_files(root: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                match entry.path() {
                    path if path.is_dir() => folders.push(path),
                    // What stands in these differs in every run.
                    path if ["lock", "run.json", "MANIFEST"].iter().any(|name| path.ends_with(name)) => {}
                    path => found.push((
                        path.strip_prefix(root).unwrap().display().to_string(),
                        fs::read_to_string(path).unwrap(),
                    )),
                }
            }
        }
        found.sort();
        found
    }

    fn old_and_new(root: &Path) -> RunReplacement {
        finished(root, &["a", "tables/b", "only-old/c"], "old");
        fs::write(root.join("notes.txt"), "mine").unwrap();
        let replacement = RunReplacement::open(RunPaths::new(root, "test")).unwrap();
        finished(&replacement.successor(), &["a", "tables/b", "d"], "new");
        replacement
    }

    fn assert_installed(root: &Path) {
        let outputs = ["a", "d", "tables/b", ".test/of.json"].map(|name| (name.to_owned(), "new".to_owned()));
        let mut expected = Vec::from(outputs);
        expected.push(("notes.txt".to_owned(), "mine".to_owned()));
        expected.push((".test/outputs.txt".to_owned(), "a\ntables/b\nd".to_owned()));
        expected.sort();
        assert_eq!(all_files(root), expected);
        let paths = RunPaths::new(root, "test");
        assert!(RunInfo::read(&paths).unwrap().unwrap().done);
        let faults = Manifest::read(&paths).unwrap().unwrap().verify(&paths);
        assert!(faults.is_empty(), "{faults:?}");
    }

    #[test]
    fn the_newer_run_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        old_and_new(folder.path()).install().unwrap();
        assert_installed(folder.path());
    }

    #[test]
    fn all_folders_that_an_installation_changes_are_synced() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        finished(root, &["a", "kept/b", "kept/old/c", "gone/d"], "old");
        fs::write(root.join("kept/old/notes.txt"), "mine").unwrap();
        let replacement = RunReplacement::open(RunPaths::new(root, "test")).unwrap();
        finished(&replacement.successor(), &["a", "kept/b", "new/inner/e"], "new");
        let (paths, plan) = (replacement.paths.clone(), replacement.install_plan().unwrap());
        carry_out(&paths, &plan).unwrap();
        let changed = ["", ".test", "kept", "kept/old", "new", "new/inner"].map(|name| root.join(name));
        assert_eq!(changed_folders(&paths, &plan), BTreeSet::from(changed));
    }

    #[test]
    fn an_interrupted_installation_is_completed() {
        // Number of moves before the interruption.
        for moves in 0..8 {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path();
            let replacement = old_and_new(root);
            let paths = replacement.paths.clone();
            let plan = replacement.install_plan().unwrap();
            drop(replacement);
            write_atomic(&paths.install_plan(), &serde_json::to_vec(&plan).unwrap()).unwrap();
            let newer = RunPaths::new(paths.successor(), "test");
            let outputs = plan.outputs.iter().map(|name| (newer.root().join(name), root.join(name)));
            let state = plan.state.iter().map(|name| (newer.state_file(name), paths.state_file(name)));
            for (from, to) in outputs.chain(state).take(moves) {
                move_over(&from, &to).unwrap();
            }
            let read = RunInfo::read(&paths);
            assert!(matches!(read, Err(RunDirError::HalfReplaced { .. })), "{moves}");
            let resumed = RunDir::open(paths.clone(), json!({}), OnExistingRun::Resume);
            assert!(matches!(resumed, Err(RunDirError::HalfReplaced { .. })), "{moves}");
            drop(RunReplacement::open(paths).unwrap());
            assert_installed(root);
        }
    }

    #[test]
    fn only_a_finished_run_is_replaced_and_only_by_a_finished_one() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let open = || RunReplacement::open(RunPaths::new(root, "test"));
        assert!(matches!(open(), Err(RunDirError::NothingToReplace { .. })));
        drop(RunDir::open(paths(root, &["a"]), json!({}), OnExistingRun::Refuse).unwrap());
        assert!(matches!(open(), Err(RunDirError::NothingToReplace { .. })));
        RunDir::open(paths(root, &["a"]), json!({}), OnExistingRun::Resume).unwrap().finish().unwrap();
        fs::write(root.join("a"), "old").unwrap();
        let replacement = open().unwrap();
        assert!(matches!(open(), Err(RunDirError::Locked { .. })));
        drop(
            RunDir::open(paths(&replacement.successor(), &["a"]), json!({}), OnExistingRun::Refuse).unwrap(),
        );
        assert!(matches!(replacement.install(), Err(RunDirError::NothingToReplace { .. })));
        assert_eq!(fs::read(root.join("a")).unwrap(), b"old");
    }
}
