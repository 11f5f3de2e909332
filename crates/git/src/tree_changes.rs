//! The entries of a tree that a commit changed.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use gix::ObjectId;
use gix::bstr::BStr;
use gix::diff::tree::visit::Change;
use gix::diff::tree::{Recorder, State, Visit, recorder};
use gix::object::tree::diff::ChangeDetached;
use gix::objs::TreeRefIter;
use thiserror::Error;

use crate::licence_files::licence_files;

/// Most files that a fix changes. A commit that changes more is an import or a reformatting.
pub const MAX_FILES: usize = 100;

/// Most folders that are entered. The commits of Linux and Chromium that change at most [`MAX_FILES`] files touch
/// some hundreds.
const MAX_FOLDERS: usize = 10_000;

/// Largest size of all paths that are held, in bytes: as many as [`MAX_FOLDERS`] of PATH_MAX.
const MAX_PATH_BYTES: usize = MAX_FOLDERS * 4096;

/// Reason why the changes of a commit cannot be listed.
#[derive(Debug, Error)]
pub enum TreeChangesError {
    /// It changes more than [`MAX_FILES`] files, or more folders than a commit of so few files could.
    #[error("it changes more than {MAX_FILES} files")]
    TooMany,
    /// A commit or tree cannot be read.
    #[error(transparent)]
    Unreadable(#[from] gix::Error),
}

/// Compares the tree of a commit with that of its parent, or with an empty one. Folders are entries too; files that
/// moved are deletions and additions. Only trees are read, so that files need not have been fetched.
///
/// # Errors
/// [`TreeChangesError`].
pub fn tree_changes(
    repository: &gix::Repository,
    commit: ObjectId,
    parent: Option<ObjectId>,
) -> Result<Vec<ChangeDetached>, TreeChangesError> {
    let tree_of = |id: ObjectId| repository.find_commit(id).and_then(|commit| commit.tree());
    let after = tree_of(commit)?;
    let before = parent.map_or_else(|| Ok(repository.empty_tree()), tree_of)?;
    let kind = repository.object_hash();
    let mut recorder = BoundedRecorder::default();
    let walked = gix::diff::tree(
        TreeRefIter::from_bytes(&before.data, kind),
        TreeRefIter::from_bytes(&after.data, kind),
        State::default(),
        &repository.objects,
        &mut recorder,
    );
    match walked {
        _ if recorder.is_full() => Err(TreeChangesError::TooMany),
        Ok(()) => Ok(recorder.inner.records.into_iter().map(detached).collect()),
        Err(error) => Err(gix::Error::from_error(error).into()),
    }
}

/// Recorder of changes that ends the comparison when a bound is reached.
///
/// A few trees whose entries are all the same tree stand for more files than any machine can list: each level
/// multiplies them.
#[derive(Default)]
struct BoundedRecorder {
    inner: Recorder,
    files: usize,
    folders: usize,
    path_bytes: usize,
}

impl BoundedRecorder {
    fn is_full(&self) -> bool {
        self.files > MAX_FILES || self.folders > MAX_FOLDERS || self.path_bytes > MAX_PATH_BYTES
    }
}

impl Visit for BoundedRecorder {
    fn pop_front_tracked_path_and_set_current(&mut self) {
        self.inner.pop_front_tracked_path_and_set_current();
    }

    fn push_back_tracked_path_component(&mut self, component: &BStr) {
        // Folders that are entered on both sides are not changes, so they are counted here.
        self.folders += 1;
        self.inner.push_back_tracked_path_component(component);
        self.path_bytes += self.inner.path().len();
    }

    fn push_path_component(&mut self, component: &BStr) {
        self.inner.push_path_component(component);
    }

    fn pop_path_component(&mut self) {
        self.inner.pop_path_component();
    }

    fn visit(&mut self, change: Change) -> ControlFlow<()> {
        self.files += usize::from(!change.entry_mode().is_tree());
        self.path_bytes += self.inner.path().len();
        if self.is_full() { ControlFlow::Break(()) } else { self.inner.visit(change) }
    }
}

fn detached(change: recorder::Change) -> ChangeDetached {
    match change {
        recorder::Change::Addition { entry_mode, oid, path, relation } => {
            ChangeDetached::Addition { location: path, entry_mode, relation, id: oid }
        }
        recorder::Change::Deletion { entry_mode, oid, path, relation } => {
            ChangeDetached::Deletion { location: path, entry_mode, relation, id: oid }
        }
        recorder::Change::Modification { previous_entry_mode, previous_oid, entry_mode, oid, path } => {
            ChangeDetached::Modification {
                location: path,
                previous_entry_mode,
                previous_id: previous_oid,
                entry_mode,
                id: oid,
            }
        }
    }
}

/// Returns the files that some commits changed, as they were before and after, if the repository does not hold them.
/// Commits that are too large to be mined, or cannot be read, are left out.
pub(crate) fn missing_blobs(
    repository: &gix::Repository,
    commits: impl IntoIterator<Item = ObjectId>,
) -> BTreeSet<ObjectId> {
    let mut ids = BTreeSet::new();
    for commit in commits {
        let Ok(changed) = changed_blobs(repository, commit) else { continue };
        ids.extend(changed.into_iter().filter(|id| !repository.has_object(id)));
    }
    ids
}

fn changed_blobs(repository: &gix::Repository, commit: ObjectId) -> Result<Vec<ObjectId>, TreeChangesError> {
    let parent = repository.find_commit(commit)?.parent_ids().next().map(gix::Id::detach);
    let changes = tree_changes(repository, commit, parent)?;
    let mut ids = Vec::new();
    for change in changes {
        match change {
            ChangeDetached::Modification { previous_id, id, entry_mode, .. } if entry_mode.is_blob() => {
                ids.extend([previous_id, id]);
            }
            ChangeDetached::Addition { id, entry_mode, .. }
            | ChangeDetached::Deletion { id, entry_mode, .. }
                if entry_mode.is_blob() =>
            {
                ids.push(id);
            }
            _ => {}
        }
    }
    if !ids.is_empty() {
        ids.extend(licence_files(repository, commit)?.into_iter().map(|(_, id)| id));
    }
    Ok(ids)
}
