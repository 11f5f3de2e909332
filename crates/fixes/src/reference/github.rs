//! GitHub: its pages, its API, its raw files and its patches.
//!
//! The forms are those of <https://docs.github.com/en/rest> and of the site itself.

use super::pointer::{GitTarget, RepositoryPointer, pointer};
use super::revision;
use super::web_address::WebAddress;

/// Host of all repositories.
pub(super) const HOST: &str = "github.com";

/// Reports whether a host is one of GitHub's. No form is known for gists, which keeps them out.
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
            | "github.dev"
            | "togithub.com"
    )
}

/// Reports whether a name at the place of an owner is a page of the site.
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

/// Parses a URL of GitHub.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    let (owner, name, target) = match (address.host.as_str(), parts.as_slice()) {
        (HOST | "github.dev" | "redirect.github.com" | "togithub.com", [owner, name, rest @ ..]) => {
            (owner, name, page(rest)?)
        }
        ("api.github.com", ["repos", owner, name, rest @ ..]) => (owner, name, api(rest)?),
        ("raw.github.com" | "raw.githubusercontent.com", [owner, name, id, _, ..]) => {
            (owner, name, revision::state(id)?)
        }
        ("codeload.github.com", [owner, name, _, rest @ ..]) => (owner, name, archive(rest)?),
        ("patch-diff.githubusercontent.com", ["raw", owner, name, rest @ ..]) => (owner, name, page(rest)?),
        _ => return None,
    };
    pointer(HOST, &format!("{owner}/{name}"), target)
}

/// Parses the part of a URL behind the repository.
fn page(rest: &[&str]) -> Option<GitTarget> {
    match rest {
        // No page has such a name: the part `commit` was forgotten.
        [id] => revision::whole(id).map(GitTarget::Commit),
        ["commit", id, ..] => revision::commit(id),
        ["commits", id] => revision::id_not_name(id).map(GitTarget::Commit),
        // The history of a file up to a commit.
        ["commits", id, ..] => revision::state(id),
        // `commits` shows one commit of a pull request; `files` shows all of it as it was at a commit.
        ["pull", number, page, ids, ..] => match *page {
            "commits" | "changes" | "files" if ids.contains("..") => revision::compare(&[ids]),
            "commits" | "changes" => revision::commit(ids).or_else(|| revision::pull(number)),
            _ => revision::pull(number),
        },
        ["pull", number, ..] => revision::pull(number),
        ["compare", range @ ..] => revision::compare(range),
        ["blob" | "tree" | "raw" | "blame" | "edit", id, ..] => revision::state(id),
        ["releases", "tag", tag @ ..] => revision::tag(tag),
        // The last part is the name of the file.
        ["releases", "download", tag @ .., _] => revision::tag(tag),
        ["archive", rest @ ..] => archive(rest),
        _ => None,
    }
}

/// Parses the name of an archive. A bare name may be that of a branch, so only ids and tags count.
fn archive(rest: &[&str]) -> Option<GitTarget> {
    let last = rest.last()?;
    let stem = [".zip", ".tar.gz"].iter().find_map(|suffix| last.strip_suffix(suffix)).unwrap_or(last);
    match rest {
        [_] => revision::state(stem),
        ["refs", "tags", first @ .., _] => revision::tag(&[first, &[stem]].concat()),
        _ => None,
    }
}

/// Parses the part of a URL of the API behind the repository.
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
