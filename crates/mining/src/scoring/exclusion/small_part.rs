//! Small parts of a commit that decide nothing.

use std::sync::LazyLock;

use super::Exclusion;
use crate::pattern::{CompiledPattern, compile};
use crate::scoring::mention::MentionKind;

/// Share of the changed lines below which a function is a small part of a commit.
const SMALL_SHARE: f64 = 0.3;
/// Share below which it is hardly a part.
const TINY_SHARE: f64 = 0.05;

/// Share of such functions that are part of the fix: 14 of 34 that a reader judged.
const SMALL_PART_CONFIDENCE: f64 = 0.41;

/// Lines that decide something, or end the function.
static DECISION: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(
        r"\bif\b|\?|&&|\|\||\b(?:throw|raise|unless|assert\w*|return|while|match|guard)\b|\b(?:min|max)\(",
    )
});

/// Where several functions changed, the fix is where most changed, or where something is decided.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "a small part of the commit",
    confidence: SMALL_PART_CONFIDENCE,
    applies: |commit, function| {
        let share = commit.share(function);
        let decides = || function.added.iter().any(|line| DECISION.is_match(line.as_bytes()));
        let is_small = share < TINY_SHARE || share < SMALL_SHARE && !decides();
        is_small
            && function.points.mention != Some(MentionKind::Function)
            && commit.others(function).next().is_some()
    },
};
