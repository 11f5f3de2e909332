//! From a changed file to the functions that changed in it.
//!
//! [`FileComparer::compare`] takes the text of a file before and after a change. It compares the
//! lines, parses both sides, walks down to the functions that the changed lines are in, pairs
//! those of the one side with those of the other, and says of each pair what differs.
//!
//! **A function** is anything with a body and a name: functions, methods, constructors,
//! accessors, operators; anonymous functions too if they are assigned to something, or, outside
//! other functions, given to a call (`app.get('/x')`). A changed line belongs to the innermost
//! function around it, so a function around it appears only if lines of its own changed. The
//! text of a function includes its decorators, attributes and annotations, and the statement
//! that exists only for it (`export const f = ..;`), but no comment before it.
//!
//! **A run of lines** with three lines of context stands for the change where there is no
//! parser for the language, where the file moved from one language to another, or where no
//! function changed at all.
//!
//! Nothing here reads a file, a repository or a setting. Hostile input is bounded: a file by
//! 1 MiB, a parse by 2 s, a walk by 10,000 levels.

mod change_kind;
mod diff;
mod file_change;
mod file_filter;
mod grammar;
mod hunk_context;
mod matching;
mod naming;
mod outline;
mod parse;
mod path;

use std::borrow::Cow;
use std::ops::Range;

use streamguard_dataset::{Language, Level, Rejection};
use tree_sitter::{Parser, Tree};

pub use change_kind::ChangeKind;
pub use diff::{LineDiff, line_diff};
pub use file_change::{Code, CodeChange, FileChange, FileComparison};
pub use path::{PathClass, classify as classify_path};

use change_kind::ParsedSpan;
use diff::{Hunk, SourceLines};
use grammar::{CompiledGrammar, GrammarCache};
use matching::Side;
use outline::{ChangedLines, Function, FunctionOutline};

/// Compares files; one for each thread, since it keeps its parser and its grammars.
pub struct FileComparer {
    parser: Parser,
    grammars: GrammarCache,
}

impl Default for FileComparer {
    fn default() -> Self {
        Self::new()
    }
}

impl FileComparer {
    /// An comparer that has not loaded any grammar yet.
    pub fn new() -> Self {
        Self { parser: Parser::new(), grammars: GrammarCache::default() }
    }

    /// Tells which functions a change touched.
    ///
    /// # Errors
    /// [`Rejection::UnknownLanguage`] if no path tells one; [`Rejection::OversizedFile`],
    /// [`Rejection::BinaryFile`] or [`Rejection::MinifiedFile`] for what is not source code
    /// that people write; [`Rejection::Unchanged`] if both sides are the same text;
    /// [`Rejection::ParseFailed`] if the parser took too long.
    pub fn compare(&mut self, change: &FileChange<'_>) -> Result<FileComparison, Rejection> {
        file_filter::check(change.before)?;
        file_filter::check(change.after)?;
        let texts = [change.before, change.after].map(String::from_utf8_lossy);
        let [before, after] = texts.each_ref().map(|text| SourceLines::new(text));
        let told = file_filter::language(change, [before.text(), after.text()]);
        let (language, same) = told.ok_or(Rejection::UnknownLanguage)?;
        let hunks = diff::hunks(&before, &after);
        if hunks.is_empty() {
            return Err(Rejection::Unchanged);
        }
        let path = change.path_after.or(change.path_before).unwrap_or_default();
        let compiled = if same { self.grammars.get(language, path) } else { None };
        let trees = match compiled {
            Some(compiled) => {
                let trees = parse::parse_both(&mut self.parser, compiled.grammar, &before, &after, &hunks);
                trees.ok_or(Rejection::ParseFailed)?
            }
            None => [None, None],
        };
        let sides = FilePair { language, compiled, lines: [before, after], trees, hunks };
        let invalid_utf8 = texts.iter().any(|text| matches!(text, Cow::Owned(_)));
        Ok(FileComparison { invalid_utf8, ..sides.compare() })
    }
}

/// Both sides of a file, and what tells them apart.
struct FilePair<'a> {
    language: Language,
    compiled: Option<&'a CompiledGrammar>,
    lines: [SourceLines<'a>; 2],
    trees: [Option<Tree>; 2],
    hunks: Vec<Hunk>,
}

