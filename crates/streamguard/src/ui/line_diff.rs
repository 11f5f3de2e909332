//! Difference between two codes: line by line, and word by word inside of a line.

use std::ops::Range;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices_deadline};
use streamguard_dataset::quality::LONG_CODE_CHARS;

use super::styled_text::is_name;

/// Longest codes whose words are compared, in bytes of both: the limit of the quality check. Longer codes
/// come from elsewhere.
const MAX_WORD_BYTES: usize = 2 * 4 * LONG_CODE_CHARS;

/// Time for the comparison of all lines. The work grows with the square of their number if few of them
/// differ from each other, and the code is hostile; at the end of the time the rest counts as changed.
const LINES_TIME: Duration = Duration::from_millis(500);

/// Time for the comparison of the words of two lines.
const WORDS_TIME: Duration = Duration::from_millis(50);

/// Least similarity of two lines that are shown as one changed line, in percent.
const MIN_SIMILARITY: usize = 33;

/// Words of a line that are compared to find the line that it became.
const MAX_COMPARED_WORDS: usize = 200;

/// Pairs of lines of a change that are compared. In a larger change only lines at the same position are.
const MAX_COMPARED_PAIRS: usize = 4_000;

/// Longest text between two changed parts of a line that joins them, in bytes: one part reads better than
/// two with a full stop between them.
const MAX_JOINED_GAP: usize = 2;

/// A section of two texts. Lines are numbered from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DiffSection {
    /// Lines that both have.
    Same { before: usize, after: usize, lines: usize },
    /// Removed and added lines.
    Changed(Vec<LinePair>),
}

/// A removed line, and the added line beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinePair {
    pub(crate) before: Option<usize>,
    pub(crate) after: Option<usize>,
    /// Whether the one became the other.
    pub(crate) similar: bool,
}

