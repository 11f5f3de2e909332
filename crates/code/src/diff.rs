//! Line diff: the hunks between two texts, and arithmetic on them.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};
use tree_sitter::{InputEdit, Point};

use super::line_anchors::anchored_hunks;
use super::lines::SourceLines;

/// A run of lines (rows from 0, ends exclusive) that was replaced by another; one side may be empty.
pub(super) use imara_diff::Hunk;

/// Returns the hunks between two texts, first to last. Between two neighbouring hunks there is at
/// least one unchanged line on both sides.
///
/// Histogram diff (of JGit, also `git diff --histogram`) anchors on rare lines, so it keeps functions
/// together where Myers' algorithm (An O(ND) Difference Algorithm and Its Variations, 1986) matches
/// braces and blank lines of different functions. Nugroho, Hata and Matsumoto (How Different Are
/// Different diff Algorithms in Git?, 2020) recommend it for code changes. The postprocessing slides
/// hunks to boundaries where people expect them, as git's indent heuristic does.
///
/// The time that it takes may grow with the product of the numbers of lines. Where that is large, the lines that occur
/// once on either side are matched first, and only what lies between them is compared so.
pub(super) fn hunks(before: &SourceLines, after: &SourceLines) -> Vec<Hunk> {
    let mut input = InternedInput::default();
    input.update_before(before.iter());
    input.update_after(after.iter());
    if let Some(hunks) = anchored_hunks(&input) {
        return hunks;
    }
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    // Moves hunks to where people would put them, by git's indent heuristic.
    diff.postprocess_lines(&input);
    diff.hunks().collect()
}

/// Converts hunks to arguments of [`tree_sitter::Tree::edit`].
///
/// The last hunk comes first, so that every edit is in coordinates of `before`: an edit does not move
/// the text in front of it.
pub(super) fn edits(
    before: &SourceLines,
    after: &SourceLines,
    hunks: &[Hunk],
) -> impl Iterator<Item = InputEdit> {
    hunks.iter().rev().map(|hunk| {
        let start_byte = before.start(hunk.before.start);
        let start_position = before.point(hunk.before.start);
        let inserted_bytes = after.start(hunk.after.end) - after.start(hunk.after.start);
        let inserted_rows = after.point(hunk.after.end).row - after.point(hunk.after.start).row;
        InputEdit {
            start_byte,
            old_end_byte: before.start(hunk.before.end),
            new_end_byte: start_byte + inserted_bytes,
            start_position,
            old_end_position: before.point(hunk.before.end),
            new_end_position: Point {
                row: start_position.row + inserted_rows,
                column: after.point(hunk.after.end).column,
            },
        }
    })
}

/// Counts the unchanged lines that are in rows `left` of the old text and in rows `right` of the new.
pub(super) fn shared_lines(hunks: &[Hunk], left: &Range<u32>, right: &Range<u32>) -> u32 {
    // The unchanged run before hunk `i` starts where hunk `i - 1` ends.
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

/// Lines that differ between two texts, without their line ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineDiff<'a> {
    /// Lines that are only in the old text.
    pub removed: Vec<&'a str>,
    /// Lines that are only in the new text.
    pub added: Vec<&'a str>,
}

/// Compares two texts line by line.
///
/// ```
/// let diff = streamguard_code::line_diff("a\nb\nc\n", "a\nx\nc\n");
/// assert_eq!((diff.removed, diff.added), (vec!["b"], vec!["x"]));
/// ```
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
    fn a_line_end_is_part_of_its_line() {
        let found = line_diff("a\nb", "a\nb\n");
        assert_eq!(found, LineDiff { removed: vec!["b"], added: vec!["b"] });
    }

    #[test]
    fn counts_shared_lines_across_hunks() {
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
