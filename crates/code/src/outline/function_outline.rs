//! Assignment of changed lines to functions.

use std::cmp::Reverse;
use std::ops::Range;

use tree_sitter::Tree;

use super::c_spans::find_c_functions;
use super::changed_lines::ChangedLines;
use super::function_span::FunctionSpan;
use super::tree_walk::find_functions;
use crate::grammar::CompiledGrammar;
use crate::lines::SourceLines;

/// Functions of one side that contain changed lines or stand next to them.
pub(crate) struct FunctionOutline<'t> {
    /// Functions in the order of their first byte; a function comes before its inner functions.
    pub(crate) functions: Vec<FunctionSpan<'t>>,
    /// Number of changed lines outside functions that are not blank.
    pub(crate) outside: u32,
    /// Whether any changed line, blank or not, is outside functions.
    pub(crate) any_outside: bool,
}

impl<'t> FunctionOutline<'t> {
    /// Finds the functions around the changed lines; none without a tree.
    pub(crate) fn new(
        tree: Option<(&'t Tree, &CompiledGrammar)>,
        lines: &SourceLines,
        changed: &ChangedLines,
    ) -> Self {
        let mut functions = match tree {
            None => Vec::new(),
            Some((tree, CompiledGrammar { grammar, .. })) if grammar.preprocessed => {
                find_c_functions(tree, lines, changed)
            }
            Some((tree, grammar)) => find_functions(tree, grammar, lines, changed),
        };
        functions.sort_by_key(|f| (f.span.start, Reverse(f.span.end)));
        count_inside(&mut functions, lines, changed);
        let mut outline = Self { functions, outside: 0, any_outside: false };
        outline.count_outside(lines, changed);
        outline
    }

    /// Counts the changed lines outside functions.
    fn count_outside(&mut self, lines: &SourceLines, changed: &ChangedLines) {
        let mut outermost = self.functions.iter().filter(|f| f.parent.is_none()).map(|f| &f.rows).peekable();
        for row in changed.rows() {
            while outermost.next_if(|rows| rows.end <= row).is_some() {}
            if outermost.peek().is_none_or(|rows| row < rows.start) {
                self.any_outside = true;
                self.outside += u32::from(!lines.slice(&(row..row + 1)).trim().is_empty());
            }
        }
    }
}

/// Finds the parent of each function and counts its changed lines. A line belongs to the innermost
/// function around it.
fn count_inside(functions: &mut [FunctionSpan], lines: &SourceLines, changed: &ChangedLines) {
    // Functions around the current one. They are sorted by their start and nest properly, so a stack is
    // enough.
    let mut open: Vec<usize> = Vec::new();
    // For each function, and for the file at the end: the row up to which its inner functions have been
    // counted, since two inner functions may share a line; and the changed lines in them.
    let mut counted_to = vec![0; functions.len() + 1];
    let mut inner = vec![0; functions.len() + 1];
    for index in 0..functions.len() {
        let span = functions[index].span.clone();
        while open.last().is_some_and(|&last| functions[last].span.end < span.end) {
            open.pop();
        }
        let parent = open.last().copied();
        open.push(index);
        let around = parent.map_or(0..lines.text().len(), |parent| functions[parent].span.clone());
        let shared = shared_rows(&span, &around, lines).map(|row| changed.count(&(row..row + 1))).sum();
        let rows = functions[index].rows.clone();
        let holder = parent.unwrap_or(functions.len());
        let new_rows = rows.start.max(counted_to[holder])..rows.end;
        if !new_rows.is_empty() {
            inner[holder] += changed.count(&new_rows);
            counted_to[holder] = new_rows.end;
        }
        let function = &mut functions[index];
        function.parent = parent;
        function.shared_changed = shared;
        function.changed = changed.count(&rows);
    }
    for (function, inner) in functions.iter_mut().zip(&inner) {
        function.own_changed = function.changed - inner;
    }
}

/// Returns the first and the last row of `span`, each only if the row also contains other code.
fn shared_rows(span: &Range<usize>, around: &Range<usize>, lines: &SourceLines) -> impl Iterator<Item = u32> {
    let rows = lines.rows_of(span);
    let (first, last) = (rows.start, rows.end - 1);
    let text = |start: usize, end: usize| {
        lines.text().get(start.max(around.start)..end.min(around.end)).unwrap_or_default()
    };
    // Searched from the function outwards: of many functions in one long line each then finds its
    // neighbour at once.
    let leads = text(lines.start(first), span.start).chars().rev().any(char::is_alphanumeric);
    let trails = text(span.end, lines.start(last + 1)).chars().any(char::is_alphanumeric);
    let trailing = trails && !(leads && first == last);
    leads.then_some(first).into_iter().chain(trailing.then_some(last))
}
