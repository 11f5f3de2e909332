//! Files that no product runs: mocks, templates, examples, harnesses.

use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::pattern::{CompiledPattern, compile};

static PATHS: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(
        // `Template.php` is code of a template engine.
        r"(?:^|/)templates?/|(?:^|[/_.-])(?:mocks?|fakes?|stubs?|templ|examples?|samples?|demos?|fixtures?|testdata|testutils?|test[_-]?helpers?|harness(?:es)?|fuzz\w*|benchmarks?)(?:[/_.-]|$)",
    )
});

/// Functions of test modules, which stand in the same file in Rust.
static TESTS: LazyLock<CompiledPattern> =
    LazyLock::new(|| compile(r"(?:^|::)(?:tests?|test_\w+|bench(?:es|marks?)?)(?:::|$)"));

/// Such a file follows the change, or helps to test it.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "in a file of tests or examples",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |_, function| {
        let name = function.function.name.unwrap_or_default();
        PATHS.is_match(function.function.path.as_bytes()) || TESTS.is_match(name.as_bytes())
    },
};
