//! The version of the program.

use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion};
use crate::pattern::{CompiledPattern, compile};

/// A line that says the version: `__version__ = '0.11.7'`, `#define APP_VERSION "1.2"`.
static VERSION: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(
        r#"^(?:(?:(?:export|public|private|static|final|const|constexpr|let|var|char|string|str|def)\b[\s*\[\]]*)*\$?\w*version\w*[\s"'\]\[]*(?::\s*[&']*\w+\s*)?(?:=>?|:)|#\s*define\s+\w*version\w*\s)[^\d]*\d"#,
    )
});

/// A version that limits what others may speak, which may well be a fix.
static PROTOCOL: LazyLock<CompiledPattern> =
    LazyLock::new(|| compile(r"tls|ssl|proto|min|max|least|http|support|allow|require"));

/// The release of a fix names a version, which is not a flaw.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "only a version",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |_, function| {
        let [added, removed] = [&function.added, &function.removed];
        let is_version =
            |line: &str| VERSION.is_match(line.as_bytes()) && !PROTOCOL.is_match(line.as_bytes());
        !added.is_empty()
            && added.len() == removed.len()
            && added.iter().zip(removed).all(|(added, removed)| {
                is_version(added) && is_version(removed) && without_number(added) == without_number(removed)
            })
    },
};

/// Returns a line without digits and the points between them.
fn without_number(line: &str) -> String {
    line.replace(|c: char| c.is_ascii_digit() || c == '.', "")
}
