//! The latency that many servers write behind the Combined Log Format.

use super::field::LatencyUnit;
use super::line_pattern::{LinePattern, split_word};
use crate::parse::common_log::combined_fields;
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

/// Finds a latency among the words behind the Combined Log Format, at one place in most of the `lines`. Its unit is
/// written, or seconds if it has the decimals of nginx's `$request_time`; a whole number without a unit is not taken
/// for a latency.
pub(crate) fn find_tail<'a>(lines: impl Iterator<Item = &'a [u8]> + Clone) -> Option<LinePattern> {
    let mut dates = DateCache::default();
    let mut tails = Vec::new();
    for line in lines {
        if let Ok((_, tail)) = combined_fields(line, &mut dates) {
            tails.push(tail);
        }
    }
    // A label says more than a number does.
    let labels = LABELS.iter().map(|label| label.as_bytes()).chain([&b""[..]]);
    for label in labels {
        for index in 0..MAX_WORDS {
            for unit in [LatencyUnit::Written, LatencyUnit::Seconds] {
                let fits = |tail: &&&[u8]| is_latency(tail, index, label, unit);
                if tails.iter().filter(fits).count() * 2 > tails.len() {
                    return Some(LinePattern::combined_with_word(index, label, unit));
                }
            }
        }
    }
    None
}

/// Returns whether a word of a tail is a latency in this unit.
fn is_latency(tail: &[u8], index: usize, label: &[u8], unit: LatencyUnit) -> bool {
    let word = split_word(tail, index).and_then(|(word, _)| word.strip_prefix(label));
    let Some(word) = word else { return false };
    match unit {
        LatencyUnit::Written => {
            let has_unit = word.first().is_some_and(u8::is_ascii_digit);
            has_unit && std::str::from_utf8(word).is_ok_and(|word| parse_worded_duration(word).is_ok())
        }
        _ => {
            let decimals = memchr::memchr(b'.', word).map_or(0, |point| word.len() - point - 1);
            decimals >= MIN_DECIMALS && matches!(Decimal::parse_prefix(word), Some((_, [])))
        }
    }
}
