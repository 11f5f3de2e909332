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

/// Reference that the first of some commits gets: git brings the tags of fetched commits only if one of them gets a
/// reference. It holds nothing that is needed afterwards.
const FETCHED_REFERENCE: &str = "refs/streamguard/fetched";

/// Objects to fetch by their ids.
#[derive(Clone, Copy)]
pub(crate) enum ObjectKind {
    /// Commits with all their history.
    History,
    /// Commits with so many generations, themselves included, and with the tags that point at them.
    Commits { generations: u32 },
    /// Files.
    Files,
}

/// Fetches objects in one request, and in one more for each object that the server lacks.
pub(crate) fn fetch_objects(
    mirror: &mut BareMirror,
    mut ids: BTreeSet<ObjectId>,
    kind: ObjectKind,
    context: &FetchContext<'_>,
) -> Result<FetchOutcome, GitError> {
    let depth = match kind {
        ObjectKind::Commits { generations } => format!("--depth={generations}"),
        ObjectKind::History | ObjectKind::Files => "--no-tags".to_owned(),
    };
    let mut arguments = Vec::new();
    if matches!(kind, ObjectKind::Files) {
        // A server leaves files out that it believes to be here, because commits with them are.
        arguments.extend(["-c", "fetch.negotiationAlgorithm=noop"]);
    }
    arguments.extend([
        "fetch",
        "--no-write-fetch-head",
        "--recurse-submodules=no",
        "--filter=blob:none",
        depth.as_str(),
    ]);
    // The ids come by the standard input: a command line would be too short for them.
    arguments.extend(["--stdin", "origin"]);
    let mut unknown = BTreeSet::new();
    for _ in 0..=MAX_REFUSALS {
        if ids.is_empty() {
            return Ok(FetchOutcome::Fetched);
        }
        let mut list: String = ids.iter().map(|id| format!("{id}\n")).collect();
        if let (ObjectKind::Commits { .. }, Some(first)) = (kind, ids.first()) {
            list.push_str(&format!("+{first}:{FETCHED_REFERENCE}\n"));
        }
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
