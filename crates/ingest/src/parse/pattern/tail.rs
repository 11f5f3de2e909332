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

/// Finds a latency among the words behind the fields of `prefix`, at one place in most of the `lines`. Its unit is
/// written, or seconds if it has the decimals of nginx's `$request_time`. A whole number without a unit is not taken for
/// a latency, but beside it in seconds, as in `%T/%D` of Apache's manual, it is one in milliseconds or microseconds.
pub(crate) fn find_tail(prefix: FastPrefix, lines: &[&[u8]]) -> Option<LinePattern> {
    let mut dates = DateCache::default();
    let tails = lines.iter().filter_map(|line| Some(prefix.split(line, &mut dates)?.ok()?.1));
    let tails: Vec<&[u8]> = tails.collect();
    let is_most =
        |fits: &dyn Fn(&[u8]) -> bool| tails.iter().filter(|tail| fits(tail)).count() * 2 > tails.len();
    // A label says more than a number does.
    let labels = LABELS.iter().map(|label| label.as_bytes()).chain([&b""[..]]);
    for label in labels {
        for index in 0..MAX_WORDS {
            let word = TailWord { index, label: label.into(), part: WordPart::Whole };
            for unit in [LatencyUnit::Written, LatencyUnit::Seconds] {
                if is_most(&|tail| word.find(tail).is_some_and(|(value, _)| is_latency(value, unit))) {
                    return Some(LinePattern::with_word(prefix, word, unit));
                }
            }
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
                return Some(LinePattern::with_word(prefix, exact.clone(), unit));
            }
        }
    }
    None
}

/// Returns whether a value is a latency in this unit.
fn is_latency(value: &[u8], unit: LatencyUnit) -> bool {
    match unit {
        LatencyUnit::Written => {
            let has_unit = value.first().is_some_and(u8::is_ascii_digit);
            has_unit && std::str::from_utf8(value).is_ok_and(|value| parse_worded_duration(value).is_ok())
        }
        _ => {
            let decimals = memchr::memchr(b'.', value).map_or(0, |point| value.len() - point - 1);
            // A number that is too long for a latency is a date.
            let is_number = |value| matches!(Decimal::parse_prefix(value), Some((number, [])) if number.nanoseconds(unit.exponent()).is_ok());
            decimals >= MIN_DECIMALS && is_number(value)
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
