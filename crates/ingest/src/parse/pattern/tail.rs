//! The latency that many servers write behind the Common or the Combined Log Format.

use super::field::LatencyUnit;
use super::line_pattern::{FastPrefix, LinePattern, split_word};
use crate::parse::duration::{Decimal, parse_worded_duration};
use crate::parse::log_date::DateCache;

/// Words behind the user agent that are looked at.
const MAX_WORDS: usize = 16;

/// Labels of a request's whole latency. Others, such as `urt=` of the upstream server, are parts of it.
const LABELS: [&str; 10] = [
    "rt=",
    "rt:",
    "request_time=",
    "request_time:",
    "req_time=",
    "response_time=",
    "duration=",
    "latency=",
    "time=",
    "took=",
];

/// Least number of decimals of a latency in seconds without a unit: nginx writes three.
const MIN_DECIMALS: usize = 3;

/// A value among the words behind a line's last field, in which quotes and brackets join words.
#[derive(Clone, Debug)]
pub(super) struct TailWord {
    /// Number of the word, counted from 0.
    index: usize,
    /// The text before the value, without which there is none.
    label: Box<[u8]>,
    part: WordPart,
}

/// The part of a word that is the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WordPart {
    /// The first value of a list.
    Whole,
    /// What is before the slash.
    BeforeSlash,
    /// What is behind the slash.
    BehindSlash,
}

impl TailWord {
    /// Returns the value and the rest behind the word, or `None` if there are not so many words. A value that is not
    /// there is empty.
    pub(super) fn find<'a>(&self, rest: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let (word, after) = split_word(rest, self.index)?;
        let slash = || memchr::memchr(b'/', word);
        let value = match self.part {
            WordPart::Whole => listed_value(word, &self.label),
            WordPart::BeforeSlash => slash().map(|at| &word[..at]),
            WordPart::BehindSlash => slash().map(|at| &word[at + 1..]),
        };
        Some((value.unwrap_or_default(), after))
    }

    /// Returns the value as a whole number.
    fn number(&self, rest: &[u8]) -> Option<u64> {
        std::str::from_utf8(self.find(rest)?.0).ok()?.parse().ok()
    }
}

/// Returns the first value of a list with this label, such as `0.128` of `rt="0.128",urt=0.1` or of `0.128, 0.1`.
fn listed_value<'a>(word: &'a [u8], label: &[u8]) -> Option<&'a [u8]> {
    let mut values = word.split(|byte| matches!(byte, b',' | b';'));
    let value = match label {
        b"" => values.next(),
        label => values.find_map(|value| value.strip_prefix(label)),
    }?;
    let value = value.strip_prefix(b"\"").unwrap_or(value);
    Some(value.strip_suffix(b"\"").unwrap_or(value))
}

/// Finds a latency among the words behind the fields of `prefix`, as [`find_tail_word`] does.
pub(crate) fn find_tail(prefix: FastPrefix, lines: &[&[u8]]) -> Option<LinePattern> {
    let mut dates = DateCache::default();
    let tails = lines.iter().filter_map(|line| Some(prefix.split(line, &mut dates)?.ok()?.1));
    let (word, unit) = find_tail_word(&tails.collect::<Vec<_>>())?;
    Some(LinePattern::with_word(prefix, word, unit))
}

/// Finds a latency at one place in most of the rests of lines. Its unit is written, or seconds if it has the decimals of
/// nginx's `$request_time`. A whole number without a unit is not taken for a latency, but beside it in seconds, as in
/// `%T/%D` of Apache's manual, it is one in milliseconds or microseconds.
pub(super) fn find_tail_word(tails: &[&[u8]]) -> Option<(TailWord, LatencyUnit)> {
    // A label says more than a number does.
    let labels = LABELS.iter().map(|label| label.as_bytes()).chain([&b""[..]]);
    for label in labels {
        // The most hits, and of several times the longest: the others are parts of it.
        let mut best: Option<((usize, u128), TailWord, LatencyUnit)> = None;
        for index in 0..MAX_WORDS {
            let word = TailWord { index, label: label.into(), part: WordPart::Whole };
            for unit in [LatencyUnit::Written, LatencyUnit::Seconds] {
                let found =
                    tails.iter().filter_map(|tail| latency_of(word.find(tail)?.0, unit)).map(u128::from);
                let rank = found.fold((0, 0), |(hits, sum), time| (hits + 1, sum + time));
                if rank.0 * 2 > tails.len() && best.as_ref().is_none_or(|(other, ..)| rank > *other) {
                    best = Some((rank, word.clone(), unit));
                }
            }
        }
        if let Some((_, word, unit)) = best {
            return Some((word, unit));
        }
    }
    for index in 0..MAX_WORDS {
        let of = |part| TailWord { index, label: [].into(), part };
        let (before, behind) = (of(WordPart::BeforeSlash), of(WordPart::BehindSlash));
        for (seconds, exact) in [(&before, &behind), (&behind, &before)] {
            let pairs: Vec<_> =
                tails.iter().filter_map(|tail| Some((seconds.number(tail)?, exact.number(tail)?))).collect();
            // Zeros have no unit.
            let telling = pairs.iter().filter(|(_, exact)| *exact > 0).count();
            if telling * 2 > tails.len()
                && let Some(unit) = unit_beside_seconds(&pairs)
            {
                return Some((exact.clone(), unit));
            }
        }
    }
    None
}

/// Returns the nanoseconds of a value that is a latency in this unit.
fn latency_of(value: &[u8], unit: LatencyUnit) -> Option<u64> {
    match unit {
        LatencyUnit::Written => {
            value.first().filter(|first| first.is_ascii_digit())?;
            parse_worded_duration(std::str::from_utf8(value).ok()?).ok()
        }
        _ => {
            let point = memchr::memchr(b'.', value)?;
            match Decimal::parse_prefix(value)? {
                // A number that is too long for a latency is a date.
                (number, []) if value.len() - point > MIN_DECIMALS => {
                    number.nanoseconds(unit.exponent()).ok()
                }
                _ => None,
            }
        }
    }
}

/// Returns the unit of numbers beside the whole seconds of the same times, unless none or both of two units fit all of
/// them: `0/137` is as well 137 ms as 137 us.
fn unit_beside_seconds(pairs: &[(u64, u64)]) -> Option<LatencyUnit> {
    let fits = |per_second: u64| pairs.iter().all(|(seconds, exact)| *seconds == exact / per_second);
    match (fits(1000), fits(1_000_000)) {
        (true, false) => Some(LatencyUnit::Milliseconds),
        (false, true) => Some(LatencyUnit::Microseconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_time_in_two_units_tells_them() {
        for (pairs, unit) in [
            (&[(0, 137_000), (1, 1_370_000)][..], Some(LatencyUnit::Microseconds)),
            (&[(0, 137), (0, 0), (1, 1370)], Some(LatencyUnit::Milliseconds)),
            // Quick answers alone tell nothing.
            (&[(0, 137), (0, 13)], None),
            (&[(0, 137_000), (7, 12)], None),
            (&[], None),
        ] {
            assert_eq!(unit_beside_seconds(pairs), unit, "{pairs:?}");
        }
    }
}
