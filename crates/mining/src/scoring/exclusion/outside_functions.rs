//! Code outside functions beside a fixed function: error variables, descriptors, fields of types, versions.

use super::{EXCLUDED_CONFIDENCE, Exclusion};

/// The fixed function needs the declaration, which is not a flaw.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "outside functions",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |commit, function| {
        function.function.name.is_none() && commit.others(function).any(|other| other.function.name.is_some())
    },
};