/// Returns the ranges of the lines of a text, without their ends: `\n`, or `\r\n` if all of them end so.
pub(crate) fn lines(text: &str) -> Vec<Range<usize>> {
    let ends = text.matches('\n').count();
    let end = if text.matches("\r\n").count() == ends { "\r\n" } else { "\n" };
    let mut start = 0;
    let line = |line: &str| {
        let content = start..start + line.strip_suffix(end).unwrap_or(line).len();
        start += line.len();
        content
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Compares lines (patience diff, Cohen).
pub(crate) fn sections(before: &[&str], after: &[&str]) -> Vec<DiffSection> {
    let bytes = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>();
    let by_words = bytes(before) + bytes(after) <= MAX_WORD_BYTES;
    let deadline = Instant::now() + LINES_TIME;
    let operations = capture_diff_slices_deadline(Algorithm::Patience, before, after, Some(deadline));
    let is_same = |operation: &DiffOp| operation.tag() == DiffTag::Equal;
    let mut found = Vec::new();
    // A removal and the addition behind it are one change.
    for group in operations.chunk_by(|one, next| is_same(one) == is_same(next)) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let old = first.old_range().start..last.old_range().end;
        let new = first.new_range().start..last.new_range().end;
        found.push(if is_same(first) {
            DiffSection::Same { before: old.start, after: new.start, lines: old.len() }
        } else {
            let pairs = by_words.then(|| pairs(&before[old.clone()], &after[new.clone()]));
            DiffSection::Changed(align(old, new, &pairs.unwrap_or_default()))
        });
    }
    found
}

/// Aligns the lines `old` with the lines `new`: those of a pair (counted from the first lines) beside each
/// other, and the rest of them in between.
fn align(old: Range<usize>, new: Range<usize>, pairs: &[(usize, usize)]) -> Vec<LinePair> {
    let mut aligned = Vec::new();
    let (mut left, mut right) = (old.start, new.start);
    let pairs = pairs.iter().map(|(before, after)| (old.start + before, new.start + after, true));
    for (before, after, similar) in pairs.chain([(old.end, new.end, false)]) {
        while left < before || right < after {
            let pair = LinePair {
                before: (left < before).then_some(left),
                after: (right < after).then_some(right),
                similar: false,
            };
            left += usize::from(pair.before.is_some());
            right += usize::from(pair.after.is_some());
            aligned.push(pair);
        }
        if similar {
            aligned.push(LinePair { before: Some(before), after: Some(after), similar });
            (left, right) = (before + 1, after + 1);
        }
    }
    aligned
}

/// Returns the lines that became others, in order: of all ways to pair similar lines the one with the
/// greatest sum of similarities.
fn pairs(before: &[&str], after: &[&str]) -> Vec<(usize, usize)> {
    let before: Vec<_> = before.iter().map(|line| sorted_words(line)).collect();
    let after: Vec<_> = after.iter().map(|line| sorted_words(line)).collect();
    if before.len().saturating_mul(after.len()) > MAX_COMPARED_PAIRS {
        let both = before.iter().zip(&after).enumerate();
        let similar = both.filter(|(_, (old, new))| similarity(old, new) >= MIN_SIMILARITY);
        return similar.map(|(at, _)| (at, at)).collect();
    }
    // best[i][j]: the sum for the lines from i and from j on.
    let mut best = vec![vec![0; after.len() + 1]; before.len() + 1];
    let mut paired = vec![vec![false; after.len()]; before.len()];
    for (i, old) in before.iter().enumerate().rev() {
        for (j, new) in after.iter().enumerate().rev() {
            let without = best[i + 1][j].max(best[i][j + 1]);
            let similarity = similarity(old, new);
            let with = best[i + 1][j + 1] + similarity;
            paired[i][j] = similarity >= MIN_SIMILARITY && with >= without;
            best[i][j] = if paired[i][j] { with } else { without };
        }
    }
    let (mut found, mut i, mut j) = (Vec::new(), 0, 0);
    while i < before.len() && j < after.len() {
        if paired[i][j] {
            found.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[i + 1][j] >= best[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

/// Returns the words of a line in the order of the alphabet: two lines count as similar wherever their shared
/// words stand.
fn sorted_words(line: &str) -> Vec<&str> {
    let mut words: Vec<_> =
        words(line).filter(|word| !word.trim().is_empty()).take(MAX_COMPARED_WORDS).collect();
    words.sort_unstable();
    words
}

/// Returns the share of two lines that is the same words, in percent of their bytes (Sørensen-Dice). The
/// words of each line are sorted.
fn similarity(before: &[&str], after: &[&str]) -> usize {
    let bytes = |words: &[&str]| words.iter().map(|word| word.len()).sum::<usize>();
    let shared: usize = word_diff(before, after)
        .iter()
        .filter(|operation| operation.tag() == DiffTag::Equal)
        .map(|operation| bytes(&before[operation.old_range()]))
        .sum();
    (200 * shared).checked_div(bytes(before) + bytes(after)).unwrap_or(0)
}

fn word_diff(before: &[&str], after: &[&str]) -> Vec<DiffOp> {
    capture_diff_slices_deadline(Algorithm::Myers, before, after, Some(Instant::now() + WORDS_TIME))
}

/// Returns the parts of two lines that differ, in bytes of each line.
pub(crate) fn changed_parts(before: &str, after: &str) -> [Vec<Range<usize>>; 2] {
    let (old_words, new_words): (Vec<_>, Vec<_>) = (words(before).collect(), words(after).collect());
    let operations = word_diff(&old_words, &new_words);
    let changed = || operations.iter().filter(|operation| operation.tag() != DiffTag::Equal);
    [
        parts(before, &old_words, changed().map(DiffOp::old_range)),
        parts(after, &new_words, changed().map(DiffOp::new_range)),
    ]
}

/// Returns runs of words as bytes of their line. Short gaps between two runs are part of them.
fn parts(line: &str, words: &[&str], changed: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut borders = vec![0];
    borders.extend(words.iter().scan(0, |end, word| {
        *end += word.len();
        Some(*end)
    }));
    let mut parts: Vec<Range<usize>> = Vec::new();
    for run in changed.filter(|run| !run.is_empty()) {
        let part = borders[run.start]..borders[run.end];
        match parts.last_mut() {
            Some(last)
                if part.start - last.end <= MAX_JOINED_GAP
                    && !line[last.end..part.start].contains(char::is_alphanumeric) =>
            {
                last.end = part.end;
            }
            _ => parts.push(part),
        }
    }
    parts
}

/// Splits a line: names and numbers, runs of white space, and every other character by itself.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let other = |kind: fn(char) -> bool| rest.find(|next| !kind(next)).unwrap_or(rest.len());
        let end = match first {
            _ if is_name(first) => other(is_name),
            _ if first.is_whitespace() => other(char::is_whitespace),
            _ => first.len_utf8(),
        };
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(before: usize, after: usize) -> LinePair {
        LinePair { before: Some(before), after: Some(after), similar: true }
    }

    #[test]
    fn lines_have_no_ends() {
        assert_eq!(lines("ab\n\nc"), [0..2, 3..3, 4..5]);
        assert_eq!(lines("ab\n").first(), Some(&(0..2)));
        assert_eq!(lines("ab\r\n\r\nc"), [0..2, 4..4, 6..7]);
        assert_eq!(lines("ab\r\n\n"), [0..3, 4..4]);
        assert!(lines("").is_empty());
    }

    #[test]
    fn a_line_stands_beside_the_line_that_it_became() {
        let before = ["start", "query = 'SELECT ' + name", "run(query)", "end"];
        let after = ["start", "check(name)", "query = 'SELECT ?'", "run(query, [name])", "end"];
        let new = LinePair { before: None, after: Some(1), similar: false };
        let expected = [
            DiffSection::Same { before: 0, after: 0, lines: 1 },
            DiffSection::Changed(vec![new, pair(1, 2), pair(2, 3)]),
            DiffSection::Same { before: 3, after: 4, lines: 1 },
        ];
        assert_eq!(sections(&before, &after), expected);
    }

    #[test]
    fn every_line_of_a_change_is_shown_once() {
        let before: Vec<String> = (0..90).map(|n| format!("old {n}")).collect();
        let after: Vec<String> = (0..80).map(|n| format!("new {}", n / 7)).collect();
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let after: Vec<&str> = after.iter().map(String::as_str).collect();
        for few in [3, 80] {
            let found = sections(&before[..few], &after[..few]);
            let [DiffSection::Changed(changes)] = &found[..] else { panic!("{found:?}") };
            assert!(changes.iter().filter_map(|change| change.before).eq(0..few));
            assert!(changes.iter().filter_map(|change| change.after).eq(0..few));
        }
        assert_eq!(sections(&[], &[]), []);
    }

    #[test]
    fn the_comparison_of_hostile_codes_ends_and_shows_each_line() {
        let few_different = |seed: u64| {
            let numbers = (0..200_000_u64).map(move |n| (n * n * 7919 + seed * n) % 13 % 3);
            numbers.map(|n| ["a", "b", "c"][n as usize]).collect::<Vec<_>>()
        };
        let (before, after) = (few_different(1), few_different(5));
        // Without the deadline this takes hours.
        let found = sections(&before, &after);
        let shown: usize = found
            .iter()
            .map(|section| match section {
                DiffSection::Same { lines, .. } => *lines,
                DiffSection::Changed(pairs) => pairs.iter().filter(|pair| pair.before.is_some()).count(),
            })
            .sum();
        assert_eq!(shown, before.len());
    }

    #[test]
    fn changed_words_are_found() {
        let (before, after) = ("run(a, 'x' + b)", "run(a, safe.quote(b))");
        let [old, new] = changed_parts(before, after);
        assert_eq!(old.iter().map(|part| &before[part.clone()]).collect::<Vec<_>>(), ["'x' + "]);
        assert_eq!(new.iter().map(|part| &after[part.clone()]).collect::<Vec<_>>(), ["safe.quote(", ")"]);
        let [old, new] = changed_parts("ä b", "ä c d");
        assert_eq!((old.first(), new.first()), (Some(&(3..4)), Some(&(3..6))));
    }
}
