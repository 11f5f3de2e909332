//! GitLab, on its own host and on those of many projects.

use super::web_address::WebAddress;
use super::{GitTarget, RepositoryPointer, github, pointer, revision};

/// Hosts of projects that run GitLab without saying so in their name.
const HOSTS: &[&str] = &[
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

/// Whether a host is surely a GitLab.
pub(super) fn is_host(host: &str) -> bool {
    HOSTS.contains(&host) || host.split('.').next() == Some("gitlab")
}

/// A page behind the part `-`, which no other software has, or one of the time before it.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    // Viewers have the part `-` too, behind the repositories of others.
    if parts.first().is_some_and(|first| *first == github::HOST || is_host(first)) {
        return None;
    }
    let is_dash = |part: &&str| *part == "-";
    let is_page = |part: &&str| matches!(*part, "commit" | "merge_requests" | "compare" | "blob" | "tags");
    let (at, page) = match parts.iter().position(is_dash) {
        Some(at) => (at, at + 1),
        None => {
            // Groups and projects cannot have these names: behind two of them they are pages.
            let at = parts.iter().skip(2).position(is_page)? + 2;
            // Only merge requests are called so nowhere else.
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
        // One commit of a merge request is shown by a parameter.
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
