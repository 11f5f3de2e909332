//! Links to a commit of one repository that name only the commit.

use super::pointer::{RepositoryPointer, pointer};
use super::revision;
use super::web_address::WebAddress;

/// Hosts of short links, each with what stands before the id, and the host and path to clone from.
const SHORT_LINKS: &[(&str, &str, &str, &str)] = &[
    ("dev.gnupg.org", "rA", "git.gnupg.org", "libassuan"),
    ("dev.gnupg.org", "rC", "git.gnupg.org", "libgcrypt"),
    ("dev.gnupg.org", "rE", "git.gnupg.org", "libgpg-error"),
    ("dev.gnupg.org", "rG", "git.gnupg.org", "gnupg"),
    ("dev.gnupg.org", "rK", "git.gnupg.org", "libksba"),
    ("dev.gnupg.org", "rM", "git.gnupg.org", "gpgme"),
    ("gcc.gnu.org", "g:", "gcc.gnu.org", "git/gcc"),
    ("git.kernel.org", "c/", "git.kernel.org", "pub/scm/linux/kernel/git/torvalds/linux"),
    ("kernel.dance", "", "git.kernel.org", "pub/scm/linux/kernel/git/torvalds/linux"),
    ("git.postgresql.org", "pg/commit/", "git.postgresql.org", "git/postgresql"),
    ("git.postgresql.org", "pg/commitdiff/", "git.postgresql.org", "git/postgresql"),
    ("postgr.es", "c/", "git.postgresql.org", "git/postgresql"),
    ("reviews.freebsd.org", "rG", "git.freebsd.org", "src"),
    ("reviews.llvm.org", "rG", "github.com", "llvm/llvm-project"),
];

/// Parses a short link.
pub(super) fn parse(address: &WebAddress) -> Option<RepositoryPointer> {
    let path = address.path.join("/");
    // kernel.dance takes the id as a fragment too.
    let path = if path.is_empty() { address.fragment() } else { &path };
    SHORT_LINKS.iter().filter(|(host, ..)| *host == address.host).find_map(|(_, before, host, repository)| {
        pointer(host, repository, revision::commit(path.strip_prefix(before)?)?)
    })
}
