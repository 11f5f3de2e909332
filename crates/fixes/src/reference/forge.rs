//! Gitea, Forgejo and other forges, and the one form that nearly all of them share.

use super::web_address::WebAddress;
use super::{GitTarget, RepositoryPointer, bitbucket, github, gitlab, pointer, revision};

/// Hosts that run Gitea or Forgejo, or that took over its forms, as Gitee did.
const GITEA: &[&str] =
    &["codeberg.org", "git.disroot.org", "git.osgeo.org", "gitea.com", "gitee.com", "notabug.org"];

/// Hosts that run Pagure.
const PAGURE: &[&str] = &["pagure.io", "src.fedoraproject.org"];

/// Whether a host surely runs Gitea or what is like it.
pub(super) fn is_gitea(host: &str) -> bool {
    let first = host.split('.').next();
    GITEA.contains(&host) || matches!(first, Some("gitea" | "forgejo"))
}

pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let host = address.host.as_str();
    let parts = address.parts();
    if host == "sourceforge.net" {
        return sourceforge(&parts);
    }
    if PAGURE.contains(&host) {
        return pagure(host, &parts);
    }
    if is_gitea(host) {
        return gitea(host, &parts);
    }
    anywhere(host, &parts)
}

/// `/<owner>/<name>/..`, perhaps below a folder.
fn gitea(host: &str, parts: &[&str]) -> Option<RepositoryPointer> {
    let below = usize::from(parts.first() == Some(&"gitea"));
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

/// `/p/<project>/<repository>/ci/..`; Mercurial's look the same.
fn sourceforge(parts: &[&str]) -> Option<RepositoryPointer> {
    let ["p", project, name, "ci", id, rest @ ..] = parts else { return None };
    let target = if rest.first() == Some(&"tree") { revision::state(id) } else { revision::commit(id) }?;
    pointer("git.code.sf.net", &format!("p/{project}/{name}"), target)
}

/// `/<repository>/c/..`, where the repository may have a namespace or be a fork.
fn pagure(host: &str, parts: &[&str]) -> Option<RepositoryPointer> {
    let at = parts.iter().position(|part| matches!(*part, "c" | "pull-request"))?;
    let target = match &parts[at..] {
        ["c", id, ..] => revision::commit(id),
        ["pull-request", number, ..] => revision::pull(number),
        _ => None,
    }?;
    pointer(host, &parts[..at].join("/"), target)
}

/// `/<owner>/<name>/commit/<whole id>` on any host: no software has it for anything else.
fn anywhere(host: &str, parts: &[&str]) -> Option<RepositoryPointer> {
    let at = parts.iter().rposition(|part| *part == "commit").filter(|at| *at >= 2)?;
    let id = parts.get(at + 1).and_then(|id| revision::whole(id))?;
    // Viewers have the repositories of others, by their hosts.
    let is_viewer = [github::HOST, bitbucket::HOST].contains(&parts[0]) || gitlab::is_host(parts[0]);
    (!is_viewer).then(|| pointer(host, &parts[..at].join("/"), GitTarget::Commit(id))).flatten()
}
