//! Branches on which a project maintains its releases, told by their names.

use std::collections::BTreeSet;

use crate::bare_mirror::MIRROR_BRANCHES;
use crate::head::{RepositoryBranch, branches};

/// Folders of references that hold branches: own ones, those of a mirror, and those of other repositories.
const FOLDERS: [&str; 3] = ["refs/heads/", MIRROR_BRANCHES, "refs/remotes/"];

/// Words round the version in the name of a maintenance branch, such as `release-1.2`, `3-2-stable` or `REL_14_STABLE`.
const RELEASE_WORDS: [&str; 17] = [
    "release",
    "releases",
    "rel",
    "rb",
    "stable",
    "maint",
    "maintenance",
    "support",
    "lts",
    "esm",
    "series",
    "branch",
    "branches",
    "version",
    "versions",
    "x",
    "fixes",
];

/// Longest number in a version. Longer ones are dates, or numbers of issues.
const MAX_VERSION_DIGITS: usize = 3;

/// Most branches that are read. No project is known to maintain as many.
const MAX_BRANCHES: usize = 1000;

/// Which branches of a repository are read besides its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BranchKind {
    /// Those whose names are versions.
    Release,
    /// All.
    Any,
}

/// Branches that are read besides the head.
#[derive(Debug, Default)]
pub struct MaintainedBranches {
    /// The branches, each commit once, by name.
    pub found: Vec<RepositoryBranch>,
    /// Number of branches that cannot be read.
    pub unreadable: u64,
    /// Number of branches that are too many to be read.
    pub left_out: u64,
}

/// Returns the branches of a kind. `project` is the last part of the name of the repository,
/// which may stand before the version, as in `libpng16`.
///
/// # Errors
/// References that cannot be read.
pub fn maintained_branches(
    repository: &gix::Repository,
    project: &str,
    kind: BranchKind,
) -> Result<MaintainedBranches, gix::Error> {
    let mut seen = BTreeSet::new();
    let mut maintained = MaintainedBranches::default();
    for folder in FOLDERS {
        let mut of_folder = branches(repository, folder)?;
        let is_meant = |full_name: &str| {
            let name = full_name.strip_prefix(folder).unwrap_or_default();
            // The first part is the name of the other repository.
            let name = match folder {
                "refs/remotes/" => name.split_once('/').map_or(name, |(_, name)| name),
                _ => name,
            };
            kind == BranchKind::Any || is_release_branch(name, project)
        };
        let unreadable = of_folder.unreadable.iter().filter(|name| name.is_empty() || is_meant(name));
        maintained.unreadable += unreadable.count() as u64;
        of_folder.found.retain(|branch| is_meant(&branch.full_name) && seen.insert(branch.commit));
        maintained.found.extend(of_folder.found);
    }
    maintained.left_out = maintained.found.len().saturating_sub(MAX_BRANCHES) as u64;
    maintained.found.truncate(MAX_BRANCHES);
    Ok(maintained)
}

/// Tells whether the name of a branch is that of a line of releases: a version, with nothing besides it but the name of
/// the project and words such as `stable`.
fn is_release_branch(name: &str, project: &str) -> bool {
    let (name, project) = (name.to_ascii_lowercase(), project.to_ascii_lowercase());
    let is_word = |word: &str| RELEASE_WORDS.contains(&word) || word == project;
    let (folders, last) = name.rsplit_once('/').map_or(("", &*name), |(folders, last)| (folders, last));
    if !folders.is_empty() && !folders.split('/').all(is_word) {
        return false;
    }
    if matches!(last, "stable" | "oldstable" | "maint" | "lts") {
        return true;
    }
    let rest = last.strip_prefix(&project).filter(|_| !project.is_empty()).unwrap_or(last);
    let mut numbers = 0;
    for part in rest.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        // Repositories of Go name branches after its version.
        let number = part.strip_prefix('v').or_else(|| part.strip_prefix("go")).unwrap_or(part);
        // A letter follows the version of some releases, such as 1.0.2k.
        let digits = number.strip_suffix(|end: char| end.is_ascii_lowercase()).unwrap_or(number);
        let is_number = (1..=MAX_VERSION_DIGITS).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        numbers += usize::from(is_number);
        if !is_number && !is_word(part) {
            return false;
        }
    }
    numbers > 0
}

#[cfg(test)]
mod tests {
    use super::is_release_branch;

    #[test]
    fn versions_are_release_branches_and_topics_are_not() {
        for (name, project) in [
            ("1.26.x", "urllib3"),
            ("v1.38.x", "x"),
            ("3-2-stable", "rails"),
            ("REL_14_STABLE", "postgres"),
            ("OpenSSL_1_0_2-stable", "openssl"),
            ("openssl-3.0", "openssl"),
            ("libpng16", "libpng"),
            ("branches/ImageMagick-6.7.0", "imagemagick"),
            ("okhttp_4.0.x", "okhttp"),
            ("release/v0.9", "x"),
            ("release-0.146.1", "hugo"),
            ("stable/4.2.x", "django"),
            ("RB-2.2", "openexr"),
            ("7.4", "redis"),
            ("v4", "echo"),
            ("maint-1.9", "x"),
            ("1.24-series", "x"),
            ("okhttp_4x", "okhttp"),
            ("release-branch.go1.7", "crypto"),
            ("maint", "x"),
        ] {
            assert!(is_release_branch(name, project), "{name}");
        }
        for name in [
            "main",
            "moshix-patch-6",
            "patch-1",
            "fix-4573",
            "feature/1.2",
            "dependabot/npm/lodash-4.17.21",
            "cmccabe_2024_03_22_fix",
            "newhooks2",
            "kip1071",
            "4667",
            "issue-12",
            "meta-05-27-21-16-39-51",
            "user/release-1.2",
            "revert-766-x",
            "stable-fix",
            "",
            "-",
            "release",
        ] {
            assert!(!is_release_branch(name, "project"), "{name}");
        }
    }
}
