//! Lines of a text, with their byte offsets.

use std::ops::Range;

use tree_sitter::Point;

/// A text and the byte offsets of its lines. A line includes its `\n`, as rows do in tree-sitter.
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
            // A line feed ends a line; behind the last one no line follows.
            if text.ends_with('\n') {
                starts.pop();
            }
        }
        Self { text, starts }
    }

    /// Returns the whole text.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Returns the number of lines.
    pub(super) fn count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// Returns the byte offset of `row`; the length of the text for rows past the end.
    pub(super) fn start(&self, row: u32) -> usize {
        self.starts.get(row as usize).copied().unwrap_or(self.text.len())
    }

    /// Returns the row that contains the byte at `offset`.
    pub(super) fn row_of(&self, offset: usize) -> u32 {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1) as u32
    }

    /// Returns the rows that contain the bytes of `span`.
    pub(super) fn rows_of(&self, span: &Range<usize>) -> Range<u32> {
        let last = span.end.saturating_sub(1).max(span.start);
        self.row_of(span.start)..self.row_of(last) + 1
    }

    /// Returns the text of `rows`, including the last line end.
    pub(super) fn slice(&self, rows: &Range<u32>) -> &'a str {
        &self.text[self.start(rows.start)..self.start(rows.end)]
    }

    /// Iterates over the lines with their line ends.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.text.split_inclusive('\n')
    }

    /// Returns the position of the start of `row` as tree-sitter counts it.
    ///
    /// A row past the last line is the end of the text. If the last line has no line end,
    /// tree-sitter expects that position in the last row, not in a new one.
    pub(super) fn point(&self, row: u32) -> Point {
        if row < self.count() || self.text.is_empty() || self.text.ends_with('\n') {
            return Point { row: row as usize, column: 0 };
        }
        let last = self.count() - 1;
        Point { row: last as usize, column: self.text.len() - self.start(last) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_lines_with_any_line_end() {
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
}
