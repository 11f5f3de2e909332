//! Fetching objects by their ids.

use std::collections::BTreeSet;

use gix::ObjectId;
use gix::object::tree::diff::ChangeDetached;

use super::bare::{Bare, Reply};
use super::verdict::Verdict;
use super::{Fetching, GitError};
use crate::changes::{MAX_FILES, tree_changes};

/// How often the server may say that it does not have an object: it names one at a time.
const REFUSALS: usize = 8;

/// What became of objects that were asked for.
pub(super) enum Wanted {
    /// Those that the server has are there.
    Fetched,
    /// It does not want to be asked for objects by their ids, or does not have too many.
    NotById {
        /// Those that it is known not to have.
        unknown: BTreeSet<ObjectId>,
    },
}

/// Fetches objects in one request, and in one more for each that the server does not have.
/// Commits come with their history, or with `depth - 1` generations of it.
pub(super) fn fetch(
    bare: &mut Bare,
    mut ids: BTreeSet<ObjectId>,
    depth: Option<u32>,
    fetching: &Fetching<'_>,
) -> Result<Wanted, GitError> {
    let depth = depth.map(|depth| format!("--depth={depth}"));
    let mut arguments =
        vec!["fetch", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none"];
    arguments.extend(depth.as_deref());
    arguments.extend(["--stdin", "origin"]);
    let mut unknown = BTreeSet::new();
    for _ in 0..=REFUSALS {
        if ids.is_empty() {
            return Ok(Wanted::Fetched);
        }
        let list: String = ids.iter().map(|id| format!("{id}\n")).collect();
        match bare.ask(&arguments, list.as_bytes(), fetching)? {
            Reply::Done => return Ok(Wanted::Fetched),
            Reply::Refused { verdict: Verdict::Unknown(id), .. } if ids.remove(&id) => {
                unknown.insert(id);
            }
            Reply::Refused { verdict: Verdict::Unknown(_) | Verdict::NotById, .. } => break,
            Reply::Refused { verdict, said } => return Err(bare.error(verdict, said)),
        }
    }
    Ok(Wanted::NotById { unknown })
}

/// Those of some commits that are not there with all their parents and the roots of their trees.
pub(super) fn missing(bare: &Bare, commits: &BTreeSet<ObjectId>) -> BTreeSet<ObjectId> {
    let Ok(repository) = crate::source::open(bare.folder()) else { return commits.clone() };
    let is_there = |id: ObjectId| repository.find_commit(id).is_ok_and(|commit| commit.tree().is_ok());
    let is_whole = |id: ObjectId| {
        is_there(id)
            && repository
                .find_commit(id)
                .is_ok_and(|commit| commit.parent_ids().all(|parent| is_there(parent.detach())))
    };
    commits.iter().copied().filter(|id| !is_whole(*id)).collect()
}

/// What is not there of the files that some commits changed, on both sides. Commits that are
/// too large to be mined, or cannot be read, are left out.
pub(super) fn missing_blobs(
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
    Ok(ids)
}
