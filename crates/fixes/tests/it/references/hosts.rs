//! The forms of each family of hosts: URL, repository without `https://`, and target.

use streamguard_fixes::reference::{GitTarget, parse};

pub(super) const A: &str = "8eba394ad75deaf9e5cd15b78a3d16b12e6b0eba";
pub(super) const B: &str = "f11093a6b3240fc26830b6111e826128af7771c3";

/// Writes a target in short: `commit 1234567`, `pull 1`, `compare a b`, `tag v1`, `state 1234..`, with
/// `A` and `B` for the two ids.
pub(super) fn shown(target: &GitTarget) -> String {
    let short = |text: &str| text.replace(A, "A").replace(B, "B");
    match target {
        GitTarget::Commit(id) => format!("commit {}", short(id)),
        GitTarget::Pull(number) => format!("pull {number}"),
        GitTarget::Review(change) => format!("review {}", short(change)),
        GitTarget::Compare(old, new) => format!("compare {} {}", short(old), short(new)),
        GitTarget::Tag(name) => format!("tag {name}"),
        GitTarget::State(id) => format!("state {}", short(id)),
    }
}

pub(super) fn check(table: &[(&str, &str, &str)]) {
    for (url, repository, target) in table {
        let url = url.replace("{A}", A).replace("{B}", B);
        let pointer = parse(&url).unwrap_or_else(|| panic!("{url} has no answer"));
        assert_eq!(pointer.repository, format!("https://{repository}"), "{url}");
        assert_eq!(shown(&pointer.target), *target, "{url}");
    }
}

pub(super) fn check_none(urls: &[&str]) {
    for url in urls {
        let url = url.replace("{A}", A).replace("{B}", B);
        assert_eq!(parse(&url), None, "{url}");
    }
}

#[test]
fn github() {
    let o = "github.com/o/r";
    check(&[
        ("https://github.com/o/r/commit/{A}", o, "commit A"),
        ("http://www.GitHub.com:80/o/r.git/commit/{A}.patch", o, "commit A"),
        ("https://github.com:443//o//r/commit/{A}.diff#diff-1L2", o, "commit A"),
        ("https://github.com/o/r/commit/{A}?w=1", o, "commit A"),
        ("https://github.com/o/r/commit/{A})).", o, "commit A"),
        ("https://github.com/o/r/commit/{A}%20", o, "commit A"),
        ("https://github.com/o/r/commit/8EBA394AD75D", o, "commit 8eba394ad75d"),
        ("https://github.com/o/r/commit/16387744", o, "commit 16387744"),
        ("https://github.com/o/r/commits/{A}", o, "commit A"),
        ("https://github.com/o/r/commits/8eba394", o, "commit 8eba394"),
        ("https://github.com/o/r/commits/{A}/src/a.c", o, "state A"),
        ("https://github.com/o/r/pull/12", o, "pull 12"),
        ("https://github.com/o/r/pull/12/files#diff-1", o, "pull 12"),
        ("https://github.com/o/r/pull/12/commits", o, "pull 12"),
        ("https://github.com/o/r/pull/12.patch", o, "pull 12"),
        ("https://github.com/o/r/pull/12,", o, "pull 12"),
        ("https://github.com/o/r/pull/12/commits/{A}", o, "commit A"),
        ("https://github.com/o/r/pull/12/changes/{A}", o, "commit A"),
        ("https://github.com/o/r/pull/12/files/{A}", o, "pull 12"),
        ("https://github.com/o/r/pull/12/files/{A}..{B}", o, "compare A B"),
        ("https://github.com/o/r/compare/v1.0...v1.1", o, "compare v1.0 v1.1"),
        ("https://github.com/o/r/compare/{A}..{B}.diff", o, "compare A B"),
        ("https://github.com/o/r/compare/%40a%2Fb%401.0...%40a%2Fb%401.1", o, "compare @a/b@1.0 @a/b@1.1"),
        ("https://github.com/o/r/blob/{A}/src/a.c#L1-L2", o, "state A"),
        ("https://github.com/o/r/tree/{A}", o, "state A"),
        ("https://raw.githubusercontent.com/o/r/{A}/src/a.c", o, "state A"),
        ("https://github.com/o/r/archive/{A}.zip", o, "state A"),
        ("https://github.com/o/r/archive/refs/tags/v1.0.tar.gz", o, "tag v1.0"),
        ("https://github.com/o/r/releases/tag/v1.0", o, "tag v1.0"),
        ("https://github.com/o/r/releases/tag/a/v1.0", o, "tag a/v1.0"),
        ("https://github.com/o/r/releases/download/v1.0/r.zip", o, "tag v1.0"),
        ("https://api.github.com/repos/o/r/commits/{A}", o, "commit A"),
        ("https://api.github.com/repos/o/r/git/commits/{A}", o, "commit A"),
        ("https://api.github.com/repos/o/r/pulls/12", o, "pull 12"),
        ("https://patch-diff.githubusercontent.com/raw/o/r/pull/12.patch", o, "pull 12"),
        ("https://github.dev/o/r/commit/{A}", o, "commit A"),
        ("https://togithub.com/o/r/pull/12", o, "pull 12"),
        ("https://web.archive.org/web/20200131000000/https://github.com/o/r/commit/{A}", o, "commit A"),
    ]);
    check_none(&[
        "https://github.com/o/r",
        "https://github.com/o/r/commit/",
        "https://github.com/o/r/commit/main",
        "https://github.com/o/r/commit/8eba39",
        "https://github.com/o/r/commit/{A}0",
        "https://github.com/o/r/commit/{A}^",
        "https://github.com/o/r/commit/{A}~1",
        "https://github.com/o/r/commit/{A}:a.c",
        "https://github.com/o/r/commit/{A}..{B}",
        "https://github.com/o/r/commit/8eba394-fix",
        "https://github.com/o/r/pull/12-fix",
        "https://github.com/o/r/commit/{A}CONFIRM:",
        "https://github.com/o/r/commits",
        "https://github.com/o/r/commits/master/a.c",
        "https://github.com/o/r/commits/4.13.21",
        "https://github.com/o/r/commits/20200131",
        "https://github.com/o/r/pull/new/branch",
        "https://github.com/o/r/pull/0",
        "https://github.com/o/r/pulls",
        "https://github.com/o/r/pull/99999999999999999999999",
        "https://github.com/o/r/issues/12",
        "https://github.com/o/r/compare/v1.0",
        "https://github.com/o/r/compare/main...someone:branch",
        "https://github.com/o/r/blob/master/a.c",
        "https://github.com/o/r/tree/v1.0",
        "https://github.com/o/r/archive/v1.0.zip",
        "https://github.com/o/r/releases",
        "https://github.com/o/r/tags",
        "https://github.com/o/r/1/commit/{A}",
        "https://gist.github.com/o/{A}",
    ]);
}

