//! GitLab, on its own host and on hosts of projects.

use super::pointer::{GitTarget, RepositoryPointer, pointer};
use super::web_address::WebAddress;
use super::{github, revision};

/// Hosts of projects that run GitLab and do not have it in their name.
const PROJECT_HOSTS: &[&str] = &[
    "0xacab.org",
    "code.videolan.org",
    "framagit.org",
    "git.coop",
    "git.drupalcode.org",
    "git.pleroma.social",
    "invent.kde.org",
    "lab.louiz.org",
    "salsa.debian.org",
    "source.puri.sm",
];

/// Reports whether a host surely runs GitLab.
pub(super) fn is_host(host: &str) -> bool {
    PROJECT_HOSTS.contains(&host) || host.split('.').next() == Some("gitlab")
}

/// Parses a page behind the part `-`, which no other software uses, or a page of older versions.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    // Viewers use the part `-` too, behind repositories of other hosts.
    if parts.first().is_some_and(|first| *first == github::HOST || is_host(first)) {
        return None;
    }
    let is_dash = |part: &&str| *part == "-";
    let is_page = |part: &&str| {
        matches!(
            *part,
            "commit" | "commits" | "merge_requests" | "compare" | "blob" | "blame" | "raw" | "tree" | "tags"
        )
    };
    let (at, page) = match parts.iter().position(is_dash) {
        Some(at) => (at, at + 1),
        None => {
            // Groups and projects cannot have these names, so behind two other parts they are pages.
            let at = parts.iter().skip(2).position(is_page)? + 2;
            // Other software has commits and tags too, but no merge requests.
            if parts[at] != "merge_requests" && !is_host(&address.host) {
                return None;
            }
            (at, at)
        }
    };
    if at < 2 {
        return None;
    }
    let target = match &parts[page..] {
        // A parameter chooses one commit of a merge request.
        ["merge_requests", number, ..] => match address.parameter("commit_id") {
            Some(id) => revision::commit(id),
            None => revision::pull(number),
        },
        ["commit", id, ..] => revision::commit(id),
        ["commits", id] => revision::id_not_name(id).map(GitTarget::Commit),
        ["compare", range @ ..] => revision::compare(range),
        ["blob" | "tree" | "raw" | "blame" | "commits", id, ..] => revision::state(id),
        ["tags" | "releases", tag @ ..] => revision::tag(tag),
        _ => None,
    }?;
    pointer(&address.host, &parts[..at].join("/"), target)
}
