//! References: from a URL in an advisory to a repository and a commit in it.

use serde::{Deserialize, Serialize};

/// What a URL names in a repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A commit, by all or the first 7 to 39 digits of its id, in lower case.
    Commit(String),
    /// A pull or merge request, by its number.
    Pull(u64),
    /// What changed between two revisions (commits, tags or branches), of which only the second
    /// is surely behind the fix.
    Compare(String, String),
    /// A tag or release, by its name.
    Tag(String),
}

/// A repository, and what a URL names in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pointer {
    /// `https://host/path` of the repository, fit to be cloned, in its one canonical form:
    /// host in lower case, no `.git`, no last `/`.
    pub repository: String,
    /// What of it.
    pub target: Target,
}

/// Understands a URL, if it names a commit, a pull request, a comparison or a tag of a
/// repository on a host whose form is clear. Nothing is fetched, and nothing is guessed.
pub fn parse(_url: &str) -> Option<Pointer> {
    None
}