#[test]
fn gitlab() {
    check(&[
        ("https://gitlab.com/g/p/-/commit/{A}", "gitlab.com/g/p", "commit A"),
        ("https://gitlab.com/g/s/t/p/-/commit/8eba394", "gitlab.com/g/s/t/p", "commit 8eba394"),
        ("https://gitlab.com/g/p/commit/{A}.patch", "gitlab.com/g/p", "commit A"),
        (
            "https://gitlab.gnome.org/GNOME/libxml2/-/commit/17d950ae)",
            "gitlab.gnome.org/GNOME/libxml2",
            "commit 17d950ae",
        ),
        ("https://gitlab.com/g/p/-/merge_requests/7/diffs", "gitlab.com/g/p", "pull 7"),
        ("https://gitlab.com/g/p/merge_requests/7", "gitlab.com/g/p", "pull 7"),
        ("https://gitlab.com/g/p/-/merge_requests/7/diffs?commit_id={A}", "gitlab.com/g/p", "commit A"),
        ("https://gitlab.com/g/p/-/compare/v1...v2?from_project_id=1", "gitlab.com/g/p", "compare v1 v2"),
        ("https://gitlab.com/g/p/-/blob/{A}/a.c", "gitlab.com/g/p", "state A"),
        ("https://gitlab.com/g/p/-/tags/a%2Fv1", "gitlab.com/g/p", "tag a/v1"),
        (
            "https://gitlab.gnome.org/GNOME/libxml2/-/releases/v2.9.14).",
            "gitlab.gnome.org/GNOME/libxml2",
            "tag v2.9.14",
        ),
        ("https://invent.kde.org/graphics/okular/commit/{A}", "invent.kde.org/graphics/okular", "commit A"),
        (
            "https://salsa.debian.org/apt-team/apt/-/merge_requests/1",
            "salsa.debian.org/apt-team/apt",
            "pull 1",
        ),
        ("https://git.example.org/g/p/-/commit/{A}", "git.example.org/g/p", "commit A"),
    ]);
    check_none(&[
        "https://gitlab.com/g/p/-/issues/7",
        "https://gitlab.com/g/-/commit/{A}",
        "https://gitlab.com/g/p/-/blob/master/a.c",
        "https://sourcegraph.com/github.com/o/r/-/commit/{A}",
    ]);
}

