//! Size of the commit.

use super::Evidence;

/// The more a commit changes, the more of it is something else than the fix.
pub(super) const EVIDENCE: Evidence = Evidence {
    name: "commit size",
    looks_at: "logarithm of the number of changed lines in all changed functions of the commit",
    weight: -1.03,
    #[expect(clippy::cast_precision_loss, reason = "a count of lines is small")]
    value: |commit, _| (commit.changed_lines as f64).ln(),
};
