//! What speaks for a changed function as the fix.

use dataset::Weakness;

use super::message::Judgement;

/// A function that a commit changed.
pub struct ChangedFunction<'a> {
    /// Qualified name.
    pub name: Option<&'a str>,
    /// Path of its file.
    pub path: &'a str,
    /// Lines that went.
    pub removed: &'a [&'a str],
    /// Lines that came.
    pub added: &'a [&'a str],
}

/// What speaks for it.
pub struct Support {
    /// From 0.0 to 1.0.
    pub confidence: f64,
    /// Which rules.
    pub evidence: Vec<String>,
    /// The weakness that the lines show.
    pub weakness: Option<&'static Weakness>,
}

/// Weighs.
pub struct Supporter;

impl Supporter {
    /// Ready.
    pub fn new() -> Self {
        Self
    }

    /// One for each function.
    pub fn weigh(&self, _: &Judgement, _: &str, functions: &[ChangedFunction<'_>]) -> Vec<Support> {
        functions.iter().map(|_| Support { confidence: 0.6, evidence: Vec::new(), weakness: None }).collect()
    }
}
