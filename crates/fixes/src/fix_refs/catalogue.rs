//! Repositories that hold advisories instead of a project.

use crate::reference;

/// Keys of such repositories, or the beginning of their keys.
const ADVISORY_DATABASES: [&str; 12] = [
    "https://github.com/advisories",
    "https://github.com/advisory-database",
    "https://github.com/cveproject/",
    "https://github.com/friendsofphp/security-advisories",
    "https://github.com/github/advisory-database",
    "https://github.com/golang/vulndb",
    "https://github.com/google/oss-fuzz-vulns",
    "https://github.com/nodejs/security-wg",
    "https://github.com/ossf/malicious-packages",
    "https://github.com/pypa/advisory-database",
    "https://github.com/rubysec/ruby-advisory-db",
    "https://github.com/rustsec/advisory-db",
];

/// Reports whether a repository is a database of advisories. Advisories link its pages, but a commit
/// in it fixes nothing.
pub(super) fn is_advisory_database(repository: &str) -> bool {
    let key = reference::repository_key(repository);
    ADVISORY_DATABASES.iter().any(|database| key.starts_with(database))
}