#[test]
fn bitbucket() {
    let (cloud, server) = ("bitbucket.org/o/r", "git.example.org/scm/key/r");
    check(&[
        ("https://bitbucket.org/o/r/commits/{A}", cloud, "commit A"),
        ("https://bitbucket.org/o/r/commit/{A}", cloud, "commit A"),
        ("https://bitbucket.org/o/r/commits/3b3b77e#chg-a", cloud, "commit 3b3b77e"),
        ("https://bitbucket.org/o/r/pull-requests/5/title/diff", cloud, "pull 5"),
        ("https://bitbucket.org/o/r/branches/compare/v2..v1", cloud, "compare v1 v2"),
        ("https://bitbucket.org/o/r/commits/tag/v1", cloud, "tag v1"),
        ("https://bitbucket.org/o/r/src/{A}/a.c", cloud, "state A"),
        ("https://git.example.org/projects/KEY/repos/r/commits/{A}#a.c", server, "commit A"),
        ("https://git.example.org/projects/KEY/repos/r/pull-requests/5/overview", server, "pull 5"),
    ]);
    check_none(&["https://bitbucket.org/o/r/changeset/a19e462769b4", "https://bitbucket.org/o/r/issues/5"]);
}

#[test]
fn kernel_org() {
    let linus = "git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux";
    let stable = "git.kernel.org/pub/scm/linux/kernel/git/stable/linux";
    check(&[
        ("https://git.kernel.org/linus/{A}", linus, "commit A"),
        ("https://git.kernel.org/linus/c/{A}", linus, "commit A"),
        ("https://git.kernel.org/torvalds/c/8eba394ad75d", linus, "commit 8eba394ad75d"),
        ("https://git.kernel.org/stable/c/{A}", stable, "commit A"),
        (
            "https://git.kernel.org/netdev/net/c/{A}",
            "git.kernel.org/pub/scm/linux/kernel/git/netdev/net",
            "commit A",
        ),
        (
            "https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git/commit/?id={A}",
            stable,
            "commit A",
        ),
        (
            "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/commit/fs/exec.c?h=v6.1&id={A}",
            linus,
            "commit A",
        ),
        (
            "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/patch/?id={A}",
            linus,
            "commit A",
        ),
        (
            "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/diff/?id={B}&id2={A}",
            linus,
            "compare A B",
        ),
        (
            "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/fs/exec.c?id={A}",
            linus,
            "state A",
        ),
        ("https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tag/?h=v6.1", linus, "tag v6.1"),
        ("http://git.kernel.org/cgit/linux/kernel/git/torvalds/linux.git/commit/?id={A}", linus, "commit A"),
        (
            "http://git.kernel.org/?p=linux/kernel/git/torvalds/linux-2.6.git%3Ba=commit%3Bh={A}",
            linus,
            "commit A",
        ),
        (
            "http://www.kernel.org/git/?p=linux/kernel/git/torvalds/linux-2.6.git;a=commitdiff;h={A}",
            linus,
            "commit A",
        ),
        (
            "http://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux-2.6.git;a=commit;h={A}",
            linus,
            "commit A",
        ),
    ]);
    check_none(&[
        "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/commit/?h=v6.1",
        "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/log/",
        "https://www.kernel.org/pub/linux/kernel/v3.x/ChangeLog-3.2.1",
    ]);
}

