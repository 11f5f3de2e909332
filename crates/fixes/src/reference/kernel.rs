//! kernel.org: its short links, and what is its own about its long ones.

use super::web_address::WebAddress;
use super::{GitTarget, RepositoryPointer, pointer, revision};

/// The host of all repositories.
const HOST: &str = "git.kernel.org";

/// The short forms: `/linus/ID`, `/linus/c/ID`, `/tip/ID`, `/stable/c/ID`, `/netdev/net/c/ID`.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    if address.host != HOST {
        return None;
    }
    let parts = address.parts();
    let (tree, id) = match parts.as_slice() {
        ["linus" | "torvalds", "c", id] | ["linus", id] => ("torvalds/linux", id),
        ["stable", "c", id] | ["stable", id] => ("stable/linux", id),
        ["tip", "c", id] | ["tip", id] => ("tip/tip", id),
        [owner, name, "c", id] => (&*format!("{owner}/{name}"), id),
        _ => return None,
    };
    repository(&format!("linux/kernel/git/{tree}"), revision::commit(id)?)
}

/// The repository that cgit and gitweb call `path`.
pub(super) fn repository(path: &str, target: GitTarget) -> Option<RepositoryPointer> {
    let path = path.strip_suffix(".git").unwrap_or(path);
    // Renamed in 2011; the old name still leads to the same repository.
    let path =
        if path == "linux/kernel/git/torvalds/linux-2.6" { "linux/kernel/git/torvalds/linux" } else { path };
    pointer(HOST, &format!("pub/scm/{path}"), target)
}

/// Whether a host is that of kernel.org's repositories, now or once.
pub(super) fn is_host(host: &str) -> bool {
    // `www.` is gone already.
    host == HOST || host == "kernel.org"
}
