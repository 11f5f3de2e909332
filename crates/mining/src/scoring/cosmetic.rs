//! Cosmetic changes: changes that cannot fix a weakness.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::changed_function::ChangedFunction;
use super::local_variable::only_moves_expression;
use super::signature::DeclarationLine;
use crate::pattern::{CompiledPattern, compile};

/// Most lines of a function that are read to see whether its order changed.
const MAX_LINES: usize = 5000;

/// Kind of a cosmetic change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CosmeticChange {
    /// Only comments, imports, logging or layout changed.
    NoEffect,
    /// Only names changed, each for one other.
    Renamed,
    /// Only an expression moved into a variable, or out of one.
    LocalVariable,
    /// Only the line that declares the function changed, and neither code in it nor a default value.
    Signature,
}

/// Most lines of a side that are compared for a variable that came or went.
const MAX_VARIABLE_LINES: usize = 20;

/// Recognises cosmetic changes.
pub(super) struct CosmeticFilter {
    comment: CompiledPattern,
    /// Other lines without effect on the function: imports and logging.
    idle: CompiledPattern,
    declaration: CompiledPattern,
    string: CompiledPattern,
    /// Values that must not be in a log.
    secret: CompiledPattern,
}

impl CosmeticFilter {
    pub(super) fn new() -> Self {
        Self {
            comment: compile(r#"^\s*(?://|#(?:\s|$|!)|/?\*(?:[\s/*]|$)|--\s|"""|'''|<!--|\{/\*)"#),
            idle: compile(
                r"^\s*(?:import\b|from\s+[\w.]+\s+import\b|using\s+[\w.]+;|use\s+[\w:\\{},\s]+;|#\s*include|require(?:_once|_relative)?\b|(?:const|let|var)\s+\w+\s*=\s*require\()|^\s*(?:self\.|this\.|\w+\.)?_?(?:log|logger|error_log|syslog|logging|console|debug\w*|trace|verbose|warnings)(?:\.\w+)*!?\s*\(.*\)\s*;?\s*$",
            ),
            declaration: compile(
                r"^\s*(?:(?:pub(?:\([\w:]+\))?|public|private|protected|static|async|export|default|final|virtual|inline|unsafe|const|extern|override|abstract|internal)\s+)*(?:def|fn|func|function|sub)\b",
            ),
            string: compile(r#""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`"#),
            secret: compile(
                r"passw|secret|token|credential|api_?key|private_?key|session_?id|authorization|cookie",
            ),
        }
    }

    /// Removes comments: their words say nothing about what the code does.
    pub(super) fn without_comments<'l>(&self, lines: Vec<&'l str>) -> Vec<&'l str> {
        lines.into_iter().filter(|line| !self.comment.is_match(line.as_bytes())).collect()
    }

    /// Returns the kind of a cosmetic change, given lines without comments; `None` for any other change.
    pub(super) fn classify(
        &self,
        function: &ChangedFunction<'_>,
        removed: &[&str],
        added: &[&str],
    ) -> Option<CosmeticChange> {
        if self.secrets_in(removed) > self.secrets_in(added) {
            return None;
        }
        let before = self.effective_tokens(removed);
        let after = self.effective_tokens(added);
        if before == after {
            // The same lines at another place are an effect: it matters when something is freed or
            // checked.
            let moved = !before.is_empty()
                && (trimmed_lines(removed).eq(trimmed_lines(added)) || self.is_reordered(function));
            return (!moved).then_some(CosmeticChange::NoEffect);
        }
        if before.is_empty() || after.is_empty() {
            return None;
        }
        let declarations = [removed, added].map(|lines| self.declarations(function, lines));
        if let [Some(before), Some(after)] = declarations {
            let differs = before.iter().any(|old| after.iter().any(|new| old.differs_in_code(new)));
            return (!differs).then_some(CosmeticChange::Signature);
        }
        let by_line =
            |lines: &[_]| lines.iter().map(|line| self.effective_tokens(&[*line])).collect::<Vec<_>>();
        if removed.len().max(added.len()) <= MAX_VARIABLE_LINES
            && only_moves_expression(&by_line(removed), &by_line(added))
        {
            return Some(CosmeticChange::LocalVariable);
        }
        let known = |name: &str| {
            let is_name = |word: &str| word == name;
            function.before.split(|c: char| !is_name_char(c)).any(is_name)
        };
        is_renamed(&before, &after, known).then_some(CosmeticChange::Renamed)
    }