#[test]
fn cgit_and_gitweb() {
    check(&[
        (
            "https://git.savannah.gnu.org/cgit/tar.git/commit/?id={A}",
            "git.savannah.gnu.org/git/tar",
            "commit A",
        ),
        (
            "https://git.savannah.gnu.org/gitweb/?p=wget.git;a=commit;h={A}",
            "git.savannah.gnu.org/git/wget",
            "commit A",
        ),
        ("https://git.busybox.net/busybox/commit/?id={A}", "git.busybox.net/busybox", "commit A"),
        (
            "https://git.gnome.org/browse/gdk-pixbuf/commit/?id={A}",
            "gitlab.gnome.org/GNOME/gdk-pixbuf",
            "commit A",
        ),
        ("https://git.launchpad.net/cloud-init/commit/?id={A}", "git.launchpad.net/cloud-init", "commit A"),
        ("https://cgit.freebsd.org/src/commit/?id={A}", "git.freebsd.org/src", "commit A"),
        (
            "http://git.openstack.org/cgit/openstack/nova/commit/?id={A}",
            "git.openstack.org/openstack/nova",
            "commit A",
        ),
        (
            "https://sourceware.org/git/?p=glibc.git;a=commitdiff;h={A};hp={B}",
            "sourceware.org/git/glibc",
            "commit A",
        ),
        (
            "https://sourceware.org/git/gitweb.cgi?p=binutils-gdb.git&a=commit&h={A}",
            "sourceware.org/git/binutils-gdb",
            "commit A",
        ),
        (
            "https://git.openssl.org/gitweb/?p=openssl.git;a=blobdiff;f=a.c;h={B};hpb={B};hb={A}",
            "git.openssl.org/openssl",
            "commit A",
        ),
        (
            "http://git.php.net/?p=php-src.git%3Ba=commit%3Bh={A}",
            "git.php.net/repository/php-src",
            "commit A",
        ),
        (
            "http://git.videolan.org/?p=ffmpeg.git%3ba=commit%3bh={A}",
            "git.videolan.org/git/ffmpeg",
            "commit A",
        ),
        ("https://git.videolan.org/?p=vlc.git;a=blob;f=a.c;hb={A}", "git.videolan.org/git/vlc", "state A"),
        ("https://git.ffmpeg.org/gitweb/ffmpeg.git/commitdiff/{A}", "git.ffmpeg.org/ffmpeg", "commit A"),
        ("http://perl5.git.perl.org/perl.git/commit/{A}", "perl5.git.perl.org/perl", "commit A"),
        (
            "http://perl5.git.perl.org/perl.git/blobdiff/{A}..{B}:/lib/CGI.pm",
            "perl5.git.perl.org/perl",
            "commit B",
        ),
        (
            "https://tuleap.net/plugins/git/tuleap/tuleap/stable?a=commit&h={A}",
            "tuleap.net/plugins/git/tuleap/tuleap/stable",
            "commit A",
        ),
    ]);
    check_none(&[
        "https://git.savannah.gnu.org/cgit/tar.git/log/",
        "https://git.example.org/gitweb/?p=x.git;a=commit;h={A}",
        "https://sourceware.org/git/?p=glibc.git;a=commit;h=refs/heads/master",
        "https://sourceware.org/git/?p=glibc.git;a=shortlog",
        "https://bugs.example.org/attachments/patch/?id=12345678",
        "https://blog.example.org/posts/tag/?id=security",
    ]);
}

