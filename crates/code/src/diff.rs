//! SourceLines, and which of them changed.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};
use tree_sitter::{InputEdit, Point};

/// A run of lines (rows from 0, ends exclusive) that became another; one side may be empty.
pub(super) use imara_diff::Hunk;

/// A text and where its lines start. A line ends after its `\n`, as rows do in tree-sitter.
pub(super) struct SourceLines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> SourceLines<'a> {
    /// Finds the lines of `text`; an empty text has none.
    pub(super) fn new(text: &'a str) -> Self {
        let mut starts = Vec::new();
        if !text.is_empty() {
            starts.push(0);
            starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
            if text.ends_with('\n') {
                starts.pop();
            }
        }
        Self { text, starts }
    }

    /// The whole text.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// How many lines there are.
    pub(super) fn count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// Where `row` starts; the length of the text for rows past the end.
    pub(super) fn start(&self, row: u32) -> usize {
        self.starts.get(row as usize).copied().unwrap_or(self.text.len())
    }

    /// The row that holds the byte at `at`.
    pub(super) fn row_of(&self, at: usize) -> u32 {
        self.starts.partition_point(|&start| start <= at).saturating_sub(1) as u32
    }

    /// The rows that the bytes of `span` lie in.
    pub(super) fn rows_of(&self, span: &Range<usize>) -> Range<u32> {
        let last = span.end.saturating_sub(1).max(span.start);
        self.row_of(span.start)..self.row_of(last) + 1
    }

    /// The text of `rows`, with the last line's end.
    pub(super) fn slice(&self, rows: &Range<u32>) -> &'a str {
        &self.text[self.start(rows.start)..self.start(rows.end)]
    }

    fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.text.split_inclusive('\n')
    }

    /// Where `row` starts, as the parser counts. Past the last line it is the end of the text,
    /// which is in the last row if that has no line end.
    fn point(&self, row: u32) -> Point {
        if row < self.count() || self.text.is_empty() || self.text.ends_with('\n') {
            return Point { row: row as usize, column: 0 };
        }
        let last = self.count() - 1;
        Point { row: last as usize, column: self.text.len() - self.start(last) }
    }
}

/// The changed runs of lines, first to last: histogram diff, with runs slid to where people
/// expect them. Neither side of two neighbouring runs touches.
pub(super) fn hunks(before: &SourceLines, after: &SourceLines) -> Vec<Hunk> {
    let mut input = InternedInput::default();
    input.update_before(before.iter());
    input.update_after(after.iter());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    diff.hunks().collect()
}

/// What happened to a text, in the terms of [`tree_sitter::Tree::edit`]. The edits are to be
/// made in this order, last hunk first, so that each is in coordinates of `before`.
pub(super) fn edits(
    before: &SourceLines,
    after: &SourceLines,
    hunks: &[Hunk],
) -> impl Iterator<Item = InputEdit> {
    hunks.iter().rev().map(|hunk| {
        let start_byte = before.start(hunk.before.start);
        let start_position = before.point(hunk.before.start);
        let inserted = after.start(hunk.after.end) - after.start(hunk.after.start);
        let grown = after.point(hunk.after.end).row - after.point(hunk.after.start).row;
        InputEdit {
            start_byte,
            old_end_byte: before.start(hunk.before.end),
            new_end_byte: start_byte + inserted,
            start_position,
            old_end_position: before.point(hunk.before.end),
            new_end_position: Point {
                row: start_position.row + grown,
                column: after.point(hunk.after.end).column,
            },
        }
    })
}

/// How many unchanged lines the rows `left` of the one text and `right` of the other share.
pub(super) fn shared_lines(hunks: &[Hunk], left: &Range<u32>, right: &Range<u32>) -> u32 {
    // The run of unchanged lines before hunk `i` starts where hunk `i - 1` ends.
    let first = hunks.partition_point(|hunk| hunk.before.start <= left.start);
    let mut shared = 0;
    for index in first..=hunks.len() {
        let (start, other) =
            index.checked_sub(1).map_or((0, 0), |i| (hunks[i].before.end, hunks[i].after.end));
        if start >= left.end {
            break;
        }
        let end = hunks.get(index).map_or(u32::MAX, |hunk| hunk.before.start);
        let low = start.max(left.start);
        let high = end.min(left.end);
        if low < high {
            let (low, high) = (low - start + other, high - start + other);
            shared += high.min(right.end).saturating_sub(low.max(right.start));
        }
    }
    shared
}

/// The lines that differ between two texts, without their line ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineDiff<'a> {
    /// SourceLines of the one text that are gone from the other.
    pub removed: Vec<&'a str>,
    /// SourceLines of the other text that are new.
    pub added: Vec<&'a str>,
}

/// Compares two texts by their lines.
pub fn line_diff<'a>(before: &'a str, after: &'a str) -> LineDiff<'a> {
    let (before, after) = (SourceLines::new(before), SourceLines::new(after));
    let mut found = LineDiff::default();
    for hunk in hunks(&before, &after) {
        found.removed.extend(before.slice(&hunk.before).lines());
        found.added.extend(after.slice(&hunk.after).lines());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_whatever_their_ends() {
        for (text, count) in [("", 0), ("\n", 1), ("a", 1), ("a\n", 1), ("a\nb", 2), ("a\r\n\r\n", 2)] {
            assert_eq!(SourceLines::new(text).count(), count, "{text:?}");
        }
        let lines = SourceLines::new("ab\ncd");
        assert_eq!(lines.row_of(2), 0);
        assert_eq!(lines.row_of(3), 1);
        assert_eq!(lines.rows_of(&(0..3)), 0..1);
        assert_eq!(lines.rows_of(&(0..4)), 0..2);
        assert_eq!(lines.slice(&(1..2)), "cd");
    }

    #[test]
    fn a_line_end_is_part_of_its_line() {
        let found = line_diff("a\nb", "a\nb\n");
        assert_eq!(found, LineDiff { removed: vec!["b"], added: vec!["b"] });
    }

    #[test]
    fn unchanged_lines_are_counted_across_hunks() {
        let before = SourceLines::new("a\nb\nc\nd\ne\n");
        let after = SourceLines::new("a\nX\nY\nc\ne\n");
        let hunks = hunks(&before, &after);
        assert_eq!(hunks.len(), 2);
        assert_eq!(shared_lines(&hunks, &(0..5), &(0..5)), 3);
        assert_eq!(shared_lines(&hunks, &(2..4), &(3..4)), 1);
        assert_eq!(shared_lines(&hunks, &(2..4), &(4..5)), 0);
        assert_eq!(shared_lines(&hunks, &(4..5), &(4..5)), 1);
        assert_eq!(shared_lines(&[], &(1..3), &(2..4)), 1);
    }
}
