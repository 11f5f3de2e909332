//! Evidence that a function is part of the fix: a list of properties, each in a file of its own.
//!
//! The weights are natural logarithms of odds, fitted together by logistic regression on functions of
//! Go's fix commits, whose experts name the functions with the flaw: `cargo xtask fit-labels`. A weight is
//! the change of the log-odds if the value grows by one and nothing else changes.

mod churn_share;
mod class_named;
mod commit_size;
mod function_named;
mod guard;
mod shared_edit;

use super::commit_facts::{CommitFacts, FunctionFacts};

/// One property of a changed function.
pub struct Evidence {
    /// Name, as `fit-labels` prints it.
    pub name: &'static str,
    /// What it looks at.
    pub looks_at: &'static str,
    /// Change of the log-odds for a value of one.
    pub weight: f64,
    value: fn(&CommitFacts<'_>, &FunctionFacts<'_>) -> f64,
}

/// Log-odds of a function whose evidences are all zero.
pub const BASE_SCORE: f64 = 6.45;

/// All evidences.
pub const EVIDENCES: &[Evidence] = &[
    churn_share::EVIDENCE,
    commit_size::EVIDENCE,
    guard::EVIDENCE,
    function_named::EVIDENCE,
    class_named::EVIDENCE,
    shared_edit::EVIDENCE,
];

impl Evidence {
    /// Returns the value of a function.
    pub(super) fn value(&self, commit: &CommitFacts<'_>, function: &FunctionFacts<'_>) -> f64 {
        (self.value)(commit, function)
    }
}
