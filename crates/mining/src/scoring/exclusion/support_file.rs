//! Files that no product runs: mocks, templates, examples, harnesses.

use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::pattern::{CompiledPattern, compile};

static PATHS: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(
        r"(?:^|[/_.-])(?:mocks?|fakes?|stubs?|templates?|templ|examples?|samples?|demos?|fixtures?|testdata|testutils?|test[_-]?helpers?|harness(?:es)?|fuzz\w*|benchmarks?)(?:[/_.-]|$)",
    )
});

/// Such a file follows the change, or helps to test it.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "in a file of tests or examples",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |_, function| PATHS.is_match(function.function.path.as_bytes()),
};
