//! Fetching objects by their ids.

use std::collections::BTreeSet;

use gix::ObjectId;

use crate::bare_mirror::{BareMirror, FetchReply};
use crate::context::FetchContext;
use crate::error::GitError;
use crate::failure::GitFailure;
use crate::open_repository::open_repository;

/// Most refusals of a server that are answered by another request: it names one missing object at a time.
const MAX_REFUSALS: usize = 8;

/// Outcome of a request for objects.
pub(crate) enum FetchOutcome {
    /// The mirror holds those objects that the server has.
    Fetched,
    /// The server does not give objects by their ids, or lacks too many of them.
    NotById {
        /// Objects that the server is known to lack.
        unknown: BTreeSet<ObjectId>,
    },
}

/// Fetches objects in one request, and in one more for each object that the server lacks. Commits come with their
/// history, or with `depth - 1` generations of it.
pub(crate) fn fetch_objects(
    mirror: &mut BareMirror,
    mut ids: BTreeSet<ObjectId>,
    depth: Option<u32>,
    context: &FetchContext<'_>,
) -> Result<FetchOutcome, GitError> {
    let depth = depth.map(|depth| format!("--depth={depth}"));
    let mut arguments =
        vec!["fetch", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none"];
    arguments.extend(depth.as_deref());
    // The ids come by the standard input: a command line would be too short for them.
    arguments.extend(["--stdin", "origin"]);
    let mut unknown = BTreeSet::new();
    for _ in 0..=MAX_REFUSALS {
        if ids.is_empty() {
            return Ok(FetchOutcome::Fetched);
        }
        let list: String = ids.iter().map(|id| format!("{id}\n")).collect();
        match mirror.fetch(&arguments, list.as_bytes(), context)? {
            FetchReply::Done => return Ok(FetchOutcome::Fetched),
            FetchReply::Refused { failure: GitFailure::UnknownObject(id), .. } if ids.remove(&id) => {
                unknown.insert(id);
            }
            FetchReply::Refused { failure: GitFailure::UnknownObject(_) | GitFailure::NotById, .. } => break,
            FetchReply::Refused { failure, message } => return Err(mirror.error(failure, message)),
        }
    }
    Ok(FetchOutcome::NotById { unknown })
}

/// Returns those of some commits that the mirror does not hold with all their parents and the roots of their trees.
pub(crate) fn missing_commits(mirror: &BareMirror, commits: &BTreeSet<ObjectId>) -> BTreeSet<ObjectId> {
    let Ok(repository) = open_repository(mirror.folder()) else { return commits.clone() };
    let is_there = |id: ObjectId| repository.find_commit(id).is_ok_and(|commit| commit.tree().is_ok());
    let is_whole = |id: ObjectId| {
        is_there(id)
            && repository
                .find_commit(id)
                .is_ok_and(|commit| commit.parent_ids().all(|parent| is_there(parent.detach())))
    };
    commits.iter().copied().filter(|id| !is_whole(*id)).collect()
}
