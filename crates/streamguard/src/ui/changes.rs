//! What changed between two codes: line by line, and word by word inside a line.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};
use streamguard_dataset::quality::MAX_CODE_CHARS;

use super::ink::is_name;

/// Longest codes whose words are compared, in bytes of both: what the quality check lets pass.
/// Longer ones come from elsewhere, and the time grows with the square of the length.
const WORDS_BYTES: usize = 2 * 4 * MAX_CODE_CHARS;

/// Most lines of both codes that are compared. The time grows with the square of their number
/// if they are few different ones: 50,000 take half a second, 200,000 take 8.
const COMPARED_LINES: usize = 50_000;

/// Least similarity of two lines that are shown as one line that changed, in percent.
const SIMILAR: usize = 33;

/// Words of a line that are compared to find the line that it became.
const COMPARED_WORDS: usize = 200;

/// Pairs of lines of a change that are compared; in a larger change only lines at the same
/// place are.
const COMPARED_PAIRS: usize = 4_000;

/// Longest text between two changed parts of a line that is swallowed, in bytes: one part reads
/// better than two with a full stop between them.
const SWALLOWED: usize = 2;

/// A stretch of two texts; lines are numbered from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stretch {
    /// The same lines in both.
    Same { before: usize, after: usize, lines: usize },
    /// Lines that are gone, and lines that are new.
    Changed(Vec<Change>),
}

/// A line that is gone, and the new one beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) before: Option<usize>,
    pub(crate) after: Option<usize>,
    /// Whether the one became the other.
    pub(crate) similar: bool,
}

/// Where the lines of a text are, without their ends: `\n`, or `\r\n` if all of them end so.
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

/// Compares lines.
pub(crate) fn stretches(before: &[&str], after: &[&str]) -> Vec<Stretch> {
    let bytes = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>();
    let by_words = bytes(before) + bytes(after) <= WORDS_BYTES;
    let (mut found, mut left, mut right) = (Vec::new(), 0, 0);
    for (old, new) in hunks(before, after) {
        if left < old.start {
            found.push(Stretch::Same { before: left, after: right, lines: old.start - left });
        }
        (left, right) = (old.end, new.end);
        let pairs = if by_words { pairs(&before[old.clone()], &after[new.clone()]) } else { Vec::new() };
        found.push(Stretch::Changed(align(old, new, &pairs)));
    }
    if left < before.len() {
        found.push(Stretch::Same { before: left, after: right, lines: before.len() - left });
    }
    found
}

/// Which lines became which others: histogram diff (Cohen, as in git), with changes slid to
/// where people expect them.
fn hunks(before: &[&str], after: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    if before.len() + after.len() > COMPARED_LINES {
        let same = |(old, new): &(&&str, &&str)| old == new;
        let head = before.iter().zip(after).take_while(same).count();
        let tail = before[head..].iter().rev().zip(after[head..].iter().rev()).take_while(same).count();
        let middle = (head..before.len() - tail, head..after.len() - tail);
        return if middle.0.is_empty() && middle.1.is_empty() { Vec::new() } else { vec![middle] };
    }
    let mut input = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let rows = |rows: Range<u32>| rows.start as usize..rows.end as usize;
    diff.hunks().map(|hunk| (rows(hunk.before), rows(hunk.after))).collect()
}

/// Puts the lines `old` beside the lines `new`: those of a pair (counted from the first lines)
/// beside each other, and the rest of them in between.
fn align(old: Range<usize>, new: Range<usize>, pairs: &[(usize, usize)]) -> Vec<Change> {
    let mut changes = Vec::new();
    let (mut left, mut right) = (old.start, new.start);
    let pairs = pairs.iter().map(|(before, after)| (old.start + before, new.start + after, true));
    for (before, after, similar) in pairs.chain([(old.end, new.end, false)]) {
        while left < before || right < after {
            let change = Change {
                before: (left < before).then_some(left),
                after: (right < after).then_some(right),
                similar: false,
            };
            left += usize::from(change.before.is_some());
            right += usize::from(change.after.is_some());
            changes.push(change);
        }
        if similar {
            changes.push(Change { before: Some(before), after: Some(after), similar });
            (left, right) = (before + 1, after + 1);
        }
    }
    changes
}

