//! Both sides of a changed file, and the changes between them.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use streamguard_dataset::{Language, SampleLevel};
use tree_sitter::Tree;

use super::change_kind::{self, ChangeKind, ParsedSpan};
use super::diff::Hunk;
use super::file_change::{CodeChange, CodeSnippet, FileComparison, UnchangedFunction};
use super::grammar::CompiledGrammar;
use super::hunk_context;
use super::lines::SourceLines;
use super::matching::{self, FileSide, FunctionPair};
use super::outline::{ChangedLines, FunctionOutline, FunctionSpan};

/// Both sides of a file: index 0 is before the change, index 1 after.
pub(super) struct FilePair<'a> {
    pub(super) language: Language,
    /// `None` if the language has no parser, or the sides are in different languages.
    pub(super) grammar: Option<&'a CompiledGrammar>,
    pub(super) lines: [SourceLines<'a>; 2],
    pub(super) trees: [Option<Tree>; 2],
    pub(super) hunks: Vec<Hunk>,
    /// Whether functions that did not change are part of the result.
    pub(super) keeps_unchanged: bool,
}

/// Changed lines after lines that two functions share have been assigned.
struct LineOwners {
    /// Changed lines of each function of each side.
    own: [Vec<u32>; 2],
    /// Changed lines outside functions that are not blank.
    outside: u32,
    /// Whether any changed line, blank or not, is outside functions.
    any_outside: bool,
}

