//! Fetching repositories into mirrors: all history, some commits, or the files of commits.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gix::ObjectId;

use crate::bare_mirror::{BareMirror, FetchReply, MIRROR_BRANCHES, MIRROR_HEAD};
use crate::context::{FetchContext, FetchedRepository};
use crate::error::GitError;
use crate::failure::GitFailure;
use crate::fetch_objects::{FetchOutcome, ObjectKind, fetch_objects, missing_commits};
use crate::fetch_target::FetchTarget;
use crate::open_repository::open_repository;
use crate::recorded::{self, MirrorKind, find_recorded};
use crate::tree_changes::missing_blobs;

/// Fetches all history of a repository, with branches and tags and without files: the first time everything, afterwards what is
/// new.
///
/// # Errors
/// [`GitError`]; an interrupted first fetch leaves nothing.
pub fn fetch_history(url: &str, context: &FetchContext<'_>) -> Result<FetchedRepository, GitError> {
    if context.offline {
        return find_recorded(context.cache, url, &[]);
    }
    let url = FetchTarget::resolve(url, context)?.url;
    let path = recorded::mirror_path(context.cache, &url, MirrorKind::History);
    let mut mirror = BareMirror::lock(path, &url, context)?;
    // The branch that the server calls its own, forced pushes included.
    let head = format!("+HEAD:{MIRROR_HEAD}");
    let branches = format!("+refs/heads/*:{MIRROR_BRANCHES}*");
    let mut fetched = fetch_refs(&mut mirror, &[&head, &branches], context)?;
    if let FetchReply::Refused { failure: GitFailure::NoHead, .. } = fetched {
        // The head leads nowhere. The repository is empty, or all its commits are on other branches.
        fetched = fetch_refs(&mut mirror, &[&branches], context)?;
    }
    match fetched {
        FetchReply::Done => mirror.commit(Vec::new()),
        FetchReply::Refused { failure, message } => Err(mirror.error(failure, message)),
    }
}

/// Fetches the history of some references, with all tags.
fn fetch_refs(
    mirror: &mut BareMirror,
    refspecs: &[&str],
    context: &FetchContext<'_>,
) -> Result<FetchReply, GitError> {
    let options = [
        "fetch",
        // Only the tags of the last refspec; and those that are gone there are removed, since a tag `a` would stand
        // in the way of a new tag `a/b`.
        "--no-tags",
        "--prune",
        "--no-write-fetch-head",
        "--recurse-submodules=no",
        "--filter=blob:none",
        // A server with a shallow clone has no references for git otherwise: it would look like an empty repository.
        "--update-shallow",
        "origin",
    ];
    let arguments = [&options, refspecs, &["+refs/tags/*:refs/tags/*"]].concat();
    mirror.fetch(&arguments, &[], context)
}

/// Parses the id of an object in a mirror, all of which use SHA-1.
fn full_id(id: &str) -> Option<ObjectId> {
    ObjectId::from_hex(id.as_bytes()).ok().filter(|id| id.kind() == gix::hash::Kind::Sha1)
}

/// Fetches commits by their full ids in one request, each with all its parents, without files and without further
/// history. Commits in the cache are not asked for again; if all are there, no host is asked. Where the server does
/// not give commits by their ids, all history is fetched.
///
/// # Errors
/// [`GitError`]; commits that the server does not have are not an error, see [`FetchedRepository::missing`].
pub fn fetch_commits(
    url: &str,
    ids: &[String],
    context: &FetchContext<'_>,
) -> Result<FetchedRepository, GitError> {
    if context.offline {
        let wanted: Vec<ObjectId> = ids.iter().filter_map(|id| full_id(id)).collect();
        return find_recorded(context.cache, url, &wanted);
    }
    let url = FetchTarget::resolve(url, context)?.url;
    let wanted: BTreeSet<ObjectId> = ids.iter().filter_map(|id| full_id(id)).collect();
    let odd: Vec<&String> = ids.iter().filter(|id| full_id(id).is_none()).collect();
    let missing = |mirror: &BareMirror| {
        let ids = missing_commits(mirror, &wanted).into_iter().map(|id| id.to_string());
        let ids: BTreeSet<String> = ids.chain(odd.iter().map(|id| id.to_string())).collect();
        ids.into_iter().collect::<Vec<_>>()
    };
    let all = recorded::mirror_path(context.cache, &url, MirrorKind::History);
    let whole = match all.exists() {
        // It may turn out to be damaged, and is gone then.
        true => Some(BareMirror::lock(all.clone(), &url, context)?).filter(BareMirror::exists),
        false => None,
    };
    let (mut mirror, kind) = match whole {
        Some(mirror) => (mirror, ObjectKind::History),
        None => {
            let path = recorded::mirror_path(context.cache, &url, MirrorKind::Commits);
            // Two generations: the commits and their parents.
            (BareMirror::lock(path, &url, context)?, ObjectKind::Commits { generations: 2 })
        }
    };
    let lacking = missing_commits(&mirror, &wanted);
    if let FetchOutcome::NotById { unknown } = fetch_objects(&mut mirror, lacking, kind, context)? {
        // The lock of this mirror must be freed first: it may be the very one that all history goes to.
        drop(mirror);
        fetch_history(&url, context)?;
        mirror = BareMirror::lock(all, &url, context)?;
        // Commits on no branch may be there nevertheless, as those of pull requests are.
        let lacking = missing_commits(&mirror, &wanted).difference(&unknown).copied().collect();
        fetch_objects(&mut mirror, lacking, ObjectKind::History, context)?;
    }
    let missing = missing(&mirror);
    mirror.commit(missing)
}

/// Records in the cache why a repository could not be fetched, for runs that replay this one offline.
///
/// # Errors
/// [`GitError::Cache`].
pub fn record_failure(url: &str, error: &GitError, context: &FetchContext<'_>) -> Result<(), GitError> {
    if context.offline { Ok(()) } else { recorded::record_failure(context.cache, url, error) }
}

/// Returns the path of the mirror with all history of a repository, in a cache or a snapshot.
pub fn mirror_path(cache: &Path, url: &str) -> PathBuf {
    recorded::mirror_path(cache, url, MirrorKind::History)
}

/// Fetches in one request the files that some commits changed, as they were before and after. Commits that change too
/// many files to be mined are left out.
///
/// # Errors
/// [`GitError`]; files that the server does not have are not an error.
pub fn fetch_blobs(
    fetched: &FetchedRepository,
    commits: impl IntoIterator<Item = ObjectId>,
    context: &FetchContext<'_>,
) -> Result<(), GitError> {
    if context.offline {
        return Ok(());
    }
    let mut mirror = BareMirror::lock_checked(fetched.path.clone(), &fetched.url, context)?;
    let repository = open_repository(&fetched.path)?;
    let lacking = missing_blobs(&repository, commits);
    match fetch_objects(&mut mirror, lacking, ObjectKind::Files, context)? {
        FetchOutcome::Fetched => mirror.commit(Vec::new()).map(|_| ()),
        FetchOutcome::NotById { .. } => Err(GitError::Failed {
            url: mirror.url().to_owned(),
            message: "the server does not give files by their ids".to_owned(),
            may_pass: false,
        }),
    }
}
