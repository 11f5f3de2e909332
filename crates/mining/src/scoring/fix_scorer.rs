//! The scorer of changed functions.

use std::sync::LazyLock;

use super::changed_function::ChangedFunction;
use super::comparison::compare_functions;
use super::fix_score::FixScore;
use super::function_points::PointRules;
use super::mention::MessageMentions;
use crate::message::MessageScore;

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
    /// - The only function with an effect is the fix.
    /// - If some function has strong evidence (30 points), functions without evidence are dropped.
    /// - If the message names functions, others stay only if their lines show the weakness.
    /// - If none has strong evidence, up to three functions are all kept. Of more functions, those with
    ///   some evidence are kept, if they are at most three.
    pub fn score(
        &self,
        message_score: &MessageScore,
        message: &str,
        functions: &[ChangedFunction<'_>],
    ) -> Vec<FixScore> {
        let mentions = MessageMentions::new(message);
        let weaknesses = &message_score.weaknesses;
        let points = functions.iter().map(|function| self.rules.points(weaknesses, &mentions, function));
        compare_functions(points.collect())
    }
}
