//! Line diff of files that are too long to compare line with line: anchored at the lines that occur once.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput, Token};

/// Most comparisons of lines in the worst case, of one pair of files: 20,000 lines with as many take half a second of
/// CPU time.
const MAX_COMPARISONS: u64 = 400_000_000;

/// Compares two long files. Returns `None` if they are short enough to be compared as they are.
///
/// Lines that occur once on both sides are matched, in the longest sequence that has the same order on both (as in Bram
/// Cohen's patience diff). The stretches between them are compared by histogram, the first ones first, as long as the
/// comparisons last; the rest of the stretches count as replaced.
pub(super) fn anchored_hunks(input: &InternedInput<&str>) -> Option<Vec<Hunk>> {
    let (before, after) = trimmed(&input.before, &input.after);
    if comparisons(&before, &after) <= MAX_COMPARISONS {
        return None;
    }
    let mut stretches = Stretches { input, left: MAX_COMPARISONS, hunks: Vec::new() };
    let (mut row, mut other) = (before.start, after.start);
    for (anchor, other_anchor) in anchors(input, &before, &after) {
        stretches.compare(row..anchor, other..other_anchor);
        (row, other) = (anchor + 1, other_anchor + 1);
    }
    stretches.compare(row..before.end, other..after.end);
    Some(stretches.hunks)
}

/// Returns the rows without those that are equal at the beginning and at the end of both sides.
fn trimmed(before: &[Token], after: &[Token]) -> (Range<u32>, Range<u32>) {
    let equal = |(a, b): &(&Token, &Token)| a == b;
    let start = before.iter().zip(after).take_while(equal).count();
    let (rest, other_rest) = (&before[start..], &after[start..]);
    let end = rest.iter().rev().zip(other_rest.iter().rev()).take_while(equal).count();
    let rows = |tokens: &[Token]| start as u32..(tokens.len() - end) as u32;
    (rows(before), rows(after))
}

fn comparisons(before: &Range<u32>, after: &Range<u32>) -> u64 {
    before.len() as u64 * after.len() as u64
}

/// Returns the rows of lines that occur once on both sides, in the longest sequence that rises on both.
fn anchors(input: &InternedInput<&str>, before: &Range<u32>, after: &Range<u32>) -> Vec<(u32, u32)> {
    // For each token: its number of occurrences, and its last row.
    let mut seen = vec![[(0_u32, 0_u32); 2]; input.interner.num_tokens() as usize];
    for (side, (tokens, rows)) in [(&input.before, before), (&input.after, after)].into_iter().enumerate() {
        for row in rows.clone() {
            let (count, last) = &mut seen[tokens[row as usize].0 as usize][side];
            (*count, *last) = (*count + 1, row);
        }
    }
    let unique = before.clone().filter_map(|row| match seen[input.before[row as usize].0 as usize] {
        [(1, _), (1, other)] => Some((row, other)),
        _ => None,
    });
    longest_rising(unique.collect())
}

/// Returns the longest sequence of pairs whose second rows rise, by Schensted's patience sorting. The first rows rise
/// already.
fn longest_rising(pairs: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    // For each length: the position of the pair with the lowest end of a sequence of that length.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (position, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < pair.1);
        previous.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = position,
            None => ends.push(position),
        }
    }
    let mut rising: Vec<_> = std::iter::successors(ends.last().copied(), |position| previous[*position])
        .map(|position| pairs[position])
        .collect();
    rising.reverse();
    rising
}

/// Stretches between anchors, and the hunks found in them.
struct Stretches<'a> {
    input: &'a InternedInput<&'a str>,
    /// Comparisons that are left.
    left: u64,
    hunks: Vec<Hunk>,
}

impl Stretches<'_> {
    fn compare(&mut self, before: Range<u32>, after: Range<u32>) {
        let cost = comparisons(&before, &after);
        if cost == 0 || cost > self.left {
            self.push(Hunk { before, after });
            return;
        }
        self.left -= cost;
        let (row, other) = (before.start, after.start);
        let mut part: InternedInput<&str> = InternedInput::default();
        let line = |tokens: &[Token], row: u32| self.input.interner[tokens[row as usize]];
        part.update_before(before.map(|row| line(&self.input.before, row)));
        part.update_after(after.map(|row| line(&self.input.after, row)));
        let mut diff = Diff::compute(Algorithm::Histogram, &part);
        diff.postprocess_lines(&part);
        for Hunk { before, after } in diff.hunks() {
            self.push(Hunk {
                before: before.start + row..before.end + row,
                after: after.start + other..after.end + other,
            });
        }
    }

    fn push(&mut self, hunk: Hunk) {
        // Between two hunks there is at least one line that both sides share.
        match self.hunks.last_mut() {
            _ if hunk.before.is_empty() && hunk.after.is_empty() => {}
            Some(last) if last.before.end == hunk.before.start && last.after.end == hunk.after.start => {
                (last.before.end, last.after.end) = (hunk.before.end, hunk.after.end);
            }
            _ => self.hunks.push(hunk),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input<'a>(before: &'a str, after: &'a str) -> InternedInput<&'a str> {
        let mut input = InternedInput::default();
        input.update_before(before.lines());
        input.update_after(after.lines());
        input
    }

    /// Returns the hunks as ranges of rows, if the files are long.
    fn ranges(before: &str, after: &str) -> Option<Vec<(Range<u32>, Range<u32>)>> {
        let hunks = anchored_hunks(&input(before, after))?;
        Some(hunks.into_iter().map(|hunk| (hunk.before, hunk.after)).collect())
    }

    #[test]
    fn short_stretches_of_long_files_are_compared_as_short_files_are() {
        let lines = |changed: [usize; 2]| {
            (0..40_000)
                .map(|row| format!("{row}{}\n", if changed.contains(&row) { "!" } else { "" }))
                .collect()
        };
        let (before, after): (String, String) = (lines([40_000; 2]), lines([1, 39_990]));
        assert_eq!(ranges(&before, &after), Some(vec![(1..2, 1..2), (39_990..39_991, 39_990..39_991)]));
        assert_eq!(ranges(&before, &lines([20_000; 2])), None, "what is equal at both ends does not count");
    }

    #[test]
    fn lines_that_moved_are_no_anchors() {
        let rows = |rows: &[u32]| rows.iter().copied().zip(0..).map(|(a, b)| (b, a)).collect::<Vec<_>>();
        assert_eq!(longest_rising(rows(&[0, 4, 1, 2, 3])), [(0, 0), (2, 1), (3, 2), (4, 3)]);
        assert_eq!(longest_rising(rows(&[])), []);
    }

    #[test]
    fn what_no_line_anchors_counts_as_replaced() {
        let lines =
            |from: usize| (from..from + 25_000).map(|row| format!("{}\n", row % 7)).collect::<String>();
        let found = ranges(&lines(0), &lines(3)).expect("long files");
        assert_eq!(found, [(0..25_000, 0..25_000)]);
    }
}
