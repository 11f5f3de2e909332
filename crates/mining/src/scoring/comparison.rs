//! Comparison of the functions of one commit: points become confidence.

use super::cosmetic::CosmeticChange;
use super::fix_score::FixScore;
use super::function_points::FunctionPoints;
use super::mention::MentionKind;

/// Most functions without any better one among them that are all kept.
const MAX_EQUAL_FUNCTIONS: usize = 3;
/// Points of strong evidence; functions without evidence are dropped beside it.
const STRONG_POINTS: u32 = 30;
/// Points of some evidence: enough to stay beside a function with strong evidence.
const SOME_POINTS: u32 = 15;
/// Points of any evidence: enough to stay while only a few functions have any.
const ANY_POINTS: u32 = 10;

/// Figures of all functions with an effect, that is, whose change is not cosmetic.
struct CommitOverview {
    effective: usize,
    best_points: u32,
    with_some: usize,
    with_any: usize,
    /// Whether the message names one of the functions.
    function_named: bool,
    /// Whether the message names a function, its class or its file.
    any_mention: bool,
}

/// Turns the points of all functions of a commit into scores.
pub(super) fn compare_functions(functions: Vec<FunctionPoints>) -> Vec<FixScore> {
    let overview = CommitOverview::new(&functions);
    functions.into_iter().map(|function| overview.score(function)).collect()
}

impl CommitOverview {
    fn new(functions: &[FunctionPoints]) -> Self {
        let effective: Vec<_> = functions.iter().filter(|function| function.cosmetic.is_none()).collect();
        let count = |least| effective.iter().filter(|function| function.points >= least).count();
        Self {
            best_points: effective.iter().map(|function| function.points).max().unwrap_or(0),
            with_some: count(SOME_POINTS),
            with_any: count(ANY_POINTS),
            function_named: effective.iter().any(|function| function.mention == Some(MentionKind::Function)),
            any_mention: effective.iter().any(|function| function.mention.is_some()),
            effective: effective.len(),
        }
    }

    fn score(&self, mut function: FunctionPoints) -> FixScore {
        let (confidence, reason) = self.confidence(&function);
        if let Some(reason) = reason {
            function.evidence.insert(0, format!("function:{reason}"));
        }
        // Two digits, so that rounding errors of the sum do not show in the data.
        let confidence = (confidence.min(0.95) * 100.0).round() / 100.0;
        FixScore { confidence, evidence: function.evidence, weakness: function.weakness }
    }

    /// Returns the confidence, and a reason that comes from the comparison.
    fn confidence(&self, function: &FunctionPoints) -> (f64, Option<&'static str>) {
        let FunctionPoints { points, mention, .. } = *function;
        let few_have_any = self.with_any <= MAX_EQUAL_FUNCTIONS;
        let strong_beside = self.best_points >= STRONG_POINTS;
        // Orders functions that the same rule applies to.
        let bonus = f64::from(points) / 200.0;
        match function.cosmetic {
            Some(CosmeticChange::NoEffect) => (0.1, None),
            // If nothing else changed, a new name or parameter may be the visible part of the fix.
            Some(_) if self.effective == 0 => (0.4, None),
            Some(_) => (0.2, None),
            None if self.effective == 1 => (0.6 + bonus, Some("only change")),
            None if points >= STRONG_POINTS => (0.55 + bonus, None),
            // The message names another function, and nothing shows that this one is a fix too.
            None if self.function_named
                && mention != Some(MentionKind::Function)
                && !function.shows_named_weakness =>
            {
                (0.2 + bonus, None)
            }
            None if self.any_mention && mention.is_none() && points < ANY_POINTS => (0.2 + bonus, None),
            None if strong_beside && points >= SOME_POINTS => (0.5, None),
            None if strong_beside && points >= ANY_POINTS && few_have_any => (0.5, None),
            None if strong_beside => (0.2 + bonus, None),
            None if self.effective <= MAX_EQUAL_FUNCTIONS => (0.5 + bonus, Some("few changed")),
            None if points >= SOME_POINTS && self.with_some <= MAX_EQUAL_FUNCTIONS => (0.5, None),
            None => (0.3 + bonus, None),
        }
    }
}
