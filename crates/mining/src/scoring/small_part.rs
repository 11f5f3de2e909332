//! Small parts of a commit that decide nothing.

use std::sync::LazyLock;

use super::commit_facts::{CommitFacts, FunctionFacts};
use super::mention::MentionKind;
use crate::pattern::{CompiledPattern, compile};

/// Confidence in a small part of a commit that no advisory names: 14 of 34 such functions, of fixes that mining by message
/// found, were part of the fix. Of commits that an advisory names, 3 of 4 are.
pub(super) const SMALL_PART_CONFIDENCE: f64 = 0.41;

/// Share of the changed lines below which a function is a small part of a commit.
const SMALL_SHARE: f64 = 0.3;
/// Share below which it is hardly a part.
const TINY_SHARE: f64 = 0.05;

/// Lines that decide something, or end the function.
static DECISION: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(
        r"\bif\b|\?|&&|\|\||\b(?:throw|raise|unless|assert\w*|return|while|match|guard)\b|\b(?:min|max)\(",
    )
});

/// Whether a function that nothing names is a small part of its commit. Where several functions changed, the fix is where
/// most changed, where something is decided, or where the named weakness shows.
pub(super) fn is_small_part(commit: &CommitFacts<'_>, function: &FunctionFacts<'_>) -> bool {
    let share = commit.share(function);
    let decides = || {
        function.points.shows_named_weakness
            || function.added.iter().any(|line| DECISION.is_match(line.as_bytes()))
    };
    (share < TINY_SHARE || share < SMALL_SHARE && !decides())
        && function.points.mention != Some(MentionKind::Function)
        && commit.others(function).next().is_some()
}
