//! cgit: `/<repository>/commit/?id=..`.

use super::moved::{self, MovedPlace};
use super::pointer::{GitTarget, RepositoryPointer, pointer};
use super::web_address::WebAddress;
use super::{kernel, revision};

/// Hosts whose repositories are cloned from another place than their pages. On all other hosts cgit itself serves clones,
/// unless `enable-http-clone` in cgitrc(5) forbids it.
const CLONED_ELSEWHERE: &[MovedPlace] = &[
    ("cgit.drupalcode.org", "", "git.drupalcode.org", "project/"),
    ("cgit.freebsd.org", "", "git.freebsd.org", ""),
    ("cgit.freedesktop.org", "", "anongit.freedesktop.org", "git/"),
    ("cgit.ghostscript.com", "cgi-bin/cgit.cgi/", "git.ghostscript.com", ""),
    ("cgit.ghostscript.com", "", "git.ghostscript.com", ""),
    ("cgit.git.savannah.gnu.org", "cgit/", "git.savannah.gnu.org", "git/"),
    ("cgit.kde.org", "", "anongit.kde.org", ""),
    ("cgit.openembedded.org", "", "git.openembedded.org", ""),
    ("code.qt.io", "cgit/", "code.qt.io", ""),
    ("codeaurora.org", "cgit/quic/", "git.codelinaro.org", "clo/"),
    ("cygwin.com", "cgit/", "cygwin.com", "git/"),
    ("dpdk.org", "browse/", "git.dpdk.org", ""),
    ("gcc.gnu.org", "cgit/", "gcc.gnu.org", "git/"),
    ("git.alpinelinux.org", "cgit/", "git.alpinelinux.org", ""),
    ("git.dpkg.org", "cgit/", "git.dpkg.org", "git/"),
    ("git.gnome.org", "browse/", "gitlab.gnome.org", "GNOME/"),
    ("git.gnome.org", "cgit/", "gitlab.gnome.org", "GNOME/"),
    ("git.musl-libc.org", "cgit/", "git.musl-libc.org", "git/"),
    ("git.openstack.org", "cgit/", "git.openstack.org", ""),
    ("git.pengutronix.de", "cgit/", "git.pengutronix.de", "git/"),
    ("git.postgresql.org", "cgit/", "git.postgresql.org", "git/"),
    ("git.savannah.gnu.org", "cgit/", "git.savannah.gnu.org", "git/"),
    ("git.savannah.nongnu.org", "cgit/", "git.savannah.nongnu.org", "git/"),
    ("git.sv.gnu.org", "cgit/", "git.savannah.gnu.org", "git/"),
    ("git.yoctoproject.org", "cgit/cgit.cgi/", "git.yoctoproject.org", ""),
    ("git.yoctoproject.org", "cgit/", "git.yoctoproject.org", ""),
    ("git.yoctoproject.org", "clean/cgit.cgi/", "git.yoctoproject.org", ""),
    ("https.git.savannah.gnu.org", "cgit/", "git.savannah.gnu.org", "git/"),
    ("pkgs.fedoraproject.org", "cgit/rpms/", "src.fedoraproject.org", "rpms/"),
    ("pkgs.fedoraproject.org", "cgit/", "src.fedoraproject.org", "rpms/"),
    ("source.codeaurora.org", "quic/", "git.codelinaro.org", "clo/"),
    ("sourceware.org", "cgit/", "sourceware.org", "git/"),
    ("src.fedoraproject.org", "cgit/", "src.fedoraproject.org", ""),
    ("us.codeaurora.org", "cgit/quic/", "git.codelinaro.org", "clo/"),
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
    match moved::find(CLONED_ELSEWHERE, shown_at, path) {
        Some((host, path)) => pointer(host, &path, target),
        None => pointer(shown_at, path, target),
    }
}
