//! Bitbucket, in the cloud and on servers.

use super::web_address::WebAddress;
use super::{GitTarget, RepositoryPointer, pointer, revision};

/// The host of the cloud.
pub(super) const HOST: &str = "bitbucket.org";

pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    let [owner, name, rest @ ..] = parts.as_slice() else { return None };
    let target = match rest {
        ["commits", "tag", tag @ ..] => revision::tag(tag),
        // `changeset` is of the time when nearly all was Mercurial.
        ["commits", id, ..] => revision::commit(id),
        ["pull-requests" | "pull-request", number, ..] => revision::pull(number),
        // Here the new one comes first.
        ["branches", "compare", range @ ..] => match revision::compare(range)? {
            GitTarget::Compare(new, old) => Some(GitTarget::Compare(old, new)),
            _ => None,
        },
        ["src" | "raw", id, ..] => revision::state(id),
        _ => None,
    }?;
    pointer(HOST, &format!("{owner}/{name}"), target)
}

/// A server of one's own: `/projects/KEY/repos/name/..`, cloned from `/scm/key/name`.
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
