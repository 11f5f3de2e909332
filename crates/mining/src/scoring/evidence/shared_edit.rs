//! The same edit in several functions.

use super::Evidence;

/// Where a safer function takes the place of another one, it does so in all callers.
pub(super) const EVIDENCE: Evidence = Evidence {
    name: "shared edit",
    looks_at: "whether another changed function uses the same new name",
    weight: 0.11,
    value: |commit, function| {
        let shares = |other: &str| function.new_names.contains(other);
        f64::from(commit.others(function).any(|other| other.new_names.iter().any(|name| shares(name))))
    },
};