impl FilePair<'_> {
    fn compare(&self) -> FileComparison {
        let select: [fn(&Hunk) -> &Range<u32>; 2] = [|hunk| &hunk.before, |hunk| &hunk.after];
        let outlines = [0, 1].map(|side| {
            let tree = self.trees[side].as_ref().zip(self.compiled);
            FunctionOutline::new(tree, &self.lines[side], &ChangedLines::new(&self.hunks, select[side]))
        });
        let mut outside: u32 = outlines.iter().map(|outline| outline.outside).sum();
        let mut any_outside = outlines.iter().any(|outline| outline.any_outside);
        let functions = outlines.map(|outline| outline.functions);
        let pairs = {
            let [before, after] =
                [0, 1].map(|side| Side { text: self.lines[side].text(), functions: &functions[side] });
            matching::pair(&before, &after, &self.hunks)
        };
        let mut own = functions.each_ref().map(|side| side.iter().map(|f| f.own).collect::<Vec<_>>());
        // A line that the end of one function shares with what is around it counts for the
        // function. If that is the same as before, what is around it has changed.
        for (i, j) in pairs.iter().filter_map(|&(i, j)| i.zip(j)) {
            if self.text(0, &functions[0][i]) == self.text(1, &functions[1][j]) {
                for (side, index) in [(0, i), (1, j)] {
                    let function = &functions[side][index];
                    match function.parent {
                        Some(parent) => own[side][parent] += function.shared,
                        None => outside += function.shared,
                    }
                    any_outside |= function.parent.is_none() && function.shared > 0;
                }
            }
        }
        let mut changes: Vec<CodeChange> = pairs
            .iter()
            .filter(|(i, j)| i.is_some_and(|i| own[0][i] > 0) || j.is_some_and(|j| own[1][j] > 0))
            .filter_map(|&(i, j)| self.function(i.map(|i| &functions[0][i]), j.map(|j| &functions[1][j])))
            .collect();
        changes.sort_by(|a, b| order(a).cmp(&order(b)));
        if changes.is_empty() && any_outside {
            changes = self.runs();
        }
        FileComparison {
            language: self.language,
            changes,
            invalid_utf8: false,
            changed_lines_outside: outside,
        }
    }

    fn text(&self, side: usize, function: &Function) -> &str {
        &self.lines[side].text()[function.span.clone()]
    }

    /// The change of one function; `None` if its text is the same.
    fn function(&self, before: Option<&Function>, after: Option<&Function>) -> Option<CodeChange> {
        let kind = match (before, after) {
            (Some(old), Some(new)) => {
                if self.text(0, old) == self.text(1, new) {
                    return None;
                }
                let [old, new] =
                    [(0, old), (1, new)].map(|(side, function): (usize, &Function)| ParsedSpan {
                        node: function.node,
                        text: self.lines[side].text(),
                        span: function.span.clone(),
                    });
                change_kind::change_kind(self.compiled?, &old, &new)
            }
            _ => ChangeKind::Code,
        };
        let code = |side: usize, function: &Function| Code {
            text: self.text(side, function).to_owned(),
            start_line: function.rows.start + 1,
            end_line: function.rows.end,
        };
        Some(CodeChange {
            level: Level::Function,
            name: after.or(before).map(|function| function.name.clone()),
            before: before.map(|function| code(0, function)),
            after: after.map(|function| code(1, function)),
            kind,
            renamed: before.zip(after).is_some_and(|(old, new)| old.name != new.name),
            parse_error: [before, after].into_iter().flatten().any(|function| function.node.has_error()),
        })
    }

    /// The changed runs of lines.
    fn runs(&self) -> Vec<CodeChange> {
        let [old, new] = &self.lines;
        let runs = hunk_context::with_context(&self.hunks, old, new);
        let changes = runs.into_iter().map(|hunk| {
            let before = code_at(old, &hunk.before);
            let after = code_at(new, &hunk.after);
            let kind =
                if before.is_some() && after.is_some() { self.run_kind(&hunk) } else { ChangeKind::Code };
            CodeChange {
                level: Level::Hunk,
                name: None,
                before,
                after,
                kind,
                renamed: false,
                parse_error: false,
            }
        });
        changes.filter(|change| change.before.is_some() || change.after.is_some()).collect()
    }

    fn run_kind(&self, hunk: &Hunk) -> ChangeKind {
        let [old, new] = &self.lines;
        let ([Some(old_tree), Some(new_tree)], Some(compiled)) = (&self.trees, self.compiled) else {
            return change_kind::change_kind_of_text(old.slice(&hunk.before), new.slice(&hunk.after));
        };
        let [before, after] =
            [(old, old_tree, &hunk.before), (new, new_tree, &hunk.after)].map(|(lines, tree, rows)| {
                ParsedSpan {
                    node: tree.root_node(),
                    text: lines.text(),
                    span: lines.start(rows.start)..lines.start(rows.end),
                }
            });
        match change_kind::change_kind(compiled, &before, &after) {
            // SourceLines alone do not tell which block they are in.
            ChangeKind::FormattingOnly if compiled.grammar.indented => ChangeKind::Code,
            kind => kind,
        }
    }
}

/// Changes come in the order of the lines they are in, what was deleted before what took its
/// place.
fn order(change: &CodeChange) -> (u32, bool, u32, Option<&str>) {
    let start = |code: &Code| code.start_line;
    let before = change.before.as_ref().map_or(0, start);
    let after = change.after.as_ref().map(start);
    (after.unwrap_or(before), after.is_some(), before, change.name.as_deref())
}

/// The lines `rows` as code; `None` if they are blank.
fn code_at(lines: &SourceLines, rows: &Range<u32>) -> Option<Code> {
    let text = lines.slice(rows);
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    let blank = text.trim().is_empty();
    (!blank).then(|| Code { text: text.to_owned(), start_line: rows.start + 1, end_line: rows.end })
}
