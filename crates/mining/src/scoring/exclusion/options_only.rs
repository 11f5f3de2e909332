//! Options of a command line.

use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion, is_punctuation};
use crate::pattern::{CompiledPattern, compile};

static OPTIONS: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(
        r"\b(?:flags?|f|fs|cmd|app|parser|opts?|options?|program)\b[\w.()]*\.(?:persistent)?(?:flags\(\)\.)?(?:\w*var\w*|bool\w*|string\w*|int\w*|uint\w*|duration\w*|float\w*|add_?argument|add_?option|option)\(|&?cli\.\w*flag\{|@\w+\.option\(|\bargp?_option\b|#\[(?:arg|clap)\(",
    )
});

/// A new option lets users switch the fix on or off.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "only options of the command line",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |_, function| {
        let mut lines = function.added.iter().chain(&function.removed).filter(|line| !is_punctuation(line));
        !function.added.is_empty() && lines.all(|line| OPTIONS.is_match(line.as_bytes()))
    },
};
