//! Which entries of a tree a commit changed.

use gix::ObjectId;
use gix::diff::tree::{Recorder, State, recorder};
use gix::object::tree::diff::ChangeDetached;
use gix::objs::TreeRefIter;

/// Most files that a fix changes; beyond it a commit is an import or a reformatting.
pub const MAX_FILES: usize = 100;

/// What a commit changed against its first parent, or against nothing: entries of trees, those
/// of folders too. Files that moved are deletions and additions. Only trees are read.
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
