//! Shards of the job: fixes of one repository, and the advisories that refer to them.

use std::fmt;

use serde::{Deserialize, Serialize};
use streamguard_dataset::AffectedFunction;

use crate::reference::{self, GitTarget};

/// Evidence of a commit that a range of commits names.
pub(super) const RANGE_EVIDENCE: &str = "osv:range";

/// Payload of one shard: fixes of one repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixShard {
    /// `https://host/path` of the repository.
    pub repository: String,
    /// Repositories of the same name: forks and former homes, which have the same commits under
    /// the same ids.
    #[serde(rename = "kin", default, skip_serializing_if = "Vec::is_empty")]
    pub forks: Vec<String>,
    /// References to the fixes.
    #[serde(rename = "wants")]
    pub refs: Vec<FixRef>,
}

/// Reference to a fix, and the advisories that make it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixRef {
    /// Name of the fix in its repository.
    #[serde(rename = "named")]
    pub locator: FixLocator,
    /// Advisories that refer to it; at least one.
    #[serde(rename = "clues")]
    pub advisories: Vec<AdvisoryEvidence>,
}

/// Name of a fix in its repository; the order is from the most to the least certain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixLocator {
    /// A commit, a pull request or the like, from a URL or from a range of commits.
    Target(GitTarget),
    /// No name: only the repository is known, whose messages may name the advisory. With the
    /// versions that are fixed.
    Search(Vec<String>),
}

/// What one advisory says of a fix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdvisoryEvidence {
    /// Ids of the advisory; the first is that in `advisories.jsonl`.
    pub ids: Vec<String>,
    /// Sources that list the advisory.
    pub collectors: Vec<String>,
    /// Kinds of references to the fix, by source: `cve:Patch`, `osv:FIX`, `osv:range`.
    pub evidence: Vec<String>,
    /// Weaknesses of the advisory.
    pub cwes: Vec<String>,
    /// Functions that experts named as those with the flaw.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<AffectedFunction>,
    /// Names of commits that the advisory says to have the flaw: ids, whole or abbreviated, and tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vulnerable: Vec<String>,
    /// Ids of the commits that the advisory says to have brought the flaw.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub introduced: Vec<String>,
    /// Beginning of the text of the advisory, which helps to find the function with the flaw; empty if another advisory of
    /// the fix has the same.
    pub text: String,
}

impl FixRef {
    /// Reports whether only ranges of commits name the fix. Where a database knows just the version with
    /// the fix, it may put the commit of that release there.
    pub(crate) fn is_range_end(&self) -> bool {
        let mut evidence = self.advisories.iter().flat_map(|advisory| &advisory.evidence);
        evidence.all(|evidence| evidence == RANGE_EVIDENCE) && self.locator.commit_id().is_some()
    }
}

impl FixLocator {
    /// Returns the whole id of a commit, if that is the name.
    pub(crate) fn commit_id(&self) -> Option<&str> {
        match self {
            Self::Target(GitTarget::Commit(id)) if reference::is_commit_id(id) => Some(id),
            _ => None,
        }
    }
}

impl fmt::Display for FixLocator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(GitTarget::Commit(id) | GitTarget::State(id)) => f.write_str(id),
            Self::Target(GitTarget::Pull(number)) => write!(f, "pull/{number}"),
            Self::Target(GitTarget::Review(change)) => write!(f, "review/{change}"),
            Self::Target(GitTarget::Compare(from, to)) => write!(f, "compare/{from}...{to}"),
            Self::Target(GitTarget::Tag(tag)) => write!(f, "tag/{tag}"),
            Self::Search(_) => f.write_str("search"),
        }
    }
}
