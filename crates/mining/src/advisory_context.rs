//! Knowledge of an advisory about the commit that it names as its fix.

use streamguard_dataset::{AffectedFunction, Weakness};

/// Knowledge of an advisory about the commit that it names as its fix.
#[derive(Clone, Debug, Default)]
pub struct AdvisoryContext {
    /// Collector that the samples are attributed to.
    pub collector: String,
    /// Ids of the advisories.
    pub advisory_ids: Vec<String>,
    /// Reasons why the commit counts as the fix, such as `cve:Patch`.
    pub evidence: Vec<String>,
    /// Weaknesses that are fixed, the most important one first.
    pub weaknesses: Vec<&'static Weakness>,
    /// Functions that experts named as those with the flaw.
    pub functions: Vec<AffectedFunction>,
    /// Ids of the commits that brought the flaw.
    pub introduced_by: Vec<String>,
    /// Description of the advisory; it may name functions and files.
    pub text: String,
    /// Confidence that the commit is the fix, from 0.0 to 1.0.
    pub confidence: f64,
}
