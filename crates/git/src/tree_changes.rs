//! The entries of a tree that a commit changed.

use std::collections::BTreeSet;

use gix::ObjectId;
use gix::diff::tree::{Recorder, State, recorder};
use gix::object::tree::diff::ChangeDetached;
use gix::objs::TreeRefIter;

use crate::licence_files::licence_files;

/// Most files that a fix changes. A commit that changes more is an import or a reformatting.
pub const MAX_FILES: usize = 100;

/// Compares the tree of a commit with that of its parent, or with an empty one. Folders are entries too; files that
/// moved are deletions and additions. Only trees are read, so that files need not have been fetched.
///
/// # Errors
/// A commit or tree that cannot be read.
pub fn tree_changes(
    repository: &gix::Repository,
    commit: ObjectId,
    parent: Option<ObjectId>,
) -> Result<Vec<ChangeDetached>, gix::Error> {
    let tree_of = |id: ObjectId| repository.find_commit(id).and_then(|commit| commit.tree());
    let after = tree_of(commit)?;
    let before = parent.map_or_else(|| Ok(repository.empty_tree()), tree_of)?;
    let kind = repository.object_hash();
    let mut recorder = Recorder::default();
    gix::diff::tree(
        TreeRefIter::from_bytes(&before.data, kind),
        TreeRefIter::from_bytes(&after.data, kind),
        State::default(),
        &repository.objects,
        &mut recorder,
    )
    .map_err(gix::Error::from_error)?;
    Ok(recorder.records.into_iter().map(detached).collect())
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

fn changed_blobs(repository: &gix::Repository, commit: ObjectId) -> Result<Vec<ObjectId>, gix::Error> {
    let parent = repository.find_commit(commit)?.parent_ids().next().map(gix::Id::detach);
    let changes = tree_changes(repository, commit, parent)?;
    if changes.iter().filter(|change| !change.entry_mode().is_tree()).count() > MAX_FILES {
        return Ok(Vec::new());
    }
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
