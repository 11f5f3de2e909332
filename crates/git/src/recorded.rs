//! Mirrors and failures that the cache holds of a repository, for runs that are offline.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use gix::ObjectId;
use streamguard_cache::CacheBucket;

use crate::context::FetchedRepository;
use crate::error::GitError;
use crate::open_repository::open_repository;
use crate::tree_changes::missing_blobs;

/// Longest name in the cache that is made of a URL, in bytes. File systems allow 255, and ends are appended.
const MAX_NAME_BYTES: usize = 150;

/// Longest text of an error that is read, in bytes.
const MAX_PROBLEM_BYTES: u64 = 16 << 10;

/// Content of a path in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MirrorKind {
    /// A mirror with all history.
    History,
    /// A mirror with some commits and their parents.
    Commits,
    /// The text of the error with which the repository could not be fetched.
    Problem,
}

/// Returns the path of a repository's mirror, whether it exists or not. `url` has the form that
/// [`crate::RepositorySource::parse`] gives, hence consists of plain names.
pub(crate) fn mirror_path(cache: &Path, url: &str, kind: MirrorKind) -> PathBuf {
    let mut name = url.trim_start_matches("https://").replace(['/', ':'], "+");
    if name.len() > MAX_NAME_BYTES {
        let digest = blake3::hash(name.as_bytes()).to_hex();
        name.truncate(MAX_NAME_BYTES - 33);
        name = format!("{name}+{}", &digest[..32]);
    }
    let suffix = match kind {
        MirrorKind::History => "git",
        MirrorKind::Commits => "shallow",
        MirrorKind::Problem => "problem",
    };
    CacheBucket::Git.folder(cache).join(format!("{name}.{suffix}"))
}

/// Returns the mirror in the cache that lacks the fewest of some commits and their files, or the error that was
/// recorded in its place.
pub(crate) fn find_recorded(
    cache: &Path,
    asked: &str,
    wanted: &[ObjectId],
) -> Result<FetchedRepository, GitError> {
    let lacks = |path: &Path| {
        open_repository(path).map_or(usize::MAX, |repository| {
            let commits = wanted.iter().filter(|id| !repository.has_object(id)).count();
            commits + missing_blobs(&repository, wanted.iter().copied()).len()
        })
    };
    let kinds = [MirrorKind::History, MirrorKind::Commits];
    let mirrors = kinds.map(|kind| mirror_path(cache, asked, kind)).into_iter();
    if let Some(path) = mirrors.filter(|path| path.exists()).min_by_key(|path| lacks(path)) {
        let url = recorded_url(&path, asked);
        let moved_from = (url != asked).then(|| asked.to_owned());
        return Ok(FetchedRepository { path, url, moved_from, missing: Vec::new() });
    }
    match read_problem(&mirror_path(cache, asked, MirrorKind::Problem)) {
        Ok(message) => Err(GitError::Recorded { message }),
        Err(_) => Err(GitError::NotRecorded { url: asked.to_owned() }),
    }
}

/// Reads the text of an error. In the snapshot of a stranger it may have any size, and is cut off.
fn read_problem(path: &Path) -> io::Result<String> {
    let mut text = Vec::new();
    streamguard_durable::open_regular(path)?.take(MAX_PROBLEM_BYTES).read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Records why a repository could not be fetched.
pub(crate) fn record_failure(cache: &Path, asked: &str, error: &GitError) -> Result<(), GitError> {
    let path = mirror_path(cache, asked, MirrorKind::Problem);
    let write = fs::create_dir_all(CacheBucket::Git.folder(cache))
        .and_then(|()| streamguard_durable::write_atomic(&path, error.to_string().as_bytes()));
    write.map_err(|source| GitError::Cache { path, source })
}

/// Returns the URL from which a mirror was fetched the last time; another than `asked` if the repository had moved.
pub(crate) fn recorded_url(path: &Path, asked: &str) -> String {
    repository_url(path).unwrap_or_else(|| asked.to_owned())
}

/// Returns the URL that a repository was fetched from, if its configuration names one.
pub fn repository_url(path: &Path) -> Option<String> {
    let repository = open_repository(path).ok()?;
    repository.config_snapshot().string("remote.origin.url").map(|url| url.to_string())
}
