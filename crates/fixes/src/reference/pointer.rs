//! Pointers: repositories, and things in them that URLs name.

use serde::{Deserialize, Serialize};
use streamguard_git::RepositorySource;

use super::{bitbucket, forge, github};

/// Thing in a repository that a URL names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GitTarget {
    /// A commit, by its whole id (SHA-1 or SHA-256) or the first 7 to 39 digits, in lower case.
    Commit(String),
    /// A pull or merge request, by its number.
    Pull(u64),
    /// A change in a review by Gerrit, by its number or its `Change-Id`. The commit names one of them.
    Review(String),
    /// The changes between two revisions (commits, tags or branches). Only the second one surely
    /// contains the fix.
    Compare(String, String),
    /// A tag or release, by its name.
    Tag(String),
    /// The files at a commit, by its whole id in lower case. Advisories link the vulnerable lines in
    /// this way far more often than the fixed ones, so it is not a fix.
    State(String),
}

impl GitTarget {
    /// Returns the rank of the target: the lower, the more certain is the commit that it leads to.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Commit(_) => 0,
            Self::Pull(_) | Self::Review(_) => 1,
            Self::Compare(..) => 2,
            Self::Tag(_) => 3,
            Self::State(_) => 4,
        }
    }

    /// Reports whether the target is one change: a commit, a pull request or a change in review.
    pub fn names_change(&self) -> bool {
        matches!(self, Self::Commit(_) | Self::Pull(_) | Self::Review(_))
    }
}

/// A repository and a thing in it, as a URL names them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RepositoryPointer {
    /// `https://host/path` to clone the repository from, in one canonical form: host in lower case,
    /// without `.git` and without a `/` at the end.
    pub repository: String,
    /// The thing in the repository.
    pub target: GitTarget,
}

/// Builds a pointer, if `host` and `path` make a URL that may be cloned from.
pub(super) fn pointer(host: &str, path: &str, target: GitTarget) -> Option<RepositoryPointer> {
    repository_url(host, path).map(|repository| RepositoryPointer { repository, target })
}

/// Builds the URL of a repository. The rules of the git client decide whether it may be used.
pub(super) fn repository_url(host: &str, path: &str) -> Option<String> {
    // Names at these forges have no `+`: there it joins something else to the address.
    let is_plain = host == github::HOST || host == bitbucket::HOST || forge::is_gitea(host);
    if is_plain && path.contains('+') {
        return None;
    }
    match RepositorySource::parse(&format!("https://{host}/{path}")) {
        Ok(RepositorySource::Remote { url }) => Some(url),
        _ => None,
    }
}