    /// Whether the statements of a function are the same in another order.
    fn is_reordered(&self, function: &ChangedFunction<'_>) -> bool {
        let [before, after] = [function.before, function.after].map(|text| {
            let lines = self.without_comments(text.lines().take(MAX_LINES).collect());
            lines.into_iter().filter(|line| !self.idle.is_match(line.as_bytes())).collect::<Vec<_>>()
        });
        self.effective_tokens(&before) != self.effective_tokens(&after)
    }

    /// Counts the lines that log a secret: one that is the value of a variable, not a word of the text.
    fn secrets_in(&self, lines: &[&str]) -> usize {
        let is_secret = |line: &&&str| {
            let mut code = line.as_bytes().to_vec();
            for found in self.string.find_iter(line.as_bytes()) {
                code[found.range()].fill(b' ');
            }
            self.idle.is_match(line.as_bytes()) && self.secret.is_match(&code)
        };
        lines.iter().filter(is_secret).count()
    }

    /// Reads lines that declare functions; `None` if others are among them. Languages without a keyword for functions declare
    /// them by name.
    fn declarations<'l>(
        &self,
        function: &ChangedFunction<'_>,
        lines: &[&'l str],
    ) -> Option<Vec<DeclarationLine<'l>>> {
        let own = LazyCell::new(|| Some(function).filter(|function| function.signature_changed()));
        let lines =
            lines.iter().filter(|line| !line.trim().is_empty() && !self.idle.is_match(line.as_bytes()));
        let read = |line: &&'l str| {
            let keyword = self.declaration.find(line.as_bytes()).map(|keyword| keyword.end());
            let parameters = keyword.or_else(|| own.and_then(|own| own.declared_name_end(line)));
            parameters.map(|start| DeclarationLine::new(line, start))
        };
        lines.map(read).collect()
    }

    /// Returns the tokens of the lines that have an effect: words, and every other character except white
    /// space by itself.
    fn effective_tokens<'l>(&self, lines: &[&'l str]) -> Vec<&'l str> {
        let mut tokens = Vec::new();
        for line in lines.iter().filter(|line| !self.idle.is_match(line.as_bytes())) {
            let mut rest = line.trim_start();
            while let Some(first) = rest.chars().next() {
                let word = rest.find(|c: char| !is_name_char(c)).unwrap_or(rest.len());
                let (token, behind) = rest.split_at(if word > 0 { word } else { first.len_utf8() });
                tokens.push(token);
                rest = behind.trim_start();
            }
        }
        tokens
    }
}

fn trimmed_lines<'l>(lines: &[&'l str]) -> impl Iterator<Item = &'l str> {
    lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty())
}

/// Whether two token lists differ only by names, each replaced consistently by one other.
///
/// A new name shows at its declaration and at its uses. So a name that was replaced only once refers to
/// another thing, and so does a name that is only the owner of members.
///
/// `known` tells whether the function had a name before: such a name is that of another thing.
fn is_renamed(before: &[&str], after: &[&str], known: impl Fn(&str) -> bool) -> bool {
    if before.len() != after.len() {
        return false;
    }
    let mut pairs = BTreeMap::new();
    let mut back = BTreeMap::new();
    // How often each name was replaced, and whether it ever was more than an owner of members.
    let mut replaced = BTreeMap::<&str, (u32, bool)>::new();
    for place in 0..before.len() {
        let (old, new) = (before[place], after[place]);
        if pairs.entry(old).or_insert(new) != &new || back.entry(new).or_insert(old) != &old {
            return false;
        }
        if old != new {
            if !may_be_renamed(before, place) || !may_be_renamed(after, place) {
                return false;
            }
            let (times, alone) = replaced.entry(old).or_default();
            *times += 1;
            *alone |= before.get(place + 1) != Some(&".");
        }
    }
    let new_names: BTreeSet<&str> =
        pairs.iter().filter(|(old, new)| old != new).map(|(_, new)| *new).collect();
    replaced.values().all(|(times, alone)| *times > 1 && *alone) && !new_names.into_iter().any(known)
}

/// Whether another word at this place can be a new name for the same thing.
///
/// A called function, a member of something else, a word in a string, a constant and a literal cannot:
/// `strlcpy(` for `strcpy(`, `hashlib.sha256` for `hashlib.md5` and `true` for `false` are changes.
fn may_be_renamed(tokens: &[&str], place: usize) -> bool {
    let token = tokens[place];
    let at = |offset: usize| place.checked_sub(offset).and_then(|place| tokens.get(place)).copied();
    let is_word = token.starts_with(is_name_char) && !token.starts_with(|c: char| c.is_ascii_digit());
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

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}
