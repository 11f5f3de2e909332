//! Labels that readers decided.

use streamguard_dataset::Sample;

use crate::review_table::{ReviewSubject, ReviewTable};
use crate::verdict::ReviewVerdict;

/// What readers did to a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relabelled {
    /// Nobody decided anything.
    Kept,
    /// Its label is sure now.
    Confirmed,
    /// Its label is wrong, so it is not a sample.
    Refuted,
}

/// Applies what readers decided to the label of a sample.
pub fn relabel(table: &ReviewTable, sample: &mut Sample) -> Relabelled {
    match ReviewSubject::of(sample).and_then(|subject| table.decision(&subject)) {
        Some(ReviewVerdict::Right) => {
            sample.label_confidence = Some(1.0);
            sample.label_evidence.insert(0, "review:right".to_owned());
            Relabelled::Confirmed
        }
        Some(ReviewVerdict::NotPart | ReviewVerdict::NoSecurityFix) => Relabelled::Refuted,
        Some(ReviewVerdict::Unsure) | None => Relabelled::Kept,
    }
}
