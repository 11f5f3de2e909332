//! Facts about all functions of a commit, collected in one pass before any of them is scored.

use std::collections::{BTreeMap, BTreeSet};

use super::changed_function::ChangedFunction;
use super::exclusion::{Exclusion, is_named_support};
use super::function_points::FunctionPoints;

/// Shortest name that counts as new: shorter ones are loop variables.
const MIN_NAME_BYTES: usize = 3;

/// Words that are not names in any common language.
const KEYWORDS: &[&str] = &[
    "and", "async", "auto", "await", "bool", "break", "byte", "case", "catch", "char", "class", "const",
    "continue", "def", "default", "defer", "double", "elif", "else", "end", "err", "error", "except",
    "false", "finally", "float", "for", "foreach", "func", "function", "goto", "int", "len", "let", "long",
    "make", "map", "match", "mut", "new", "nil", "none", "None", "not", "null", "NULL", "private", "public",
    "raise", "range", "return", "self", "size_t", "static", "string", "struct", "switch", "then", "this",
    "throw", "true", "try", "type", "unless", "unsigned", "use", "var", "void", "while", "with",
];

/// A changed function with its facts.
pub(super) struct FunctionFacts<'a> {
    pub(super) function: ChangedFunction<'a>,
    pub(super) points: FunctionPoints,
    /// Removed and added lines, trimmed, without comments, empty lines, and lines of which only the white
    /// space changed.
    pub(super) removed: Vec<&'a str>,
    pub(super) added: Vec<&'a str>,
    /// Number of changed lines, those of which only the white space changed included.
    pub(super) changed_lines: usize,
    /// Names that the change uses more often than before.
    pub(super) new_names: BTreeSet<&'a str>,
    /// Reason why the function is not a fix, if there is one.
    pub(super) exclusion: Option<&'static Exclusion>,
}

/// A commit with the facts of its functions.
pub(super) struct CommitFacts<'a> {
    pub(super) functions: Vec<FunctionFacts<'a>>,
    /// Names of functions that are called in another way since the commit.
    pub(super) changed_signatures: BTreeSet<&'a str>,
    /// Number of changed lines in all functions; at least 1.
    pub(super) changed_lines: usize,
    /// Whether a function is in a file whose name is not that of a mock or an example.
    pub(super) changes_product_file: bool,
}

impl<'a> FunctionFacts<'a> {
    /// Collects the facts. `removed` and `added` are the lines without comments.
    pub(super) fn new(
        function: ChangedFunction<'a>,
        points: FunctionPoints,
        removed: Vec<&'a str>,
        added: Vec<&'a str>,
    ) -> Self {
        let [removed, added] = [removed, added].map(trimmed);
        let changed_lines = removed.len() + added.len();
        let (removed, added) = (without(&removed, &added), without(&added, &removed));
        let (names_before, names_after) = (name_counts(&removed), name_counts(&added));
        let is_new = |(name, count): (&'a str, u32)| {
            (count > names_before.get(name).copied().unwrap_or(0)).then_some(name)
        };
        let new_names = names_after.into_iter().filter_map(is_new).collect();
        Self { function, points, removed, added, changed_lines, new_names, exclusion: None }
    }

    /// Whether nothing but its place in the file speaks for the function.
    pub(super) fn lacks_evidence(&self) -> bool {
        self.points.points < super::function_points::ANY_POINTS
    }
}

impl<'a> CommitFacts<'a> {
    /// Collects the facts of a commit.
    pub(super) fn new(functions: Vec<FunctionFacts<'a>>) -> Self {
        let changed = functions.iter().filter(|facts| facts.function.signature_changed());
        let changed_signatures = changed.filter_map(|facts| facts.function.own_name()).collect();
        let changed_lines = functions.iter().map(|facts| facts.changed_lines).sum::<usize>().max(1);
        let changes_product_file = functions.iter().any(|facts| !is_named_support(facts.function.path));
        let mut commit = Self { functions, changed_signatures, changed_lines, changes_product_file };
        for rules in super::exclusion::PASSES {
            // A rule that compares functions sees what the rules before it have excluded.
            let found: Vec<_> = commit
                .functions
                .iter()
                .map(|facts| {
                    facts
                        .exclusion
                        .or_else(|| rules.iter().copied().find(|rule| rule.applies(&commit, facts)))
                })
                .collect();
            for (facts, exclusion) in commit.functions.iter_mut().zip(found) {
                facts.exclusion = exclusion;
            }
        }
        commit
    }

    /// Returns the share of the commit's changed lines that are in a function.
    pub(super) fn share(&self, facts: &FunctionFacts<'_>) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "both are small counts of lines")]
        let share = facts.changed_lines as f64 / self.changed_lines as f64;
        share
    }

    /// Returns the other functions that no rule has excluded.
    pub(super) fn others<'c>(
        &'c self,
        facts: &'c FunctionFacts<'a>,
    ) -> impl Iterator<Item = &'c FunctionFacts<'a>> {
        self.functions.iter().filter(move |other| !std::ptr::eq(*other, facts) && other.exclusion.is_none())
    }
}

/// Returns the lines that are not empty, without white space around them.
fn trimmed(lines: Vec<&str>) -> Vec<&str> {
    lines.into_iter().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// Returns the lines of one side that the other side does not have with other white space.
fn without<'l>(lines: &[&'l str], others: &[&str]) -> Vec<&'l str> {
    let bare = |line: &str| line.split_whitespace().collect::<String>();
    let mut counts = BTreeMap::<String, u32>::new();
    others.iter().for_each(|line| *counts.entry(bare(line)).or_default() += 1);
    let is_own = |line: &&&str| match counts.get_mut(&bare(line)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    lines.iter().filter(is_own).copied().collect()
}

/// Counts the names in some lines.
fn name_counts<'l>(lines: &[&'l str]) -> BTreeMap<&'l str, u32> {
    let is_name_char = |c: char| c.is_alphanumeric() || c == '_';
    let words = lines.iter().flat_map(|line| line.split(|c: char| !is_name_char(c)));
    let names = words.filter(|word| {
        word.len() >= MIN_NAME_BYTES
            && !word.starts_with(|c: char| c.is_ascii_digit())
            && !KEYWORDS.contains(word)
    });
    names.fold(BTreeMap::new(), |mut counts, name| {
        *counts.entry(name).or_default() += 1;
        counts
    })
}
