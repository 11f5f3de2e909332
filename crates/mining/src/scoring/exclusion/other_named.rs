//! Functions beside one that the message names.

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::scoring::mention::MentionKind;

/// The message names another function that changed more, and nothing speaks for this one.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "another function is named",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |commit, function| {
        function.lacks_evidence()
            && commit.others(function).any(|other| {
                other.points.mention == Some(MentionKind::Function)
                    && other.changed_lines >= function.changed_lines
            })
    },
};
