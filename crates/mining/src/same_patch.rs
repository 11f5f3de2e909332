//! The same change on several branches: it is mined once.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use gix::ObjectId;
use gix::object::tree::diff::ChangeDetached;
use streamguard_code::line_diff;
use streamguard_git::{OpenRepository, open_repository, tree_changes};

use super::commit_miner::MAX_BLOB_BYTES;
use super::history::CommitSelection;
use super::selected_commit::SelectedCommit;

/// Paths that a commit changed.
type ChangedPaths = Vec<Vec<u8>>;

/// Leaves out commits with the patch of an earlier one of the selection, which is that of the head if it has one.
/// Commits that cannot be compared stay.
///
/// Nothing is compared if all commits are those of the head: there, a second time may follow a revert.
pub(crate) fn drop_same_patches(path: &Path, selection: &mut CommitSelection, stop: &dyn Fn() -> bool) {
    if selection.of_branches == 0 {
        return;
    }
    let Ok(repository) = open_repository(path) else { return };
    // A caller that asked to stop does not use the result.
    let change = |one: &SelectedCommit| file_changes(&repository, one.commit).filter(|_| !stop());
    let changes: Vec<_> = selection.commits.iter().map(change).collect();
    let mut commits_by_paths = HashMap::<ChangedPaths, u64>::new();
    for paths in changes.iter().flatten().map(|changes| changed_paths(changes)) {
        *commits_by_paths.entry(paths).or_default() += 1;
    }
    // Files are only read where two commits changed the same ones.
    let mut changes = changes.into_iter();
    let mut patches = HashSet::new();
    let before = selection.commits.len();
    selection.commits.retain(|_| {
        let Some(changes) = changes.next().flatten().filter(|_| !stop()) else { return true };
        if commits_by_paths[&changed_paths(&changes)] < 2 {
            return true;
        }
        patch_id(&repository, &changes).is_none_or(|patch| patches.insert(patch))
    });
    selection.same_patches = (before - selection.commits.len()) as u64;
}

/// Returns the files that a commit changed, by path; `None` if they cannot be compared.
fn file_changes(repository: &OpenRepository, commit: ObjectId) -> Option<Vec<ChangeDetached>> {
    let parent = repository.find_commit(commit).ok()?.parent_ids().next().map(gix::Id::detach);
    let mut changes = tree_changes(repository, commit, parent).ok()?;
    changes.retain(|change| !change.entry_mode().is_tree());
    changes.sort_by(|one, other| one.location().cmp(other.location()));
    Some(changes).filter(|changes| !changes.is_empty())
}

fn changed_paths(changes: &[ChangeDetached]) -> ChangedPaths {
    changes.iter().map(|change| change.location().to_vec()).collect()
}

/// Returns the digest of what a commit changed, without white space and line numbers, as git-patch-id(1) has it, and
/// without the unchanged lines round it, which differ between branches. `None` if a file cannot be read.
fn patch_id(repository: &OpenRepository, changes: &[ChangeDetached]) -> Option<ObjectId> {
    let mut digest = gix::hash::hasher(gix::hash::Kind::Sha1);
    let mut add = |mark: &[u8], text: &[u8]| {
        digest.update(mark);
        let letters: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        digest.update(&letters);
    };
    for change in changes {
        let (before, after) = match change {
            ChangeDetached::Addition { id, .. } => (None, Some(*id)),
            ChangeDetached::Deletion { id, .. } => (Some(*id), None),
            ChangeDetached::Modification { previous_id, id, .. } => (Some(*previous_id), Some(*id)),
            ChangeDetached::Rewrite { source_id, id, .. } => (Some(*source_id), Some(*id)),
        };
        let read = |id: Option<ObjectId>| id.map_or_else(|| Some(String::new()), |id| text(repository, id));
        let (before, after) = (read(before)?, read(after)?);
        let diff = line_diff(&before, &after);
        add(b"\n\0", change.location());
        diff.removed.iter().for_each(|line| add(b"\n-", line.as_bytes()));
        diff.added.iter().for_each(|line| add(b"\n+", line.as_bytes()));
    }
    digest.try_finalize().ok()
}

fn text(repository: &OpenRepository, id: ObjectId) -> Option<String> {
    let bytes = repository.read_blob(id, MAX_BLOB_BYTES).ok()??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
