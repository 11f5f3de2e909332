//! New fields of a value.

use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion, is_punctuation};
use crate::pattern::{CompiledPattern, compile};

static FIELD: LazyLock<CompiledPattern> = LazyLock::new(|| compile(r#"^[\w.$'"]+\s*:\s+.*,$"#));

/// The fix uses the field elsewhere.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "only new fields",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |_, function| {
        let is_field = |line: &&str| FIELD.is_match(line.as_bytes()) || is_punctuation(line);
        !function.added.is_empty()
            && function.added.iter().all(is_field)
            && function.removed.iter().all(|line| is_punctuation(line))
    },
};
