//! Gitea, Forgejo and other forges, and the form of URLs that nearly all of them share.

use super::pointer::{GitTarget, RepositoryPointer, pointer};
use super::web_address::WebAddress;
use super::{bitbucket, github, gitlab, kernel, revision};

/// Hosts that run Gitea or Forgejo, or use their forms, as Gitee does.
const GITEA_HOSTS: &[&str] = &[
    "code.exim.org",
    "code.ffmpeg.org",
    "code.forgejo.org",
    "codeberg.org",
    "forge.sourceware.org",
    "git.disroot.org",
    "git.osgeo.org",
    "gitea.com",
    "gitee.com",
    "notabug.org",
    "opendev.org",
    "projects.blender.org",
    "src.opensuse.org",
];

/// Hosts that run Pagure.
const PAGURE_HOSTS: &[&str] = &["git.centos.org", "pagure.io", "src.fedoraproject.org"];

/// Reports whether a host surely runs Gitea or software with the same forms.
pub(super) fn is_gitea(host: &str) -> bool {
    let first = host.split('.').next();
    GITEA_HOSTS.contains(&host) || matches!(first, Some("gitea" | "forgejo"))
}

/// Parses a page of a forge.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let host = address.host.as_str();
    let parts = address.parts();
    if host == "sourceforge.net" {
        return sourceforge(&parts);
    }
    if host == "git.sr.ht" {
        return sourcehut(host, &parts);
    }
    if PAGURE_HOSTS.contains(&host) {
        return pagure(host, &parts);
    }
    if is_gitea(host) {
        return gitea(host, &parts);
    }
    anywhere(host, &parts)
}

/// Parses `/<owner>/<name>/..`, possibly below a folder.
fn gitea(host: &str, parts: &[&str]) -> Option<RepositoryPointer> {
    // Without a folder first: an owner may be called so.
    let below = usize::from(parts.first() == Some(&"gitea"));
    (0..=below).find_map(|below| gitea_below(host, parts, below))
}

/// Parses `/<owner>/<name>/..` below some folders.
fn gitea_below(host: &str, parts: &[&str], below: usize) -> Option<RepositoryPointer> {
    let [_, _, rest @ ..] = parts.get(below..)? else { return None };
    let target = match rest {
        ["commit", id, ..] => revision::commit(id),
        ["commits", "commit", id, ..] => revision::commit(id),
        ["pulls", _, "commits", id] => revision::commit(id),
        ["pulls" | "pull", number, ..] => revision::pull(number),
        ["compare", range @ ..] => revision::compare(range),
        ["src" | "raw", "commit", id, ..] => revision::state(id),
        ["blob" | "tree" | "raw", id, ..] => revision::state(id),
        ["src", "tag", tag] | ["releases", "tag", tag] => revision::tag(&[tag]),
        _ => None,
    }?;
    pointer(host, &parts[..below + 2].join("/"), target)
}

/// Parses `/p/<project>/<repository>/ci/..`, or `/u/..` of a user. URLs of Mercurial repositories look the same.
fn sourceforge(parts: &[&str]) -> Option<RepositoryPointer> {
    let [kind @ ("p" | "u"), project, name, "ci", id, rest @ ..] = parts else { return None };
    let target = if rest.first() == Some(&"tree") { revision::state(id) } else { revision::commit(id) }?;
    pointer("git.code.sf.net", &format!("{kind}/{project}/{name}"), target)
}

/// Parses `/~<owner>/<name>/..` at SourceHut.
fn sourcehut(host: &str, parts: &[&str]) -> Option<RepositoryPointer> {
    let [owner, name, page, id, ..] = parts else { return None };
    let target = match *page {
        "commit" => revision::commit(id),
        "tree" | "log" | "blame" => revision::state(id),
        _ => None,
    }?;
    pointer(host, &format!("{owner}/{name}"), target).filter(|_| owner.starts_with('~'))
}

/// Parses `/<repository>/c/..`, where the repository may have a namespace or be a fork.
fn pagure(host: &str, parts: &[&str]) -> Option<RepositoryPointer> {
    let at = parts.iter().position(|part| matches!(*part, "c" | "pull-request"))?;
    let target = match &parts[at..] {
        ["c", id, ..] => revision::commit(id),
        ["pull-request", number, ..] => revision::pull(number),
        _ => None,
    }?;
    pointer(host, &parts[..at].join("/"), target)
}

/// Parses `/<owner>/<name>/commit/<whole id>` on any host: no software uses it for anything else. On hosts of git alone,
/// repositories may have no owner.
fn anywhere(host: &str, parts: &[&str]) -> Option<RepositoryPointer> {
    let min_parts = if host.starts_with("git.") && !kernel::is_host(host) { 1 } else { 2 };
    let at = parts.iter().rposition(|part| *part == "commit").filter(|at| *at >= min_parts)?;
    let id = parts.get(at + 1).and_then(|id| revision::whole(id))?;
    // Viewers show repositories of other hosts below the names of these hosts.
    let is_viewer = [github::HOST, bitbucket::HOST].contains(&parts[0]) || gitlab::is_host(parts[0]);
    // `/src/commit/..` of Gitea is the files at a commit, and `/commits/commit/..` the history up to it.
    let (end, target) = match parts[at - 1] {
        "src" | "raw" if at > 2 => (at - 1, GitTarget::State(id)),
        "commits" if at > 2 => (at - 1, GitTarget::Commit(id)),
        _ => (at, GitTarget::Commit(id)),
    };
    (!is_viewer).then(|| pointer(host, &parts[..end].join("/"), target)).flatten()
}
