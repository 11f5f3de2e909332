//! Calls of functions whose signatures the commit changed.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion, is_punctuation};
use crate::pattern::{CompiledPattern, compile};

/// Lines that hand an error on, as a new result of the called function needs.
static HANDS_ERROR_ON: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(r"^(?:if\s+err\s*!=\s*nil\s*\{|return\b.*\berr\b.*|return\b.*\b(?:fmt\.errorf|errors\.\w+)\(.*)$")
});

/// A function that is called in another way is the fix; its callers follow.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "only calls of changed functions",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |commit, function| {
        // The own declaration is neither a call nor a change of behaviour.
        let is_declaration = |line: &str| function.function.signature_changed() && is_declaration(line);
        let lines = function.added.iter().filter(|line| !is_punctuation(line) && !is_declaration(line));
        let mut calls = 0;
        for line in lines {
            if calls_any(line, &commit.changed_signatures) {
                calls += 1;
            } else if !HANDS_ERROR_ON.is_match(line.as_bytes()) {
                return false;
            }
        }
        calls > 0
    },
};

/// Whether a line begins like a declaration.
fn is_declaration(line: &str) -> bool {
    ["func ", "def ", "fn ", "pub ", "function ", "public ", "private ", "static "]
        .iter()
        .any(|start| line.starts_with(start))
}

/// Whether a line calls one of some functions.
fn calls_any(line: &str, names: &BTreeSet<&str>) -> bool {
    let mut rest = line;
    while let Some(open) = rest.find('(') {
        let called = rest[..open].trim_end();
        let start = called.rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
        if names.contains(&called[start.map_or(0, |place| called.ceil_char_boundary(place + 1))..]) {
            return true;
        }
        rest = &rest[open + 1..];
    }
    false
}
