//! New values that a function only hands on.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::{EXCLUDED_CONFIDENCE, Exclusion, is_punctuation};
use crate::pattern::{CompiledPattern, compile};
use crate::scoring::commit_facts::{CommitFacts, FunctionFacts};

/// Most added lines of a function that only hands something on.
const MAX_LINES: usize = 12;

/// Words and signs of decisions: the function does more than to hand a value on.
static DECISION: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(
        r"\b(?:if|unless|while|for|foreach|assert\w*|throw|raise|switch|case|match|try|catch|except|rescue)\b|&&|\|\||\?|[!<>=]=|!\w|\breturn\s+(?:null|none|nil|false|-?\d+)\b|[=:]\s*true\b",
    )
});

/// Defaults: `limit || DEFAULT_LIMIT`, `$box ?: new Box`.
static DEFAULT: LazyLock<CompiledPattern> =
    LazyLock::new(|| compile(r"(?:\|\||\?\?|\?:)\s*(?:new\s+)?(?-i:[A-Z])[\w:.]*"));

/// Calls that store or release a value.
static STORE: LazyLock<CompiledPattern> = LazyLock::new(|| {
    compile(r"^(?:append|add|put|push|set|get|clear|config|\w*free\w*|\w+_(?:destroy|release|clear))$")
});

/// The value is used elsewhere, which is the fix: a new option, field or parameter that this function passes through,
/// stores or releases.
pub(super) const EXCLUSION: Exclusion = Exclusion {
    reason: "only passes a new value on",
    confidence: EXCLUDED_CONFIDENCE,
    applies: |commit, function| {
        let lines: Vec<&str> = function.added.iter().copied().filter(|line| !is_punctuation(line)).collect();
        if lines.is_empty() || lines.len() > MAX_LINES || function.points.shows_named_weakness {
            return false;
        }
        let passed = passed_names(commit, function, &lines);
        let removed: Vec<Vec<&str>> = function.removed.iter().map(|line| words(line).collect()).collect();
        let passes_on = |line: &&str| {
            let words: Vec<&str> = words(line).collect();
            // A line that only got a comma stands on both sides.
            removed.contains(&words) || !decides(line) && words.iter().any(|word| passed.contains(word))
        };
        let (before, after) = (called(&function.removed), called(&lines));
        let own = function.function.own_name();
        !passed.is_empty()
            && lines.iter().all(passes_on)
            && before.is_subset(&after)
            && after.difference(&before).all(|name| {
                STORE.is_match(name.as_bytes())
                    || own == Some(name)
                    || removed.iter().any(|words| words.contains(name))
            })
    },
};

/// Whether a line decides something. The choice of a default value does not.
fn decides(line: &str) -> bool {
    let line = line.as_bytes();
    let Some(default) = DEFAULT.find(line) else { return DECISION.is_match(line) };
    DECISION.is_match(&line[..default.start()]) || DECISION.is_match(&line[default.end()..])
}

/// Returns the names that the function did not have before, that it does not call, and that another changed function has
/// anew as well. Constants and types are not values that change.
fn passed_names<'f>(
    commit: &CommitFacts<'f>,
    function: &FunctionFacts<'f>,
    lines: &[&str],
) -> BTreeSet<&'f str> {
    let known: BTreeSet<&str> = words(function.function.before).collect();
    let called = called(lines);
    let is_elsewhere = |name: &str| {
        let others = commit.functions.iter().filter(|other| !std::ptr::eq(*other, function));
        others.into_iter().any(|other| other.new_names.contains(name))
    };
    let texts: BTreeSet<&str> = lines.iter().flat_map(|line| words_of_texts(line)).collect();
    let is_value = |name: &&str| {
        let is_variable = name.chars().any(char::is_lowercase) && !name.ends_with("_t");
        is_variable && !called.contains(*name) && !texts.contains(*name)
    };
    let new = function.new_names.iter().copied().filter(|name| !known.contains(name));
    new.filter(is_value).filter(|name| is_elsewhere(name)).collect()
}

/// Returns the names in a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// Returns the words in the quoted texts of a line. A text of one word is a key, such as that of an option.
fn words_of_texts(line: &str) -> Vec<&str> {
    let texts = line.split(['"', '\'', '`']).skip(1).step_by(2).map(|text| words(text).collect::<Vec<_>>());
    texts.filter(|words| words.len() > 1).flatten().collect()
}

/// Returns the names before opening brackets.
fn called<'l>(lines: &[&'l str]) -> BTreeSet<&'l str> {
    let before_brackets = lines.iter().flat_map(|line| line.match_indices('(').map(|(at, _)| &line[..at]));
    before_brackets
        .filter_map(|text| words(text.trim_end()).last().filter(|word| text.trim_end().ends_with(word)))
        .collect()
}
