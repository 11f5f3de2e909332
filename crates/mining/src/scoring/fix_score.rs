//! Result of the scorer.

use streamguard_dataset::{AffectedFunction, Weakness};

use super::changed_function::ChangedFunction;
use super::expert_symbol::is_affected;

/// Share of the changed functions with the name of one that experts named that are part of the fix, measured
/// on records of Go's database.
const SYMBOL_CONFIDENCE: f64 = 0.97;

/// Degree to which a function is supported as part of the fix.
#[derive(Clone, Debug, PartialEq)]
pub struct FixScore {
    /// Confidence from 0 to 1, given that the commit is a fix. It ranks functions and is not a
    /// probability:
    ///
    /// | confidence | meaning |
    /// |---|---|
    /// | 0.5 and more | emitted as a fix |
    /// | 0.6 and more | the only function with an effect, or named, or its lines show the remedy |
    /// | below 0.5 | a bystander: others have more evidence, or too many have equally little |
    /// | 0.1 | only comments, imports, logging or layout changed |
    pub confidence: f64,
    /// Reasons in a fixed order: `function:named in message`, `function:sql_injection remedy added`.
    pub evidence: Vec<String>,
    /// Weakness that the function fixes: of those that the message names, the one that the lines
    /// show, or else the first. If the message names none, the one whose strong indicator was found
    /// together with another indicator.
    pub weakness: Option<&'static Weakness>,
}

impl FixScore {
    /// Adds the word of experts, if they name the function.
    pub(crate) fn add_symbols(&mut self, affected: &[AffectedFunction], function: &ChangedFunction<'_>) {
        if is_affected(affected, function.name, function.path) {
            self.confidence = self.confidence.max(SYMBOL_CONFIDENCE);
            self.evidence.insert(0, "advisory:function".to_owned());
        }
    }

    /// Whether the function should be emitted as a fix.
    pub fn is_fix(&self) -> bool {
        self.confidence >= 0.5
    }
}
