//! Gitiles: the repositories of Android, Chromium, Go and others at Google, and those of other projects with Gerrit.

use super::moved::{self, MovedPlace};
use super::pointer::{GitTarget, RepositoryPointer, pointer};
use super::web_address::WebAddress;
use super::{is_commit_id, revision};

/// Hosts whose repositories are cloned from another place than their pages: Wikimedia, and the searches in code at Google.
const CLONED_ELSEWHERE: &[MovedPlace] = &[
    ("cs.android.com", "android/", "android.googlesource.com", ""),
    ("cs.opensource.google", "go/x/", "go.googlesource.com", ""),
    ("cs.opensource.google", "go/", "go.googlesource.com", ""),
    ("gerrit.wikimedia.org", "g/", "gerrit.wikimedia.org", "r/"),
    ("source.chromium.org", "chromium/chromium/", "chromium.googlesource.com", "chromium/"),
];

/// Searches in code, which serve no clones.
const CODE_SEARCHES: &[&str] = &["cs.android.com", "cs.opensource.google", "source.chromium.org"];

/// Parses `/<repository>/+/<revision>`. The number of a change in review is not a revision.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    let at = parts.iter().position(|part| matches!(*part, "+" | "+show" | "+log"))?;
    let host = address.host.as_str();
    // The pages of a review are not pages of a repository.
    if host.ends_with("-review.googlesource.com") {
        return None;
    }
    let target = match &parts[at + 1..] {
        ["refs", "tags", tag] => revision::tag(&[tag]),
        [range] if range.contains("..") => revision::compare(&[range]),
        // `^!` stands for the changes of a commit, and a `/` behind it for the list of its files.
        [id] => revision::id_not_name(id.strip_suffix("^!").unwrap_or(id)).map(GitTarget::Commit),
        [id, ..] => match id.strip_suffix("^!") {
            Some(id) => revision::id_not_name(id).map(GitTarget::Commit),
            None => revision::state(id),
        },
        [] => None,
    }?;
    // A search names the site that it searches before it.
    if CODE_SEARCHES.contains(&host) && parts[..at].contains(&"_") {
        return None;
    }
    // Other software may use `+` for something else, but not before a whole id.
    let is_whole = matches!(&target, GitTarget::Commit(id) | GitTarget::State(id) if is_commit_id(id));
    if !is_whole && !host.ends_with(".googlesource.com") {
        return None;
    }
    // Paths below `/a/` are for users who are logged in. Gerrit has Gitiles as a plugin.
    let path = parts[usize::from(parts[0] == "a")..at].join("/").replacen("plugins/gitiles/", "", 1);
    match moved::find(CLONED_ELSEWHERE, host, &path) {
        Some((host, path)) => pointer(host, &path, target),
        None if CODE_SEARCHES.contains(&host) => None,
        None => pointer(host, &path, target),
    }
}
