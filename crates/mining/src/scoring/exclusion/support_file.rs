//! Files that no product runs: mocks, templates, examples, harnesses, scripts of developers, declarations of types.

use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::pattern::{CompiledPattern, compile};

static PATHS: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(
        // `Template.php` is code of a template engine.
        r"^(?:scripts?|maint|devtools|\.?ci|\.github)/|\.(?:pxd|pyi|d\.ts)$|(?:^|/)templates?/|(?:^|[/_.-])(?:mocks?|fakes?|stubs?|examples?|samples?|demos?|fixtures?)(?:[_.-][^/]*)?/|(?:^|[/_.-])(?:templ|testdata|testutils?|test[_-]?helpers?|harness(?:es)?|fuzz\w*|benchmarks?)(?:[/_.-]|$)",
    )
});

/// Names of files that products have as well.
static FILE_NAMES: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(r"(?:^|[/_.-])(?:mocks?|fakes?|stubs?|examples?|samples?|demos?|fixtures?)(?:[_.-][^/]*)?$")
});

/// Functions of test modules, which stand in the same file in Rust.
static TESTS: LazyLock<CompiledPattern> =
    LazyLock::new(|| compile(r"(?:^|::)(?:tests?|test_\w+|bench(?:es|marks?)?)(?:::|$)"));

/// Such a file follows the change, or helps to test it.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "in a file of tests or examples",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |commit, function| {
        let name = function.function.name.unwrap_or_default();
        PATHS.is_match(function.function.path.as_bytes())
            || TESTS.is_match(name.as_bytes())
            || commit.changes_product_file && is_named_support(function.function.path)
    },
};

/// Whether the name of a file is that of a mock or an example. Where a commit changes no other files, they are the product.
pub(in crate::scoring) fn is_named_support(path: &str) -> bool {
    FILE_NAMES.is_match(path.as_bytes())
}
