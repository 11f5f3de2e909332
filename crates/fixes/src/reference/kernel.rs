//! kernel.org: its short links, and the paths of its repositories.

use super::pointer::{GitTarget, RepositoryPointer, pointer};
use super::revision;
use super::web_address::WebAddress;

/// Host of all repositories.
const HOST: &str = "git.kernel.org";

/// Parses the short forms: `/linus/ID`, `/linus/c/ID`, `/tip/ID`, `/stable/c/ID`, `/netdev/net/c/ID`.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    if address.host != HOST {
        return None;
    }
    let (tree, id) = match parts.as_slice() {
        ["linus" | "torvalds", "c", id] | ["linus", id] => ("torvalds/linux", id),
        ["stable", "c", id] | ["stable", id] => ("stable/linux", id),
        ["tip", "c", id] | ["tip", id] => ("tip/tip", id),
        [owner, name, "c", id] => (&*format!("{owner}/{name}"), id),
        _ => return None,
    };
    repository(&format!("linux/kernel/git/{tree}"), revision::commit(id)?)
}

/// Returns the repository that cgit and gitweb call `path`.
pub(super) fn repository(path: &str, target: GitTarget) -> Option<RepositoryPointer> {
    let path = path.strip_suffix(".git").unwrap_or(path);
    // The repository was renamed in 2011, and the old name still leads to it.
    let path =
        if path == "linux/kernel/git/torvalds/linux-2.6" { "linux/kernel/git/torvalds/linux" } else { path };
    pointer(HOST, &format!("pub/scm/{path}"), target)
}

/// Reports whether a host is the present or a former one of the repositories of kernel.org.
pub(super) fn is_host(host: &str) -> bool {
    // The parser of URLs has removed `www.`.
    host == HOST || host == "kernel.org"
}
