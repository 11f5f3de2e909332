//! New guards.

use super::Evidence;

/// Many fixes check something, and return or fail if it is not as it should be.
pub(super) const EVIDENCE: Evidence = Evidence {
    name: "guard",
    looks_at: "whether a condition was added, and with it a way out of the function or loop",
    weight: 0.45,
    value: |_, function| f64::from(function.points.adds_guard),
};
