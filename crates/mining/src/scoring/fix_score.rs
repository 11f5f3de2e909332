//! Result of the scorer.

use streamguard_dataset::{AffectedFunction, Weakness};

use super::changed_function::ChangedFunction;
use super::expert_symbol::is_affected;
use super::small_part::SMALL_PART_CONFIDENCE;

/// Least confidence of functions that are emitted by default. Of all functions of Go's fix commits with at
/// least this confidence, 96 % are part of the fix.
pub const DEFAULT_MIN_CONFIDENCE: f64 = 0.75;

/// Share of the changed functions with the name of one that experts named that are part of the fix, measured
/// on records of Go's database.
const SYMBOL_CONFIDENCE: f64 = 0.97;

/// Degree to which a function is supported as part of the fix.
#[derive(Clone, Debug, PartialEq)]
pub struct FixScore {
    /// Confidence from 0 to 1 that the function is part of the fix, given that the commit is one: the share
    /// of such functions that were part of it, on functions of Go's fix commits.
    pub confidence: f64,
    /// Reasons in a fixed order, first the rule that excludes the function: `function:named in message`, `function:sql_injection remedy added`.
    pub evidence: Vec<String>,
    /// Weakness that the function fixes: of those that the message names, the one that the lines
    /// show, or else the first. If the message names none, the one whose strong indicator was found
    /// together with another indicator.
    pub weakness: Option<&'static Weakness>,
    /// Whether the message, the advisory or its experts name the function.
    pub is_named: bool,
    /// Values of all evidences, in the order of [`EVIDENCES`](super::EVIDENCES).
    pub values: Vec<f64>,
    /// Sum of the base score and all weighted values, in log-odds. An exclusion decides whatever it is.
    pub sum: f64,
    /// Share of the commits with such a message that are fixes, which the confidence counts; 1.0 where an advisory names
    /// the commit.
    pub fix_share: f64,
    /// Whether the function is a small part of its commit, and decides nothing.
    pub is_small_part: bool,
    /// Rule that excludes the function.
    pub exclusion: Option<&'static str>,
}

impl FixScore {
    /// Adds the word of experts, if they name the function.
    pub(crate) fn add_symbols(&mut self, affected: &[AffectedFunction], function: &ChangedFunction<'_>) {
        if is_affected(affected, function.name, function.path) {
            self.is_named = true;
            self.confidence = self.confidence.max(SYMBOL_CONFIDENCE);
            self.evidence.insert(0, "advisory:function".to_owned());
        }
    }

    /// Lowers the confidence to that in a commit that only its message calls a fix, which `fix_share` of those with such a
    /// message are.
    pub(crate) fn by_message(&mut self, fix_share: f64) {
        if self.is_small_part && self.confidence > SMALL_PART_CONFIDENCE {
            self.confidence = SMALL_PART_CONFIDENCE;
            self.evidence.insert(0, "function:a small part of the commit".to_owned());
        }
        self.fix_share = fix_share;
        self.confidence = (self.confidence * fix_share * 100.0).round() / 100.0;
    }

    /// Whether the function should be emitted as a fix.
    pub fn is_fix(&self) -> bool {
        self.confidence >= DEFAULT_MIN_CONFIDENCE
    }
}
