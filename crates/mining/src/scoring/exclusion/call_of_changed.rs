//! Calls of functions whose signatures the commit changed.

use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion, is_punctuation};
use crate::pattern::{CompiledPattern, compile};
use crate::scoring::changed_function::ChangedFunction;

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
        let changed = Some(&function.function).filter(|own| own.signature_changed());
        let own_name = changed.and_then(ChangedFunction::own_name);
        let is_declaration = |line: &str| changed.is_some_and(|own| own.declared_name_end(line).is_some());
        let mut calls = 0;
        for line in function.added.iter().filter(|line| !is_punctuation(line)) {
            if calls_any(line, |name| Some(name) != own_name && commit.changed_signatures.contains(name)) {
                calls += 1;
            } else if !is_declaration(line) && !HANDS_ERROR_ON.is_match(line.as_bytes()) {
                return false;
            }
        }
        calls > 0
    },
};

/// Whether a line calls one of some functions.
fn calls_any(line: &str, is_called: impl Fn(&str) -> bool) -> bool {
    let mut rest = line;
    while let Some(open) = rest.find('(') {
        let called = rest[..open].trim_end();
        let start = called.rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
        if is_called(&called[start.map_or(0, |place| called.ceil_char_boundary(place + 1))..]) {
            return true;
        }
        rest = &rest[open + 1..];
    }
    false
}
