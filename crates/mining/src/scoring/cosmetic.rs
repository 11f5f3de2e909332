//! Changes that change nothing a weakness could hide in.

use std::collections::BTreeMap;

use crate::pattern::{Pattern, pattern};

/// Why a change is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cosmetic {
    /// Comments, imports, logging, layout: the same code remains.
    Same,
    /// The same code with names exchanged for others, one for one.
    Renamed,
    /// Only the line that declares the function.
    Signature,
}

/// Tells changes that do not matter.
pub(super) struct Cosmetics {
    comment: Pattern,
    /// Other lines without effect on what the function does: imports and logging.
    idle: Pattern,
    declaration: Pattern,
}

impl Cosmetics {
    pub(super) fn new() -> Self {
        Self {
            comment: pattern(r#"^\s*(?://|#(?:\s|$|!)|/?\*(?:[\s/*]|$)|--\s|"""|'''|<!--|\{/\*)"#),
            idle: pattern(
                r"^\s*(?:import\b|from\s+[\w.]+\s+import\b|using\s+[\w.]+;|use\s+[\w:\\{},\s]+;|#\s*include|require(?:_once|_relative)?\b|(?:const|let|var)\s+\w+\s*=\s*require\()|^\s*(?:self\.|this\.|\w+\.)?_?(?:log|logger|error_log|syslog|logging|console|debug\w*|trace|warnings)(?:\.\w+)*!?\s*\(.*\)\s*;?\s*$",
            ),
            declaration: pattern(
                r"^\s*(?:(?:pub(?:\([\w:]+\))?|public|private|protected|static|async|export|default|final|virtual|inline|unsafe|const|extern|override|abstract|internal)\s+)*(?:def|fn|func|function|sub)\b",
            ),
        }
    }

    /// The lines that are no comments: words in comments are not what the code does.
    pub(super) fn code<'l>(&self, lines: Vec<&'l str>) -> Vec<&'l str> {
        lines.into_iter().filter(|line| !self.comment.is_match(line.as_bytes())).collect()
    }

    /// Whether this change, without its comments, is one of those.
    pub(super) fn tell(&self, removed: &[&str], added: &[&str]) -> Option<Cosmetic> {
        let before = self.tokens(removed);
        let after = self.tokens(added);
        if before == after {
            // The very same lines elsewhere: when something is freed or checked matters.
            let moved = !before.is_empty() && lines_of(removed).eq(lines_of(added));
            return (!moved).then_some(Cosmetic::Same);
        }
        if before.is_empty() || after.is_empty() {
            return None;
        }
        let declares = |lines: &[&str]| {
            let mut lines = lines.iter().filter(|line| !line.trim().is_empty());
            lines
                .all(|line| self.declaration.is_match(line.as_bytes()) || self.idle.is_match(line.as_bytes()))
        };
        if declares(removed) && declares(added) {
            return Some(Cosmetic::Signature);
        }
        renamed(&before, &after).then_some(Cosmetic::Renamed)
    }

    /// The tokens of the lines that have an effect: words, and every other character but white
    /// space by itself.
    fn tokens<'l>(&self, lines: &[&'l str]) -> Vec<&'l str> {
        let mut tokens = Vec::new();
        for line in lines.iter().filter(|line| !self.idle.is_match(line.as_bytes())) {
            let mut rest = line.trim_start();
            while let Some(first) = rest.chars().next() {
                let word = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
                let (token, behind) = rest.split_at(if word > 0 { word } else { first.len_utf8() });
                tokens.push(token);
                rest = behind.trim_start();
            }
        }
        tokens
    }
}

fn lines_of<'l>(lines: &[&'l str]) -> impl Iterator<Item = &'l str> {
    lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty())
}

/// Whether the two differ only by names, each exchanged for one other. A name that is only
/// exchanged once stands for another thing, and so does one that only owns members: a new name
/// shows where it is declared and where it is used.
fn renamed(before: &[&str], after: &[&str]) -> bool {
    if before.len() != after.len() {
        return false;
    }
    let mut pairs = BTreeMap::new();
    let mut back = BTreeMap::new();
    // How often each name was exchanged, and whether it ever stood by itself.
    let mut exchanged = BTreeMap::<&str, (u32, bool)>::new();
    for place in 0..before.len() {
        let (old, new) = (before[place], after[place]);
        if pairs.entry(old).or_insert(new) != &new || back.entry(new).or_insert(old) != &old {
            return false;
        }
        if old != new {
            if !may_be_renamed(before, place) || !may_be_renamed(after, place) {
                return false;
            }
            let (times, alone) = exchanged.entry(old).or_default();
            *times += 1;
            *alone |= before.get(place + 1) != Some(&".");
        }
    }
    exchanged.values().all(|(times, alone)| *times > 1 && *alone)
}

/// Whether another word at this place can be the same thing under another name. What is called,
/// a member of something else, a word in a string, a constant and a literal are no mere names:
/// `strlcpy(` for `strcpy(`, `hashlib.sha256` for `hashlib.md5` and `true` for `false` are changes.
fn may_be_renamed(tokens: &[&str], place: usize) -> bool {
    let token = tokens[place];
    let at = |offset: usize| place.checked_sub(offset).and_then(|place| tokens.get(place)).copied();
    let is_word = token.starts_with(is_name) && !token.starts_with(|c: char| c.is_ascii_digit());
    let literal = ["true", "false", "null", "nil", "none", "undefined", "nullptr"];
    let constant = token.len() > 1 && !token.contains(|c: char| c.is_lowercase());
    let called = tokens.get(place + 1) == Some(&"(");
    let member = match (at(2), at(1)) {
        (owner, Some(".")) => !matches!(owner, Some("self" | "this")),
        (Some("-"), Some(">")) => !matches!(at(3), Some("self" | "this" | "$this")),
        (Some(":"), Some(":")) => true,
        _ => false,
    };
    let quoted = matches!(at(1), Some("'" | "\"" | "`"));
    is_word && !literal.contains(&token.to_lowercase().as_str()) && !constant && !called && !member && !quoted
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}
