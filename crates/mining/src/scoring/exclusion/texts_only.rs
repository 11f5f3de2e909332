//! Texts of errors, and texts of values.

use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::pattern::{CompiledPattern, compile};

static FAILURE: LazyLock<CompiledPattern> =
    LazyLock::new(|| compile(r"^(?:panic!?|throw|raise|unreachable!?)\b"));

/// A value, its text, or both: `case NOT_FOUND: return "not found";`.
static VALUE_TEXT: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(r#"^case\s+[\w:.]+\s*:(?:\s*return\s*"[^"]*"\s*;)?$|^(?:return\b\s*)?(?:"[^"]*"\s*;?)?$"#)
});

/// The function fails as before, with another text, or knows the texts of more values.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "only texts of errors",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |_, function| {
        let is_failure = |line: &&str| FAILURE.is_match(line.as_bytes());
        let is_value_text = |line: &&str| VALUE_TEXT.is_match(line.as_bytes());
        let [added, removed] = [&function.added, &function.removed];
        !added.is_empty()
            && (added.len() == removed.len() && added.iter().chain(removed).all(is_failure)
                || removed.is_empty()
                    && added.iter().any(|line| line.starts_with("case"))
                    && added.iter().all(is_value_text))
    },
};
