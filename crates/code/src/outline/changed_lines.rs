//! The changed lines of one side of a file.

use std::ops::Range;

use crate::diff::Hunk;

/// Changed lines of one side, with prefix sums to count them in any range.
pub(crate) struct ChangedLines {
    /// Changed rows, first to last.
    changed: Vec<Range<u32>>,
    /// Number of changed lines before each range of `changed`.
    counts_before: Vec<u32>,
    /// Changed rows and the row on each side of them. Where lines were only added, these rows find the
    /// function on the side that has no changed line.
    near: Vec<Range<u32>>,
}

impl ChangedLines {
    /// Collects the rows of `hunks` on the side that `side` selects.
    pub(crate) fn new(hunks: &[Hunk], side: fn(&Hunk) -> &Range<u32>) -> Self {
        let changed: Vec<_> = hunks.iter().map(side).filter(|rows| !rows.is_empty()).cloned().collect();
        let mut total = 0;
        let counts_before = changed.iter().map(|rows| {
            total += rows.len() as u32;
            total - rows.len() as u32
        });
        let counts_before = counts_before.collect();
        let near = hunks.iter().map(side).map(|rows| rows.start.saturating_sub(1)..rows.end + 1).collect();
        Self { changed, counts_before, near }
    }

    /// Returns all rows of a side as changed.
    pub(crate) fn all(count: u32) -> Self {
        let rows = 0..count;
        Self { changed: vec![rows.clone()], counts_before: vec![0], near: vec![rows] }
    }

    /// Iterates over the changed rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = u32> {
        self.changed.iter().flat_map(Clone::clone)
    }

    /// Counts the changed lines in `rows`.
    pub(super) fn count(&self, rows: &Range<u32>) -> u32 {
        self.count_before(rows.end) - self.count_before(rows.start)
    }

    /// Counts the changed lines before `row`.
    fn count_before(&self, row: u32) -> u32 {
        let index = self.changed.partition_point(|rows| rows.start < row);
        let Some(last) = index.checked_sub(1) else { return 0 };
        let rows = &self.changed[last];
        self.counts_before[last] + row.min(rows.end) - rows.start
    }

    /// Whether one of `rows` is changed or next to a changed line.
    pub(super) fn is_near(&self, rows: &Range<u32>) -> bool {
        let index = self.near.partition_point(|near| near.end <= rows.start);
        self.near.get(index).is_some_and(|near| near.start < rows.end)
    }
}
