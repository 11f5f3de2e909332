//! Texts of errors.

use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::pattern::{CompiledPattern, compile};

static FAILURE: LazyLock<CompiledPattern> =
    LazyLock::new(|| compile(r"^(?:panic!?|throw|raise|unreachable!?)\b"));

/// The function fails as before, with another text.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "only texts of errors",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |_, function| {
        let is_failure = |line: &&str| FAILURE.is_match(line.as_bytes());
        !function.added.is_empty()
            && function.added.len() == function.removed.len()
            && function.added.iter().chain(&function.removed).all(is_failure)
    },
};
