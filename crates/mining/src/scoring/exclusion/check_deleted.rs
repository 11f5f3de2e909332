//! Checks that are gone.

use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::pattern::{CompiledPattern, compile};
use crate::scoring::commit_facts::FunctionFacts;

static CHECK: LazyLock<CompiledPattern> = LazyLock::new(|| compile(r"\bif\b|check|valid"));

/// Deletions that may be the fix: of a second release, of a branch, or of a way out by itself.
static KEPT: LazyLock<CompiledPattern> = LazyLock::new(|| compile(r"free|\belse\b"));
static CONDITION: LazyLock<CompiledPattern> = LazyLock::new(|| compile(r"\bif\b"));

/// The function checks less than before; the fix checks elsewhere. A way out that is gone may be the fix: the code
/// behind it runs now.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "only deletes a check",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |commit, function| {
        function.added.is_empty()
            && function.removed.iter().any(|line| CHECK.is_match(line.as_bytes()))
            && (has_condition(function) || !function.removed.iter().any(|line| line.starts_with("return")))
            && !function.removed.iter().any(|line| KEPT.is_match(line.as_bytes()))
            && commit.others(function).next().is_some()
    },
};

fn has_condition(function: &FunctionFacts<'_>) -> bool {
    function.removed.iter().any(|line| CONDITION.is_match(line.as_bytes()))
}
