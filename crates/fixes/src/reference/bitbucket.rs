//! Bitbucket: the cloud, and servers of projects.

use super::pointer::{GitTarget, RepositoryPointer, pointer};
use super::revision;
use super::web_address::WebAddress;

/// Host of the cloud.
pub(super) const HOST: &str = "bitbucket.org";

/// Host of the interface for programs.
pub(super) const API_HOST: &str = "api.bitbucket.org";

/// Parses an address for programs.
pub(super) fn parse_api(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    let ["2.0", "repositories", owner, name, rest @ ..] = parts.as_slice() else { return None };
    let target = match rest {
        ["commit" | "diff" | "patch", id, ..] => revision::commit(id),
        ["pullrequests", number, ..] => revision::pull(number),
        _ => None,
    }?;
    pointer(HOST, &format!("{owner}/{name}"), target)
}

/// Parses a page of the cloud.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    let [owner, name, rest @ ..] = parts.as_slice() else { return None };
    let target = match rest {
        ["commits", "tag", tag @ ..] => revision::tag(tag),
        // Pages called `changeset` are left out: nearly all are of Mercurial repositories.
        ["commits" | "commit", id, ..] => revision::commit(id),
        ["pull-requests" | "pull-request", number, ..] => revision::pull(number),
        // Bitbucket writes the new revision first.
        ["branches", "compare", range @ ..] => match revision::compare(range)? {
            GitTarget::Compare(new, old) => Some(GitTarget::Compare(old, new)),
            _ => None,
        },
        ["src" | "raw", id, ..] => revision::state(id),
        _ => None,
    }?;
    pointer(HOST, &format!("{owner}/{name}"), target)
}

/// Parses a page of a server: `/projects/KEY/repos/name/..`, cloned from `/scm/key/name`.
pub(super) fn parse_server(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    let at = parts.iter().position(|part| *part == "projects")?;
    let [_, project, "repos", name, rest @ ..] = &parts[at..] else { return None };
    let target = match rest {
        ["commits", id, ..] => revision::commit(id),
        ["pull-requests", number, ..] => revision::pull(number),
        _ => None,
    }?;
    let before = parts[..at].iter().map(|part| format!("{part}/")).collect::<String>();
    pointer(&address.host, &format!("{before}scm/{}/{name}", project.to_ascii_lowercase()), target)
}