impl FilePair<'_> {
    /// Finds the changed functions or, if there are none, the changed hunks.
    pub(super) fn compare(&self) -> FileComparison {
        let outlines = [self.outline(0, |hunk| &hunk.before), self.outline(1, |hunk| &hunk.after)];
        let mut owners = LineOwners {
            own: [Vec::new(), Vec::new()],
            outside: outlines.iter().map(|outline| outline.outside).sum(),
            any_outside: outlines.iter().any(|outline| outline.any_outside),
        };
        let functions = outlines.map(|outline| outline.functions);
        let pairs = {
            let [before, after] =
                [0, 1].map(|side| FileSide { text: self.lines[side].text(), functions: &functions[side] });
            matching::pair_functions(&before, &after, &self.hunks)
        };
        self.assign_shared_lines(&functions, &pairs, &mut owners);
        let own = &owners.own;
        let mut changes: Vec<CodeChange> = pairs
            .iter()
            .filter(|pair| {
                pair.before.is_some_and(|i| own[0][i] > 0) || pair.after.is_some_and(|j| own[1][j] > 0)
            })
            .filter_map(|pair| {
                let before = pair.before.map(|i| &functions[0][i]);
                let after = pair.after.map(|j| &functions[1][j]);
                let change = self.function_change(before, after)?;
                Some(CodeChange { ambiguous: pair.ambiguous, ..change })
            })
            .collect();
        changes.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        if changes.is_empty() && owners.any_outside {
            changes = self.hunk_changes();
        }
        // Unchanged functions are samples only beside changed ones.
        let unchanged = match changes.iter().any(|change| change.level == SampleLevel::Function) {
            true => self.unchanged_functions(),
            false => Vec::new(),
        };
        FileComparison {
            language: self.language,
            changes,
            unchanged,
            invalid_utf8: false,
            changed_lines_outside: owners.outside,
        }
    }

    /// Returns the functions with the same text on both sides, in their order.
    fn unchanged_functions(&self) -> Vec<UnchangedFunction> {
        if !self.keeps_unchanged {
            return Vec::new();
        }
        // Outlines of a change leave out what is far from it.
        let [old, new] = [0, 1].map(|side| {
            let outline = self.outline_of(side, &ChangedLines::all(self.lines[side].count()));
            // Functions within others are part of those.
            let functions = outline.functions.into_iter();
            functions.filter(|function| function.parent.is_none() && !function.parse_error)
        });
        // Of several functions with one name and text, the first ones are the same.
        let mut rows_before: HashMap<_, VecDeque<Range<u32>>> = HashMap::new();
        for function in old {
            let text = self.text(0, &function);
            rows_before.entry((function.name, text)).or_default().push_back(function.rows);
        }
        new.filter_map(|function| {
            let same = rows_before.get_mut(&(function.name.clone(), self.text(1, &function)));
            let rows = same?.pop_front()?;
            Some(UnchangedFunction {
                code: self.snippet(1, &function),
                name: function.name,
                start_line_before: rows.start + 1,
                end_line_before: rows.end,
            })
        })
        .collect()
    }

    fn snippet(&self, side: usize, function: &FunctionSpan) -> CodeSnippet {
        CodeSnippet {
            text: self.text(side, function).to_owned(),
            start_line: function.rows.start + 1,
            end_line: function.rows.end,
        }
    }

    fn outline(&self, side: usize, rows: fn(&Hunk) -> &Range<u32>) -> FunctionOutline<'_> {
        self.outline_of(side, &ChangedLines::new(&self.hunks, rows))
    }

    fn outline_of(&self, side: usize, changed: &ChangedLines) -> FunctionOutline<'_> {
        let tree = self.trees[side].as_ref().zip(self.grammar);
        FunctionOutline::new(tree, &self.lines[side], changed)
    }

    /// Assigns the changed lines in which a function begins or ends beside other code.
    ///
    /// Such a line (`}, 1);`) counts for the function first. If the function has the same text on both
    /// sides, the change must be in the code around it, so the line moves there.
    fn assign_shared_lines(
        &self,
        functions: &[Vec<FunctionSpan>; 2],
        pairs: &[FunctionPair],
        owners: &mut LineOwners,
    ) {
        owners.own = functions.each_ref().map(|side| side.iter().map(|f| f.own_changed).collect());
        for (i, j) in pairs.iter().filter_map(|pair| pair.before.zip(pair.after)) {
            if self.text(0, &functions[0][i]) != self.text(1, &functions[1][j]) {
                continue;
            }
            for (side, index) in [(0, i), (1, j)] {
                let function = &functions[side][index];
                match function.parent {
                    Some(parent) => owners.own[side][parent] += function.shared_changed,
                    None => owners.outside += function.shared_changed,
                }
                owners.any_outside |= function.parent.is_none() && function.shared_changed > 0;
            }
        }
    }

    fn text(&self, side: usize, function: &FunctionSpan) -> &str {
        &self.lines[side].text()[function.span.clone()]
    }

    /// Describes the change of one function; `None` if the text is the same on both sides.
    fn function_change(
        &self,
        before: Option<&FunctionSpan>,
        after: Option<&FunctionSpan>,
    ) -> Option<CodeChange> {
        let kind = match (before, after) {
            (Some(old), Some(new)) => {
                if self.text(0, old) == self.text(1, new) {
                    return None;
                }
                let [old, new] =
                    [(0, old), (1, new)].map(|(side, function): (usize, &FunctionSpan)| ParsedSpan {
                        node: function.node,
                        text: self.lines[side].text(),
                        span: function.span.start..function.node_end.max(function.span.end),
                    });
                change_kind::classify_parsed(self.grammar?, &old, &new)
            }
            _ => ChangeKind::Code,
        };
        Some(CodeChange {
            level: SampleLevel::Function,
            name: after.or(before).map(|function| function.name.clone()),
            before: before.map(|function| self.snippet(0, function)),
            after: after.map(|function| self.snippet(1, function)),
            kind,
            ambiguous: false,
            renamed: before.zip(after).is_some_and(|(old, new)| old.name != new.name),
            parse_error: [before, after].into_iter().flatten().any(|function| function.parse_error),
        })
    }

    /// Describes the changed hunks with their context.
    fn hunk_changes(&self) -> Vec<CodeChange> {
        let [old, new] = &self.lines;
        let hunks = hunk_context::add_context(&self.hunks, old, new);
        let changes = hunks.into_iter().map(|hunk| {
            let before = snippet_of(old, &hunk.before);
            let after = snippet_of(new, &hunk.after);
            let both = before.is_some() && after.is_some();
            let kind = if both { self.hunk_kind(&hunk) } else { ChangeKind::Code };
            CodeChange {
                level: SampleLevel::Hunk,
                name: None,
                before,
                after,
                kind,
                ambiguous: false,
                renamed: false,
                parse_error: false,
            }
        });
        changes.filter(|change| change.before.is_some() || change.after.is_some()).collect()
    }

    fn hunk_kind(&self, hunk: &Hunk) -> ChangeKind {
        let [old, new] = &self.lines;
        let ([Some(old_tree), Some(new_tree)], Some(compiled)) = (&self.trees, self.grammar) else {
            return change_kind::classify_text(old.slice(&hunk.before), new.slice(&hunk.after));
        };
        let [before, after] =
            [(old, old_tree, &hunk.before), (new, new_tree, &hunk.after)].map(|(lines, tree, rows)| {
                ParsedSpan {
                    node: tree.root_node(),
                    text: lines.text(),
                    span: lines.start(rows.start)..lines.start(rows.end),
                }
            });
        match change_kind::classify_parsed(compiled, &before, &after) {
            // In Python, indentation alone may move a line to another block, and a hunk does not show
            // which block its lines are in.
            ChangeKind::FormattingOnly if compiled.grammar.indented => ChangeKind::Code,
            kind => kind,
        }
    }
}

/// Orders changes by their first line; deleted code comes before the code that took its place.
fn sort_key(change: &CodeChange) -> (u32, bool, u32, Option<&str>) {
    let start = |snippet: &CodeSnippet| snippet.start_line;
    let before = change.before.as_ref().map_or(0, start);
    let after = change.after.as_ref().map(start);
    (after.unwrap_or(before), after.is_some(), before, change.name.as_deref())
}

/// Returns the lines `rows` without the last line end; `None` if they are blank.
fn snippet_of(lines: &SourceLines, rows: &Range<u32>) -> Option<CodeSnippet> {
    let text = lines.slice(rows);
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    let blank = text.trim().is_empty();
    (!blank).then(|| CodeSnippet { text: text.to_owned(), start_line: rows.start + 1, end_line: rows.end })
}