#[test]
fn other_forges() {
    check_none(&[
        "https://source.chromium.org/v8/v8/+/{A}",
        "https://cs.android.com/android/_/android/platform/frameworks/base/+/{A}",
        "https://git.kernel.org/linus/commit/{A}",
        "https://git.example.org/cgit/foo.git/?h=20240101",
    ]);
    check(&[
        ("https://git.example.org/o/r/commits/commit/{A}", "git.example.org/o/r", "commit A"),
        (
            "https://www.google.com/url?sa=t&q=foo&url=https://github.com/o/r/commit/{A}",
            "github.com/o/r",
            "commit A",
        ),
        (
            "https://android.googlesource.com/platform/frameworks/base/+/{A}",
            "android.googlesource.com/platform/frameworks/base",
            "commit A",
        ),
        (
            "https://android.googlesource.com/platform/system/bt/+/{A}%5E%21/",
            "android.googlesource.com/platform/system/bt",
            "commit A",
        ),
        ("https://go.googlesource.com/go/+/{A}^!", "go.googlesource.com/go", "commit A"),
        (
            "https://chromium.googlesource.com/v8/v8.git/+/{A}/src/a.cc",
            "chromium.googlesource.com/v8/v8",
            "state A",
        ),
        (
            "https://chromium.googlesource.com/v8/v8/+/refs/tags/1.2",
            "chromium.googlesource.com/v8/v8",
            "tag 1.2",
        ),
        ("https://sourceforge.net/p/zsh/code/ci/{A}/", "git.code.sf.net/p/zsh/code", "commit A"),
        ("https://sourceforge.net/u/me/code/ci/{A}/", "git.code.sf.net/u/me/code", "commit A"),
        ("https://codeberg.org/o/r/commit/{A}", "codeberg.org/o/r", "commit A"),
        ("https://codeberg.org/o/r/pulls/3/files", "codeberg.org/o/r", "pull 3"),
        ("https://codeberg.org/o/r/src/commit/{A}/a.c", "codeberg.org/o/r", "state A"),
        ("https://codeberg.org/o/r/releases/tag/v1", "codeberg.org/o/r", "tag v1"),
        ("https://gitee.com/o/r/commit/8eba394", "gitee.com/o/r", "commit 8eba394"),
        ("https://gitee.com/o/r/pulls/3", "gitee.com/o/r", "pull 3"),
        ("https://git.osgeo.org/gitea/geos/geos/commit/{A}", "git.osgeo.org/gitea/geos/geos", "commit A"),
        (
            "https://src.fedoraproject.org/rpms/grafana/c/{A}",
            "src.fedoraproject.org/rpms/grafana",
            "commit A",
        ),
        ("https://pagure.io/libaio/c/{A}?branch=master", "pagure.io/libaio", "commit A"),
        ("https://git.example.org/o/r/commit/{A}", "git.example.org/o/r", "commit A"),
        ("https://git.example.org/o/src/commit/{A}", "git.example.org/o/src", "commit A"),
        ("https://git.example.org/o/r/src/commit/{A}/src/a.c", "git.example.org/o/r", "state A"),
        ("https://git.example.org/r/commit/{A}.html", "git.example.org/r", "commit A"),
        ("https://gitea.com/gitea/tea/commit/{A}", "gitea.com/gitea/tea", "commit A"),
        ("https://gerrit.example.org/plugins/gitiles/a/b/+/{A}^!/", "gerrit.example.org/a/b", "commit A"),
        ("https://gerrit.example.org/r/plugins/gitiles/a/+/{A}/a.c", "gerrit.example.org/r/a", "state A"),
        (
            "https://gerrit.wikimedia.org/g/mediawiki/core/+/{A}",
            "gerrit.wikimedia.org/r/mediawiki/core",
            "commit A",
        ),
        (
            "https://source.chromium.org/chromium/chromium/src/+/{A}",
            "chromium.googlesource.com/chromium/src",
            "commit A",
        ),
    ]);
    check_none(&[
        "https://www.example.org/r/commit/{A}",
        "https://gerrit.example.org/a/+/8eba394",
        "https://cs.opensource.google/go/go/+/{A}:src/a.go",
        "https://go.googlesource.com/go/+/{A}%5E",
        "https://go.googlesource.com/go/+/refs/heads/master",
        "https://git.example.org/o/r/commit/8eba394",
        "https://git.example.org/o/r/pulls/3",
        "https://viewer.example.org/github.com/o/r/commit/{A}",
        "https://hg.mozilla.org/mozilla-central/rev/a674c7019cb5",
        "https://svn.apache.org/viewvc?view=revision&revision=1886911",
        "https://core.trac.wordpress.org/changeset/37371",
        "https://code.google.com/p/chromium/issues/detail?id=1234567",
        "https://bugzilla.redhat.com/show_bug.cgi?id=1234567",
        "https://lists.apache.org/thread.html/{A}",
    ]);
}

#[test]
fn reviews() {
    let change = "I8eba394ad75deaf9e5cd15b78a3d16b12e6b0eba";
    check(&[
        ("https://go.dev/cl/12345", "go.googlesource.com/go", "review 12345"),
        ("https://golang.org/cl/12345/", "go.googlesource.com/go", "review 12345"),
        ("https://go-review.googlesource.com/c/crypto/+/12345", "go.googlesource.com/crypto", "review 12345"),
        ("https://go-review.googlesource.com/12345", "go.googlesource.com/go", "review 12345"),
        ("https://go-review.googlesource.com/#/c/12345/2", "go.googlesource.com/go", "review 12345"),
        (
            "https://chromium-review.googlesource.com/c/v8/v8/+/1234567/2",
            "chromium.googlesource.com/v8/v8",
            "review 1234567",
        ),
        (
            &format!("https://go-review.googlesource.com/q/{change}"),
            "go.googlesource.com/go",
            &format!("review {change}").replace(A, "A"),
        ),
        (
            "https://review.opendev.org/c/openstack/nova/+/857177",
            "opendev.org/openstack/nova",
            "review 857177",
        ),
        (
            "https://gerrit.example.org/r/c/a/core/+/12345/2/a.c",
            "gerrit.example.org/r/a/core",
            "review 12345",
        ),
        ("https://review.example.org/c/core/+/12345", "review.example.org/core", "review 12345"),
        ("https://gerrit.example.org/r/#/c/a/core/+/12345/", "gerrit.example.org/r/a/core", "review 12345"),
    ]);
    check_none(&[
        "https://gerrit.example.org/r/c/12345",
        "https://review.example.org/c/core/+/main",
        "https://review.example.org/a/b/c/core/+/12345",
        "https://chromium-review.googlesource.com/1234567",
        "https://go.dev/cl/new",
        "https://go.dev/issue/12345",
        "https://go-review.googlesource.com/q/status:open",
    ]);
}
