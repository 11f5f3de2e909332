//! Functions beside one that the message names.

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::scoring::commit_facts::FunctionFacts;
use crate::scoring::mention::MentionKind;

/// The message names another function, and nothing speaks for this one.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "another function is named",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |commit, function| {
        let is_named = |other: &FunctionFacts<'_>| other.points.mention == Some(MentionKind::Function);
        function.lacks_evidence() && commit.others(function).any(is_named)
    },
};
