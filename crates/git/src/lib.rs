//! Remote git repositories: fetched by the git program, into bare mirrors in the cache, and read
//! from there with gix.
//!
//! A mirror holds commits and trees; the few files that are needed are fetched in one go. There
//! are two kinds of it: with all history, to look for commits in, and with named commits only.

mod address;
mod bare;
mod changes;
mod command;
mod error;
mod mirror;
mod moved;
mod source;
mod verdict;
mod wants;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use gix::ObjectId;

pub use address::is_public;
pub use changes::{MAX_FILES, tree_changes};
pub use command::ENVIRONMENT;
pub use error::GitError;
pub use mirror::Mirror;
pub use source::{Source, SourceError, open};

use address::Place;
use bare::{Bare, HEAD, Kind, Reply};
use verdict::Verdict;
use wants::Wanted;

/// Most bytes that a mirror takes, where no other number is given: enough for all commits and
/// trees of Linux.
pub const MAX_BYTES: u64 = 5 << 30;

/// Tells what a URL answers as its `Location`, without going there.
pub type Locate<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How git may be used.
pub struct Fetching<'a> {
    /// Folder of the cache.
    pub cache: &'a Path,
    /// Other places to fetch from; the first that speaks of a repository counts.
    pub mirrors: &'a [Mirror],
    /// Hosts that may be asked besides the well-known ones, such as `git.example.org`,
    /// `git.example.org:8443` or `*.example.org`.
    pub hosts: &'a [String],
    /// Most bytes that a mirror takes.
    pub max_bytes: u64,
    /// Whether what is in the cache is all there is: nobody is asked.
    pub offline: bool,
    /// Whether to give up; asked several times a second.
    pub stop: &'a dyn Fn() -> bool,
    /// Told what is fetched and how far it got, such as "cloning pallets/flask 38%", at most once a
    /// second.
    pub progress: Option<&'a dyn Fn(&str)>,
    /// How repositories that moved are followed, if at all.
    pub locate: Option<Locate<'a>>,
}

impl fmt::Debug for Fetching<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cache, mirrors, hosts, max_bytes, .. } = self;
        let mut shown = f.debug_struct("Fetching");
        shown.field("cache", cache).field("mirrors", mirrors).field("hosts", hosts);
        shown.field("max_bytes", max_bytes).finish_non_exhaustive()
    }
}

/// A repository at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its bare folder; [`crate::source::open`] opens it.
    pub path: PathBuf,
    /// The name that it has now.
    pub url: String,
    /// The name by which it was asked for, if it has moved.
    pub moved_from: Option<String>,
    /// Wanted commits that the server does not have, in the order of their ids.
    pub missing: Vec<String>,
}

/// Fetches all history of a repository without its files, with tags: the first time all of it,
/// afterwards what is new.
///
/// # Errors
/// [`GitError`]; an interrupted first fetch leaves nothing.
pub fn history(url: &str, fetching: &Fetching<'_>) -> Result<Fetched, GitError> {
    if fetching.offline {
        return bare::at_hand(fetching.cache, url, &[]);
    }
    let url = Place::of(url, fetching)?.url;
    let mut bare = Bare::take(bare::path(fetching.cache, &url, Kind::History), &url, fetching)?;
    // The branch that the server calls its own, forced pushes included.
    let head = format!("+HEAD:{HEAD}");
    let arguments = [
        "fetch",
        // Tags only as said below, and none that is gone: it may stand in the way of a new one.
        "--no-tags",
        "--prune",
        "--no-write-fetch-head",
        "--recurse-submodules=no",
        "--filter=blob:none",
        "origin",
        &head,
        "+refs/tags/*:refs/tags/*",
    ];
    match bare.ask(&arguments, &[], fetching)? {
        // An empty repository has nothing to fetch.
        Reply::Done | Reply::Refused { verdict: Verdict::NoHead, .. } => bare.keep(Vec::new()),
        Reply::Refused { verdict, said } => Err(bare.error(verdict, said)),
    }
}

/// Fetches commits by their full ids, each with all its parents, without their files and without
/// history, in one request. What is at hand is not asked for again: if all are, nobody is asked.
/// Where the server does not give commits by their ids, all history is fetched.
///
/// # Errors
/// [`GitError`]; commits that are not there are no error.
pub fn commits(url: &str, ids: &[String], fetching: &Fetching<'_>) -> Result<Fetched, GitError> {
    if fetching.offline {
        let wanted: Vec<ObjectId> =
            ids.iter().filter_map(|id| ObjectId::from_hex(id.as_bytes()).ok()).collect();
        return bare::at_hand(fetching.cache, url, &wanted);
    }
    let url = Place::of(url, fetching)?.url;
    let is_full = |id: &&String| id.len() == 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (full, odd): (Vec<&String>, Vec<&String>) = ids.iter().partition(is_full);
    let wanted: BTreeSet<ObjectId> =
        full.into_iter().filter_map(|id| ObjectId::from_hex(id.as_bytes()).ok()).collect();
    let missing = |bare: &Bare| {
        let ids = wants::missing(bare, &wanted).into_iter().map(|id| id.to_string());
        let ids: BTreeSet<String> = ids.chain(odd.iter().map(|id| id.to_string())).collect();
        ids.into_iter().collect::<Vec<_>>()
    };
    let all = bare::path(fetching.cache, &url, Kind::History);
    // Two generations: the commits and their parents.
    let (path, depth) = match all.exists() {
        true => (all.clone(), None),
        false => (bare::path(fetching.cache, &url, Kind::Commits), Some(2)),
    };
    let mut bare = Bare::take(path, &url, fetching)?;
    let lacking = wants::missing(&bare, &wanted);
    if let Wanted::NotById { unknown } = wants::fetch(&mut bare, lacking, depth, fetching)? {
        drop(bare);
        history(&url, fetching)?;
        bare = Bare::take(all, &url, fetching)?;
        // Some may be on no branch, and yet be there.
        let lacking = wants::missing(&bare, &wanted).difference(&unknown).copied().collect();
        wants::fetch(&mut bare, lacking, None, fetching)?;
    }
    let missing = missing(&bare);
    bare.keep(missing)
}

/// Remembers in the cache why a repository cannot be had, for who replays the run from there.
///
/// # Errors
/// [`GitError::Cache`].
pub fn remember(url: &str, error: &GitError, fetching: &Fetching<'_>) -> Result<(), GitError> {
    if fetching.offline { Ok(()) } else { bare::remember(fetching.cache, url, error) }
}

/// Where the mirror of a repository with all its history is, in a cache or a snapshot.
pub fn mirror_path(cache: &Path, url: &str) -> PathBuf {
    bare::path(cache, url, Kind::History)
}

/// Fetches what a mirror lacks of the files that some commits changed, on both sides, in one
/// request. Commits that change too many files to be mined are left out.
///
/// # Errors
/// [`GitError`]; files that the server does not have are no error.
pub fn blobs(
    fetched: &Fetched,
    commits: impl IntoIterator<Item = ObjectId>,
    fetching: &Fetching<'_>,
) -> Result<(), GitError> {
    if fetching.offline {
        return Ok(());
    }
    let mut bare = Bare::take(fetched.path.clone(), &fetched.url, fetching)?;
    let repository = crate::source::open(&fetched.path)?;
    let lacking = wants::missing_blobs(&repository, commits);
    match wants::fetch(&mut bare, lacking, None, fetching)? {
        Wanted::Fetched => Ok(()),
        Wanted::NotById { .. } => Err(GitError::Failed {
            url: bare.url().to_owned(),
            said: "the server does not give files by their ids".to_owned(),
            may_pass: false,
        }),
    }
}
