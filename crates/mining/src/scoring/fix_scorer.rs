//! The scorer of changed functions.

use std::sync::LazyLock;

use super::calibration;
use super::changed_function::ChangedFunction;
use super::commit_facts::{CommitFacts, FunctionFacts};
use super::evidence::{BASE_SCORE, EVIDENCES};
use super::fix_score::FixScore;
use super::function_points::PointRules;
use super::mention::{MentionKind, MessageMentions};
use super::small_part::is_small_part;
use crate::message::MessageScore;

/// Most functions with an effect of which one may say that only a few changed.
const MAX_FEW_FUNCTIONS: usize = 3;

/// The scorer that this crate shares: compiling its patterns takes longer than scoring a commit.
pub(crate) static FIX_SCORER: LazyLock<FixScorer> = LazyLock::new(FixScorer::new);

/// Scores functions. Build one and share it: compiling the patterns takes some milliseconds.
pub struct FixScorer {
    rules: PointRules,
}

impl Default for FixScorer {
    fn default() -> Self {
        Self::new()
    }
}

impl FixScorer {
    /// Compiles the patterns.
    pub fn new() -> Self {
        Self { rules: PointRules::new() }
    }

    /// Scores the changed functions of one commit; the result has the same order.
    ///
    /// `message` is the text that may name functions; `message_score` is the score of the commit message.
    ///
    /// A function that a rule excludes gets the confidence of the rule. The score of any other one is the
    /// sum of its weighted evidence, and its confidence is the share that was measured for such scores.
    pub fn score(
        &self,
        message_score: &MessageScore,
        message: &str,
        functions: &[ChangedFunction<'_>],
    ) -> Vec<FixScore> {
        let commit = self.facts(message_score, message, functions);
        let effective = commit.functions.iter().filter(|facts| facts.exclusion.is_none()).count();
        let score = |facts: &FunctionFacts<'_>| {
            let mut evidence = facts.points.evidence.clone();
            let values: Vec<f64> = EVIDENCES.iter().map(|evidence| evidence.value(&commit, facts)).collect();
            let weighted = EVIDENCES.iter().zip(&values).map(|(evidence, value)| evidence.weight * value);
            let sum = weighted.fold(BASE_SCORE, |sum, term| sum + term);
            let (confidence, reason) = match facts.exclusion {
                Some(exclusion) => (exclusion.confidence, Some(exclusion.reason)),
                None => {
                    let reason = match effective {
                        1 => Some("only change"),
                        2..=MAX_FEW_FUNCTIONS => Some("few changed"),
                        _ => None,
                    };
                    (calibration::confidence(sum), reason)
                }
            };
            if let Some(reason) = reason {
                evidence.insert(0, format!("function:{reason}"));
            }
            // Two digits, so that rounding errors of the sum do not show in the data.
            FixScore {
                confidence: (confidence * 100.0).round() / 100.0,
                evidence,
                weakness: facts.points.weakness,
                is_named: facts.points.mention == Some(MentionKind::Function),
                values,
                sum,
                fix_share: 1.0,
                is_small_part: is_small_part(&commit, facts),
                exclusion: facts.exclusion.map(|exclusion| exclusion.reason),
            }
        };
        commit.functions.iter().map(score).collect()
    }

    fn facts<'f>(
        &self,
        message_score: &MessageScore,
        message: &str,
        functions: &[ChangedFunction<'f>],
    ) -> CommitFacts<'f> {
        let mentions = MessageMentions::new(message);
        let facts = functions.iter().map(|function| {
            let (points, [removed, added]) =
                self.rules.points(&message_score.weaknesses, &mentions, function);
            FunctionFacts::new(*function, points, removed, added)
        });
        CommitFacts::new(facts.collect())
    }
}
