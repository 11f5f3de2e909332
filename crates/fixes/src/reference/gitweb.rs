//! gitweb: `?p=<repository>;a=commit;h=..` and `/<repository>.git/commit/..`.

use super::moved::{self, MovedPlace};
use super::pointer::{GitTarget, RepositoryPointer, pointer};
use super::web_address::WebAddress;
use super::{kernel, revision};

/// Hosts of gitweb, each with the path in front of its repositories to clone from. gitweb itself serves
/// no clones, so only known hosts can be used.
const CLONED_FROM: &[(&str, &str)] = &[
    ("cygwin.com", "git/"),
    ("gcc.gnu.org", "git/"),
    ("gerrit.onap.org", "r/"),
    ("gerrit.ovirt.org", ""),
    ("git.busybox.net", ""),
    ("git.claws-mail.org", "readonly/"),
    ("git.exim.org", ""),
    ("git.ffmpeg.org", ""),
    ("git.ghostscript.com", ""),
    ("git.gnupg.org", ""),
    ("git.haproxy.org", "git/"),
    ("git.infradead.org", ""),
    ("git.libav.org", ""),
    ("git.lttng.org", ""),
    ("git.moodle.org", ""),
    ("git.openssl.org", ""),
    ("git.openwrt.org", ""),
    ("git.php.net", "repository/"),
    ("git.postgresql.org", "git/"),
    ("git.proxmox.com", "git/"),
    ("git.qemu.org", "git/"),
    ("git.samba.org", ""),
    ("git.savannah.gnu.org", "git/"),
    ("git.savannah.nongnu.org", "git/"),
    ("git.shibboleth.net", "git/"),
    ("git.sourceware.org", "git/"),
    ("git.strongswan.org", ""),
    ("git.tartarus.org", ""),
    ("git.tukaani.org", ""),
    ("git.videolan.org", "git/"),
    ("gitbox.apache.org", "repos/asf/"),
    ("libvirt.org", "git/"),
    ("oss.oracle.com", "git/"),
    ("perl5.git.perl.org", ""),
    ("repo.or.cz", ""),
    ("source.winehq.org", "git/"),
    ("sourceware.org", "git/"),
    ("thekelleys.org.uk", "git/"),
    ("w1.fi", ""),
    ("xenbits.xen.org", "git-http/"),
];

/// Repositories that moved to another host, with the same ids.
const MOVED: &[MovedPlace] = &[
    ("code.wireshark.org", "wireshark.git", "gitlab.com", "wireshark/wireshark"),
    ("git-wip-us.apache.org", "", "gitbox.apache.org", "repos/asf/"),
    ("git.denx.de", "u-boot.git", "source.denx.de", "u-boot/u-boot"),
    ("git.qemu-project.org", "", "git.qemu.org", "git/"),
    ("git.sv.gnu.org", "", "git.savannah.gnu.org", "git/"),
    ("git1-us-west.apache.org", "", "gitbox.apache.org", "repos/asf/"),
    ("gitweb.git.savannah.gnu.org", "", "git.savannah.gnu.org", "git/"),
    ("gitweb.samba.org", "", "git.samba.org", ""),
    ("openldap.org", "openldap.git", "git.openldap.org", "openldap/openldap"),
    ("source.ffmpeg.org", "", "git.ffmpeg.org", ""),
    ("source.isc.org", "bind9.git", "gitlab.isc.org", "isc-projects/bind9"),
    ("xenbits.xenproject.org", "", "xenbits.xen.org", "git-http/"),
];

/// Parts of paths that lead to gitweb itself, before that of a repository.
const VIEWER_PARTS: &[&str] = &["cgi-bin", "cgit", "gitweb", "gitweb.cgi", "w"];

/// Parses a page of gitweb.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    by_parameters(address).or_else(|| by_path(address))
}

