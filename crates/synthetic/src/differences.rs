//! Differences between the two sides of a shape.

use std::iter;
use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

/// Most differences that are kept apart; a shape with more has one that spans them all.
pub(crate) const MAX_DIFFERENCES: usize = 6;

/// A stretch in which the sides differ, in bytes of the sides.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Stretch of the vulnerable side.
    pub replaced: Range<usize>,
    /// Stretch of the fixed side that stands there instead.
    pub replacement: Range<usize>,
}

/// Returns the stretches in which the sides differ, in their order, each without what it begins and ends with on
/// both sides.
pub(crate) fn differences(vulnerable: &str, fixed: &str) -> Vec<Difference> {
    let mut lines = InternedInput::default();
    lines.update_before(vulnerable.split_inclusive('\n'));
    lines.update_after(fixed.split_inclusive('\n'));
    let (before, after) = (line_starts(vulnerable), line_starts(fixed));
    let diff = Diff::compute(Algorithm::Myers, &lines);
    let differences: Vec<Difference> = diff
        .hunks()
        .map(|hunk| {
            let replaced = before[hunk.before.start as usize]..before[hunk.before.end as usize];
            let replacement = after[hunk.after.start as usize]..after[hunk.after.end as usize];
            trimmed(vulnerable, fixed, Difference { replaced, replacement })
        })
        .collect();
    if differences.len() <= MAX_DIFFERENCES {
        return differences;
    }
    let (first, last) = (&differences[0], &differences[differences.len() - 1]);
    let replaced = first.replaced.start..last.replaced.end;
    vec![Difference { replaced, replacement: first.replacement.start..last.replacement.end }]
}

/// Returns where each line begins, and the end of the text.
fn line_starts(text: &str) -> Vec<usize> {
    let ends = text.split_inclusive('\n').scan(0, |end, line| {
        *end += line.len();
        Some(*end)
    });
    iter::once(0).chain(ends).collect()
}

fn trimmed(vulnerable: &str, fixed: &str, difference: Difference) -> Difference {
    let Difference { replaced, replacement } = difference;
    let (prefix, suffix) = common_ends(&vulnerable[replaced.clone()], &fixed[replacement.clone()]);
    Difference {
        replaced: replaced.start + prefix..replaced.end - suffix,
        replacement: replacement.start + prefix..replacement.end - suffix,
    }
}

/// Returns how many bytes two texts have in common at their start and at their end, not overlapping.
fn common_ends(left: &str, right: &str) -> (usize, usize) {
    let same = |(a, b): &(char, char)| a == b;
    let length = |pairs: &mut dyn Iterator<Item = (char, char)>| {
        pairs.take_while(same).map(|(a, _)| a.len_utf8()).sum()
    };
    let prefix: usize = length(&mut left.chars().zip(right.chars()));
    let (left, right) = (&left[prefix..], &right[prefix..]);
    (prefix, length(&mut left.chars().rev().zip(right.chars().rev())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_as_small_as_can_be() {
        let (vulnerable, fixed) = ("a\nuse(raw(v))\nb\nc\n", "a\nuse(clean(v))\nb\ncheck\nc\n");
        let found = differences(vulnerable, fixed);
        let texts = |difference: &Difference| {
            (&vulnerable[difference.replaced.clone()], &fixed[difference.replacement.clone()])
        };
        assert_eq!(found.iter().map(texts).collect::<Vec<_>>(), [("raw", "clean"), ("", "check\n")]);
    }

    #[test]
    fn many_differences_become_one() {
        let side = |word: &str| format!("{word}\nsame\n").repeat(MAX_DIFFERENCES + 1);
        let (vulnerable, fixed) = (side("x"), side("y"));
        let end = vulnerable.len() - "\nsame\n".len();
        assert_eq!(differences(&vulnerable, &fixed), [Difference { replaced: 0..end, replacement: 0..end }]);
    }
}