/// Which lines became which, in order: of all ways to pair similar lines the one with the
/// greatest sum of similarities.
fn pairs(before: &[&str], after: &[&str]) -> Vec<(usize, usize)> {
    let before: Vec<_> = before.iter().map(|line| sorted_words(line)).collect();
    let after: Vec<_> = after.iter().map(|line| sorted_words(line)).collect();
    if before.len().saturating_mul(after.len()) > COMPARED_PAIRS {
        let both = before.iter().zip(&after).enumerate();
        let similar = both.filter(|(_, (old, new))| similarity(old, new) >= SIMILAR);
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
            paired[i][j] = similarity >= SIMILAR && with >= without;
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

fn sorted_words(line: &str) -> Vec<&str> {
    let mut words: Vec<_> = words(line).filter(|word| !word.trim().is_empty()).take(COMPARED_WORDS).collect();
    words.sort_unstable();
    words
}

/// How much of two lines is the same words, in percent of their bytes (Sørensen-Dice).
fn similarity(before: &[&str], after: &[&str]) -> usize {
    let bytes = |words: &[&str]| words.iter().map(|word| word.len()).sum::<usize>();
    let (mut shared, mut left, mut right) = (0, before.iter().peekable(), after.iter().peekable());
    while let (Some(old), Some(new)) = (left.peek(), right.peek()) {
        let order = old.cmp(new);
        if order.is_eq() {
            shared += old.len();
        }
        if order.is_le() {
            left.next();
        }
        if order.is_ge() {
            right.next();
        }
    }
    (200 * shared).checked_div(bytes(before) + bytes(after)).unwrap_or(0)
}

/// The parts of two lines that differ, in bytes of each.
pub(crate) fn changed_parts(before: &str, after: &str) -> [Vec<Range<usize>>; 2] {
    let mut input = InternedInput::default();
    input.update_before(words(before));
    input.update_after(words(after));
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let (old, new): (Vec<_>, Vec<_>) = diff.hunks().map(|hunk| (hunk.before, hunk.after)).unzip();
    [parts(before, &old), parts(after, &new)]
}

/// The runs of words as bytes of the line, with short gaps between them swallowed.
fn parts(line: &str, changed: &[Range<u32>]) -> Vec<Range<usize>> {
    let mut borders = vec![0];
    borders.extend(words(line).scan(0, |end, word| {
        *end += word.len();
        Some(*end)
    }));
    let mut parts: Vec<Range<usize>> = Vec::new();
    for run in changed.iter().filter(|run| !run.is_empty()) {
        let part = borders[run.start as usize]..borders[run.end as usize];
        match parts.last_mut() {
            Some(last)
                if part.start - last.end <= SWALLOWED
                    && !line[last.end..part.start].contains(char::is_alphanumeric) =>
            {
                last.end = part.end;
            }
            _ => parts.push(part),
        }
    }
    parts
}

/// Names and numbers, runs of white space, and every other character by itself.
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

    fn pair(before: usize, after: usize) -> Change {
        Change { before: Some(before), after: Some(after), similar: true }
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
        let new = Change { before: None, after: Some(1), similar: false };
        let expected = [
            Stretch::Same { before: 0, after: 0, lines: 1 },
            Stretch::Changed(vec![new, pair(1, 2), pair(2, 3)]),
            Stretch::Same { before: 3, after: 4, lines: 1 },
        ];
        assert_eq!(stretches(&before, &after), expected);
    }

    #[test]
    fn every_line_of_a_change_is_shown_once() {
        let before: Vec<String> = (0..90).map(|n| format!("old {n}")).collect();
        let after: Vec<String> = (0..80).map(|n| format!("new {}", n / 7)).collect();
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let after: Vec<&str> = after.iter().map(String::as_str).collect();
        for few in [3, 80] {
            let found = stretches(&before[..few], &after[..few]);
            let [Stretch::Changed(changes)] = &found[..] else { panic!("{found:?}") };
            assert!(changes.iter().filter_map(|change| change.before).eq(0..few));
            assert!(changes.iter().filter_map(|change| change.after).eq(0..few));
        }
    }

    #[test]
    fn long_codes_are_compared_by_their_ends() {
        let number = |n: usize| n.to_string();
        let before: Vec<String> = (0..COMPARED_LINES).map(number).collect();
        let mut after = before.clone();
        after.swap(10, COMPARED_LINES - 10);
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let after: Vec<&str> = after.iter().map(String::as_str).collect();
        let found = stretches(&before, &after);
        assert_eq!(found[0], Stretch::Same { before: 0, after: 0, lines: 10 });
        assert_eq!(found[2], Stretch::Same { before: 49_991, after: 49_991, lines: 9 });
        let same = Stretch::Same { before: 0, after: 0, lines: COMPARED_LINES };
        assert_eq!(stretches(&before, &before), [same]);
        assert_eq!(stretches(&[], &[]), []);
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
