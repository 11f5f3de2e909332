//! Functions beside one that shows the remedy.

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::scoring::function_points::{FunctionPoints, STRONG_POINTS};

/// Another function shows the remedy, and nothing speaks for this one.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "another function shows the remedy",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |commit, function| {
        let shows = |points: &FunctionPoints| {
            points.adds_remedy && points.points >= STRONG_POINTS
                || points.shows_named_weakness && points.adds_guard
        };
        function.lacks_evidence() && commit.others(function).any(|other| shows(&other.points))
    },
};
