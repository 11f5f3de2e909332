//! Addresses of pages whose repository is cloned from another address.

use super::hosts::{check, check_none};

#[test]
fn hosts_whose_clones_are_elsewhere() {
    check(&[
        (
            "https://git-wip-us.apache.org/repos/asf/struts.git?a=commit;h={A}",
            "gitbox.apache.org/repos/asf/struts",
            "commit A",
        ),
        ("https://git.qemu-project.org/git/qemu.git?a=commit;h={A}", "git.qemu.org/git/qemu", "commit A"),
        ("https://git.musl-libc.org/cgit/musl/commit/?id={A}", "git.musl-libc.org/git/musl", "commit A"),
        (
            "https://git.gnupg.org/cgi-bin/gitweb.cgi?p=libksba.git;a=commit;h={A}",
            "git.gnupg.org/libksba",
            "commit A",
        ),
        ("https://git.tukaani.org/?p=xz.git;a=commitdiff;h={A}", "git.tukaani.org/xz", "commit A"),
        (
            "https://git.haproxy.org/?p=haproxy-2.8.git;a=commit;h={A}",
            "git.haproxy.org/git/haproxy-2.8",
            "commit A",
        ),
        (
            "https://code.wireshark.org/review/gitweb?p=wireshark.git%3Ba=commit%3Bh={A}",
            "gitlab.com/wireshark/wireshark",
            "commit A",
        ),
        (
            "https://xenbits.xen.org/gitweb/?p=xen.git;a=commit;h={A}",
            "xenbits.xen.org/git-http/xen",
            "commit A",
        ),
        (
            "https://git.tartarus.org/?p=simon/putty.git;a=commit;h={A}",
            "git.tartarus.org/simon/putty",
            "commit A",
        ),
        (
            "https://cygwin.com/git/gitweb.cgi?p=newlib-cygwin.git;a=commit;h={A}",
            "cygwin.com/git/newlib-cygwin",
            "commit A",
        ),
        ("https://cygwin.com/cgit/newlib-cygwin/commit/?id={A}", "cygwin.com/git/newlib-cygwin", "commit A"),
        (
            "https://git.claws-mail.org/?p=claws.git;a=commit;h={A}",
            "git.claws-mail.org/readonly/claws",
            "commit A",
        ),
        ("https://source.winehq.org/git/wine.git/?a=commit;h={A}", "source.winehq.org/git/wine", "commit A"),
        (
            "https://xenbits.xenproject.org/gitweb/?p=xen.git;a=commit;h={A}",
            "xenbits.xen.org/git-http/xen",
            "commit A",
        ),
        ("https://gitweb.samba.org/?p=samba.git;a=commit;h={A}", "git.samba.org/samba", "commit A"),
        ("https://source.ffmpeg.org/?p=ffmpeg.git;a=commit;h={A}", "git.ffmpeg.org/ffmpeg", "commit A"),
        (
            "https://git.sv.gnu.org/gitweb/?p=grub.git;a=commit;h={A}",
            "git.savannah.gnu.org/git/grub",
            "commit A",
        ),
        ("https://git.sv.gnu.org/cgit/grub.git/commit/?id={A}", "git.savannah.gnu.org/git/grub", "commit A"),
        ("https://dpdk.org/browse/dpdk/commit/?id={A}", "git.dpdk.org/dpdk", "commit A"),
        ("https://git.postgresql.org/pg/commitdiff/{A}", "git.postgresql.org/git/postgresql", "commit A"),
        ("https://postgr.es/c/8eba394ad", "git.postgresql.org/git/postgresql", "commit 8eba394ad"),
        ("https://kernel.dance/#{A}", "git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux", "commit A"),
        ("https://cs.opensource.google/go/x/crypto/+/{A}", "go.googlesource.com/crypto", "commit A"),
        ("https://api.bitbucket.org/2.0/repositories/o/r/commit/{A}", "bitbucket.org/o/r", "commit A"),
        ("https://api.bitbucket.org/2.0/repositories/o/r/pullrequests/5", "bitbucket.org/o/r", "pull 5"),
        ("https://git.sr.ht/~user/repo/commit/8eba394ad", "git.sr.ht/~user/repo", "commit 8eba394ad"),
        (
            "https://opendev.org/openstack/nova/commit/8eba394ad",
            "opendev.org/openstack/nova",
            "commit 8eba394ad",
        ),
        ("https://code.ffmpeg.org/FFmpeg/FFmpeg/commit/{A}", "code.ffmpeg.org/FFmpeg/FFmpeg", "commit A"),
        ("https://gitlab.com/o/r/commits/{A}", "gitlab.com/o/r", "commit A"),
        ("https://gitlab.com/o/r/tree/{A}", "gitlab.com/o/r", "state A"),
        ("https://gitlab.com/o/r/raw/{A}/src/a.c", "gitlab.com/o/r", "state A"),
        (
            "https://git.savannah.gnu.org/cgit/libsigc++.git/commit/?id={A}",
            "git.savannah.gnu.org/git/libsigc++",
            "commit A",
        ),
        ("https://git.sr.ht/~user/repo/commit/{A}", "git.sr.ht/~user/repo", "commit A"),
        (
            "https://git.launchpad.net/~team/ubuntu/+source/foo/+git/foo/commit/?id={A}",
            "git.launchpad.net/~team/ubuntu/+source/foo/+git/foo",
            "commit A",
        ),
        ("https://git.centos.org/rpms/kernel/c/{A}?branch=c7", "git.centos.org/rpms/kernel", "commit A"),
        (
            "https://kernel.dance/8eba394ad75d",
            "git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux",
            "commit 8eba394ad75d",
        ),
        ("https://sourceware.org/git/?p=glibc.git;h={A}", "sourceware.org/git/glibc", "commit A"),
        ("https://gcc.gnu.org/git/gitweb.cgi?p=gcc.git;h={A}", "gcc.gnu.org/git/gcc", "commit A"),
        ("https://sourceware.org/git/?p=glibc.git;a=;h={A}", "sourceware.org/git/glibc", "commit A"),
        ("https://sourceware.org/git/?p=glibc.git;a=object;h={A}", "sourceware.org/git/glibc", "commit A"),
        ("https://sourceware.org/git/?p=glibc.git;a=commit;hb={A}", "sourceware.org/git/glibc", "commit A"),
        ("https://repo.or.cz/nasm.git?h={A}", "repo.or.cz/nasm", "commit A"),
        ("https://repo.or.cz/w/nasm.git?a=commit;h={A}", "repo.or.cz/nasm", "commit A"),
        ("https://git.ffmpeg.org/gitweb/ffmpeg.git/?h={A}", "git.ffmpeg.org/ffmpeg", "commit A"),
        (
            "https://git.videolan.org/gitweb.cgi/ffmpeg.git/?a=commit;h={A}",
            "git.videolan.org/git/ffmpeg",
            "commit A",
        ),
        (
            "https://git-wip-us.apache.org/repos/asf?p=struts.git;a=commit;h={A}",
            "gitbox.apache.org/repos/asf/struts",
            "commit A",
        ),
        (
            "https://www.openldap.org/devel/gitweb.cgi?p=openldap.git;a=commit;h={A}",
            "git.openldap.org/openldap/openldap",
            "commit A",
        ),
        (
            "http://thekelleys.org.uk/gitweb/?p=dnsmasq.git;a=commitdiff;h={A}",
            "thekelleys.org.uk/git/dnsmasq",
            "commit A",
        ),
        (
            "https://source.codeaurora.org/quic/la/kernel/msm-4.4/commit/?id={A}",
            "git.codelinaro.org/clo/la/kernel/msm-4.4",
            "commit A",
        ),
        (
            "https://cgit.ghostscript.com/cgi-bin/cgit.cgi/ghostpdl.git/commit/?id={A}",
            "git.ghostscript.com/ghostpdl",
            "commit A",
        ),
        ("https://code.qt.io/cgit/qt/qtbase.git/commit/?id={A}", "code.qt.io/qt/qtbase", "commit A"),
        (
            "https://cgit.drupalcode.org/drupal/commit/?id={A}",
            "git.drupalcode.org/project/drupal",
            "commit A",
        ),
    ]);
    check_none(&[
        "https://commits.kde.org/kio/{A}",
        "https://sourceware.org/git/?p=glibc.git;f=a.c;h={A}",
        "https://sourceware.org/git/?p=glibc.git;a=object;f=a.c;h={A}",
        "https://sourceware.org/git/?h={A}",
    ]);
}

#[test]
fn short_links() {
    check(&[
        ("https://gcc.gnu.org/g:{A}", "gcc.gnu.org/git/gcc", "commit A"),
        ("https://dev.gnupg.org/rC{A}", "git.gnupg.org/libgcrypt", "commit A"),
        (
            "https://git.kernel.org/c/{A}",
            "git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux",
            "commit A",
        ),
        ("https://reviews.llvm.org/rG8eba394ad75d", "github.com/llvm/llvm-project", "commit 8eba394ad75d"),
    ]);
    check_none(&["https://gcc.gnu.org/{A}", "https://dev.gnupg.org/rZ{A}", "https://dev.gnupg.org/T1234567"]);
}
