//! GitHub: its pages, its API, its raw files and its patches.
//!
//! Forms as <https://docs.github.com/en/rest> and the site itself have them.

use super::web_address::WebAddress;
use super::{GitTarget, RepositoryPointer, pointer, revision};

/// The host of all repositories.
pub(super) const HOST: &str = "github.com";

/// Whether a host is one of GitHub's. Gists are on one that is not listed.
pub(super) fn is_host(host: &str) -> bool {
    matches!(
        host,
        HOST | "api.github.com"
            | "raw.github.com"
            | "raw.githubusercontent.com"
            | "codeload.github.com"
            | "patch-diff.githubusercontent.com"
            | "gist.github.com"
            | "redirect.github.com"
    )
}

/// Names at the place of an owner that are pages of the site.
pub(super) fn is_site_page(name: &str) -> bool {
    matches!(
        name,
        "about"
            | "advisories"
            | "apps"
            | "collections"
            | "explore"
            | "features"
            | "login"
            | "marketplace"
            | "orgs"
            | "search"
            | "settings"
            | "sponsors"
            | "topics"
            | "users"
    )
}

pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    let (owner, name, target) = match (address.host.as_str(), parts.as_slice()) {
        (HOST | "redirect.github.com", [owner, name, rest @ ..]) => (owner, name, page(rest)?),
        ("api.github.com", ["repos", owner, name, rest @ ..]) => (owner, name, api(rest)?),
        ("raw.github.com" | "raw.githubusercontent.com", [owner, name, id, _, ..]) => {
            (owner, name, revision::state(id)?)
        }
        ("codeload.github.com", [owner, name, _, rest @ ..]) => (owner, name, archive(rest)?),
        ("patch-diff.githubusercontent.com", ["raw", owner, name, "pull", number]) => {
            (owner, name, revision::pull(number)?)
        }
        _ => return None,
    };
    pointer(HOST, &format!("{owner}/{name}"), target)
}

/// What a page below a repository is about.
fn page(rest: &[&str]) -> Option<GitTarget> {
    match rest {
        ["commit", id, ..] => revision::commit(id),
        ["commits", id] => revision::id_not_name(id).map(GitTarget::Commit),
        // The history of a file, from that commit on.
        ["commits", id, ..] => revision::state(id),
        // All of a pull request as it was at some commit is no commit; one commit of it is.
        ["pull", number, page, ids, ..] => match *page {
            "commits" | "changes" | "files" if ids.contains("..") => revision::compare(&[ids]),
            "commits" | "changes" => revision::commit(ids).or_else(|| revision::pull(number)),
            _ => revision::pull(number),
        },
        ["pull", number, ..] => revision::pull(number),
        ["compare", range @ ..] => revision::compare(range),
        ["blob" | "tree" | "raw" | "blame" | "edit", id, ..] => revision::state(id),
        ["releases", "tag", tag @ ..] => revision::tag(tag),
        // The last part is the file.
        ["releases", "download", tag @ .., _] => revision::tag(tag),
        ["archive", rest @ ..] => archive(rest),
        _ => None,
    }
}

/// An archive of a commit or a tag; one by a bare name may be of a branch.
fn archive(rest: &[&str]) -> Option<GitTarget> {
    let last = rest.last()?;
    let stem = [".zip", ".tar.gz"].iter().find_map(|suffix| last.strip_suffix(suffix)).unwrap_or(last);
    match rest {
        [_] => revision::state(stem),
        ["refs", "tags", first @ .., _] => revision::tag(&[first, &[stem]].concat()),
        _ => None,
    }
}

/// What an answer of the API is about.
fn api(rest: &[&str]) -> Option<GitTarget> {
    match rest {
        ["git", "commits", id] => revision::commit(id),
        ["commits", id, ..] => revision::id_not_name(id).map(GitTarget::Commit),
        ["pulls", number, ..] => revision::pull(number),
        ["compare", range @ ..] => revision::compare(range),
        ["releases", "tags", tag @ ..] => revision::tag(tag),
        _ => None,
    }
}
