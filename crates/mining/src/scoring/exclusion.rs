//! Kinds of changes that are rarely part of the fix, although they are in its commit: a list of rules, each
//! in a file of its own.
//!
//! The confidence is the measured share of the functions under all rules that are part of the fix, on
//! functions of Go's fix commits (`cargo xtask fit-labels` prints it, and that of each rule, which has too few
//! functions to go by).

mod call_of_changed;
mod check_deleted;
mod cosmetic_only;
mod fields_only;
mod lock_only;
mod options_only;
mod other_named;
mod other_remedy;
mod outside_functions;
mod passed_on;
mod support_file;
mod texts_only;
mod version_only;

pub(super) use support_file::is_named_support;

use super::commit_facts::{CommitFacts, FunctionFacts};

/// Share of the functions under any rule that are part of the fix.
const EXCLUDED_CONFIDENCE: f64 = 0.27;

/// A rule for changes that are rarely part of the fix.
pub(crate) struct Exclusion {
    /// Reason in the evidence.
    pub reason: &'static str,
    /// Confidence in a function under the rule.
    pub confidence: f64,
    applies: fn(&CommitFacts<'_>, &FunctionFacts<'_>) -> bool,
}

/// The rules in the order in which they apply: first those that look at one function, then those that
/// compare it with others which are not excluded.
pub(super) const PASSES: &[&[&Exclusion]] = &[
    &[
        &cosmetic_only::NO_EFFECT,
        &cosmetic_only::RENAMED,
        &cosmetic_only::LOCAL_VARIABLE,
        &cosmetic_only::SIGNATURE,
        &support_file::EXCLUSION,
        &options_only::EXCLUSION,
        &fields_only::EXCLUSION,
        &texts_only::EXCLUSION,
        &version_only::EXCLUSION,
        &lock_only::EXCLUSION,
        &call_of_changed::EXCLUSION,
        &passed_on::EXCLUSION,
        &check_deleted::EXCLUSION,
    ],
    &[&outside_functions::EXCLUSION, &other_remedy::EXCLUSION, &other_named::EXCLUSION],
];

impl Exclusion {
    /// Whether the rule applies to a function.
    pub(super) fn applies(&self, commit: &CommitFacts<'_>, function: &FunctionFacts<'_>) -> bool {
        (self.applies)(commit, function)
    }
}

/// Whether a line is only brackets, or `else` between two of them.
fn is_punctuation(line: &str) -> bool {
    line.replace("else", "").chars().all(|c| c.is_whitespace() || "{}()[],;".contains(c))
}
