//! Bitbucket, in the cloud and on servers.

use super::address::Address;
use super::{Pointer, Target, pointer, revision};

/// The host of the cloud.
pub(super) const HOST: &str = "bitbucket.org";

pub(super) fn parse(address: &Address) -> Option<Pointer> {
    let parts = address.parts();
    let [owner, name, rest @ ..] = parts.as_slice() else { return None };
    let target = match rest {
        ["commits", "tag", tag @ ..] => revision::tag(tag),
        // `changeset` is of the time when nearly all was Mercurial.
        ["commits", id, ..] => revision::commit(id),
        ["pull-requests" | "pull-request", number, ..] => revision::pull(number),
        // Here the new one comes first.
        ["branches", "compare", range @ ..] => match revision::compare(range)? {
            Target::Compare(new, old) => Some(Target::Compare(old, new)),
            _ => None,
        },
        ["src" | "raw", id, ..] => revision::state(id),
        _ => None,
    }?;
    pointer(HOST, &format!("{owner}/{name}"), target)
}

/// A server of one's own: `/projects/KEY/repos/name/..`, cloned from `/scm/key/name`.
pub(super) fn parse_server(address: &Address) -> Option<Pointer> {
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