/// Parses a URL whose action and object are parameters. The repository is a parameter or the path.
fn by_parameters(address: &WebAddress) -> Option<RepositoryPointer> {
    let id = |name| address.parameter(name);
    let names_repository = address.parameter("p").is_some() || address.path.last()?.ends_with(".git");
    // Without an action, gitweb shows the object, which is a commit unless a file is named.
    let action = match (address.parameter("a"), address.parameter("f")) {
        (None | Some("" | "object"), None) if names_repository => "commit",
        (action, _) => action?,
    };
    let target = match action {
        // In cgit, `h` without an action is a branch.
        "commit" if address.parameter("p").is_none() && address.parameter("a").is_none() => {
            revision::whole(id("h")?).map(GitTarget::Commit)
        }
        // A few writers take `hb`, which is the commit on pages of files.
        "commit" | "commitdiff" | "commitdiff_plain" | "patch" => revision::commit(id("h").or(id("hb"))?),
        // `h` is the id of the file, `hb` that of the commit.
        "blobdiff" | "blobdiff_plain" => revision::commit(id("hb")?),
        "blob" | "blob_plain" | "tree" | "blame" => revision::state(id("hb")?),
        "snapshot" => revision::state(id("h")?),
        _ => None,
    }?;
    let parts = address.parts();
    let path = parts.join("/");
    match address.parameter("p") {
        Some(project) => repository(&address.host, &path, project, target),
        // Tuleap is a forge that contains gitweb.
        None if path.starts_with("plugins/git/") => pointer(&address.host, &path, target),
        None if kernel::is_host(&address.host) => kernel::repository(path.strip_prefix("pub/scm/")?, target),
        None if path.ends_with(".git") => repository(&address.host, "", &below_viewer(&parts), target),
        None => None,
    }
}

/// Parses a URL with everything in the path, behind a repository that ends in `.git`.
fn by_path(address: &WebAddress) -> Option<RepositoryPointer> {
    let parts = address.parts();
    let at = parts.iter().position(|part| part.ends_with(".git"))?;
    let target = match &parts[at + 1..] {
        ["commit" | "commitdiff" | "commitdiff_plain" | "patch" | "c", id] => revision::commit(id),
        // The old and the new commit, each with the path of the file.
        ["blobdiff" | "blobdiff_plain", rest @ ..] => {
            let rest = rest.join("/");
            let (_, new) = rest.split_once("..")?;
            revision::commit(new.split(':').next()?)
        }
        _ => None,
    }?;
    repository(&address.host, "", &below_viewer(&parts[..=at]), target)
}

/// Returns the path of a repository without what leads to gitweb.
fn below_viewer(parts: &[&str]) -> String {
    let before = parts.iter().take_while(|part| VIEWER_PARTS.contains(part)).count();
    parts[before..].join("/")
}

/// Returns the repository that a gitweb at `path` calls `project`.
fn repository(host: &str, path: &str, project: &str, target: GitTarget) -> Option<RepositoryPointer> {
    let project = project.trim_matches('/');
    if kernel::is_host(host) {
        return kernel::repository(project.strip_prefix("pub/scm/").unwrap_or(project), target);
    }
    if host == "git.drupalcode.org" || host == "drupalcode.org" {
        return pointer("git.drupalcode.org", project, target);
    }
    // Projects at SourceForge used to have hosts of their own, cloned from /gitroot.
    if host.ends_with(".git.sourceforge.net") {
        return pointer(host, &format!("gitroot/{project}"), target);
    }
    if let Some((host, path)) = moved::find(MOVED, host, project) {
        return pointer(host, &path, target);
    }
    if let Some((_, before)) = CLONED_FROM.iter().find(|(known, _)| *known == host) {
        let project = project.strip_prefix(before).unwrap_or(project);
        return pointer(host, &format!("{before}{project}"), target);
    }
    // The path is the repository already, and the parameter repeats it.
    (path.ends_with(&format!("/{project}")) && project.ends_with(".git"))
        .then(|| pointer(host, path, target))
        .flatten()
}
