//! Share of the commit's changed lines.

use super::Evidence;

/// Least share that is told apart from none.
const MIN_SHARE: f64 = 0.005;

/// A fix is most of its commit; what it needs elsewhere is less.
pub(super) const EVIDENCE: Evidence = Evidence {
    name: "churn share",
    looks_at: "logarithm of the share of the commit's changed lines that are in the function",
    weight: 0.39,
    value: |commit, function| commit.share(function).max(MIN_SHARE).ln(),
};
