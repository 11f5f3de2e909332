//! cgit: `/<repository>/commit/?id=..`.

use super::pointer::{GitTarget, RepositoryPointer, pointer};
use super::web_address::WebAddress;
use super::{kernel, revision};

/// Hosts whose repositories are cloned from another place than their pages: the host, the path of cgit,
/// and the host and path to clone from. On all other hosts cgit itself serves clones, unless
/// `enable-http-clone` in cgitrc(5) forbids it.
const CLONED_ELSEWHERE: &[(&str, &str, &str, &str)] = &[
    ("cgit.freebsd.org", "", "git.freebsd.org", ""),
    ("cgit.freedesktop.org", "", "anongit.freedesktop.org", "git/"),
    ("cgit.kde.org", "", "anongit.kde.org", ""),
    ("git.musl-libc.org", "cgit/", "git.musl-libc.org", "git/"),
    ("git.openstack.org", "cgit/", "git.openstack.org", ""),
    ("git.savannah.gnu.org", "cgit/", "git.savannah.gnu.org", "git/"),
    ("git.savannah.nongnu.org", "cgit/", "git.savannah.nongnu.org", "git/"),
    ("git.yoctoproject.org", "cgit/cgit.cgi/", "git.yoctoproject.org", ""),
    ("git.yoctoproject.org", "cgit/", "git.yoctoproject.org", ""),
    ("pkgs.fedoraproject.org", "cgit/rpms/", "src.fedoraproject.org", "rpms/"),
    ("pkgs.fedoraproject.org", "cgit/", "src.fedoraproject.org", "rpms/"),
    ("w1.fi", "cgit/", "w1.fi", ""),
];

/// Parses a page of cgit.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    let is_page = |part: &&str| {
        matches!(*part, "commit" | "patch" | "diff" | "rawdiff" | "tree" | "plain" | "blame" | "log" | "tag")
    };
    let at = parts.iter().skip(1).position(is_page)? + 1;
    let id = address.parameter("id");
    // Other software has pages of these names too, with plain numbers as ids.
    let commit = |id| revision::id_not_name(id).map(GitTarget::Commit);
    let is_git =
        parts[at - 1].ends_with(".git") || address.host.split('.').any(|label| label.ends_with("git"));
    let target = match parts[at] {
        // `id2` is the old side of a comparison, if it is not the parent.
        "diff" | "rawdiff" | "patch" if address.parameter("id2").is_some() => {
            revision::compare(&[&format!("{}..{}", address.parameter("id2")?, id?)])
        }
        "commit" | "patch" | "diff" | "rawdiff" => commit(id?),
        "tag" if is_git => revision::tag(&[address.parameter("h").or(id)?]),
        "tag" => None,
        _ => revision::state(id?),
    }?;
    repository(&address.host, &parts[..at].join("/"), target)
}

/// Returns the repository whose pages are at a path.
fn repository(shown_at: &str, path: &str, target: GitTarget) -> Option<RepositoryPointer> {
    if kernel::is_host(shown_at) {
        let path = path.strip_prefix("cgit/").or_else(|| path.strip_prefix("pub/scm/"))?;
        return kernel::repository(path, target);
    }
    let elsewhere = CLONED_ELSEWHERE.iter().find_map(|(known, at, host, instead)| {
        let name = path.strip_prefix(at).filter(|_| *known == shown_at)?;
        Some((*host, format!("{instead}{name}")))
    });
    match elsewhere {
        Some((host, path)) => pointer(host, &path, target),
        None => pointer(shown_at, path, target),
    }
}
