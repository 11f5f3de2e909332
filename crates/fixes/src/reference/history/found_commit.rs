//! Commits that a history finds.

use gix::ObjectId;

/// A commit, and the rule that found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundCommit {
    /// Id of the commit; for a pull request that was merged, of the merge.
    pub commit: ObjectId,
    /// Rule that found it, such as `pull:squash-subject`.
    pub evidence: &'static str,
}
