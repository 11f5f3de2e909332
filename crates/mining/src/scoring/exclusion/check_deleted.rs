//! Checks that are gone.

use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::pattern::{CompiledPattern, compile};

static CHECK: LazyLock<CompiledPattern> = LazyLock::new(|| compile(r"\bif\b|check|valid"));

/// The function checks less than before; the fix checks elsewhere. A way out that is gone may be the fix: the code
/// behind it runs now.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "only deletes a check",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |commit, function| {
        function.added.is_empty()
            && function.removed.iter().any(|line| CHECK.is_match(line.as_bytes()))
            && !function.removed.iter().any(|line| matches!(*line, "return;" | "return"))
            && commit.others(function).next().is_some()
    },
};
