//! Gitiles: the repositories of Android, Chromium, Go and others at Google.

use super::pointer::{GitTarget, RepositoryPointer, pointer};
use super::revision;
use super::web_address::WebAddress;

/// Parses `/<repository>/+/<revision>`. The number of a change in review is not a revision.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    let at = parts.iter().position(|part| matches!(*part, "+" | "+show" | "+log"))?;
    let host = address.host.as_str();
    // The pages of a review are no pages of a repository.
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
    // Paths below `/a/` are for users who are logged in.
    let path = &parts[usize::from(parts[0] == "a")..at];
    pointer(host, &path.join("/"), target)
}
