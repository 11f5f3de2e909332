//! Changes that cannot fix a weakness by themselves.

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::scoring::cosmetic::CosmeticChange;

/// Confidence in a change without any effect, which no expert has called the fix.
const NO_EFFECT_CONFIDENCE: f64 = 0.1;

/// Only comments, imports, logging or layout changed.
pub(super) const NO_EFFECT: Exclusion = Exclusion {
    reason: "no effect",
    confidence: NO_EFFECT_CONFIDENCE,
    applies: |_, function| function.points.cosmetic == Some(CosmeticChange::NoEffect),
};

/// Only names changed.
pub(super) const RENAMED: Exclusion = Exclusion {
    reason: "only renamed",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |_, function| function.points.cosmetic == Some(CosmeticChange::Renamed),
};

/// Only a variable came or went.
pub(super) const LOCAL_VARIABLE: Exclusion = Exclusion {
    reason: "only a local variable",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |_, function| function.points.cosmetic == Some(CosmeticChange::LocalVariable),
};

/// Only the declaration changed.
pub(super) const SIGNATURE: Exclusion = Exclusion {
    reason: "only its signature",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |_, function| function.points.cosmetic == Some(CosmeticChange::Signature),
};
