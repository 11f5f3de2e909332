//! The unit of durations that are written without one. A single value does not tell it, so it is decided once for all
//! values of a file, from those of its first lines.

use super::fields::JsonDialect;
use crate::parse::pattern::LatencyUnit;

/// Digits from which on a whole number of Caddy is one of nanoseconds; with fewer it is one of seconds.
const MIN_CADDY_NS_DIGITS: usize = 4;

/// Median from which on whole numbers are not milliseconds, since few programs take a minute for half of their
/// requests: they are nanoseconds or microseconds.
const MIN_FINE_MEDIAN: u64 = 60_000;

/// A number that is a duration without a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BareDuration {
    /// A number with decimals or an exponent.
    Fraction,
    /// A whole number; `u64::MAX` if it is larger.
    Whole(u64),
}

/// What the durations of a file have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BareDurations {
    has_fraction: bool,
    /// Whether the unit is finer than milliseconds.
    is_fine: bool,
}

impl BareDuration {
    /// Reads a number, or returns `None` for other text, such as a duration with its unit.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // Nearly always digits and a point, for which a number need not be made.
        match text.bytes().position(|byte| !byte.is_ascii_digit()) {
            None if (1..19).contains(&text.len()) => return text.parse().ok().map(Self::Whole),
            Some(point) if point > 0 && text[point..].len() > 1 => {
                let is_fraction = text[point..].starts_with('.')
                    && text.as_bytes()[point + 1..].iter().all(u8::is_ascii_digit);
                if is_fraction {
                    return Some(Self::Fraction);
                }
            }
            _ => {}
        }
        let number = text.parse::<f64>().ok().filter(|number| *number >= 0.0)?;
        if text.contains(['.', 'e', 'E']) {
            return Some(Self::Fraction);
        }
        // A conversion to an integer stops at its bounds.
        Some(Self::Whole(number as u64))
    }

    /// Returns whether the number is one of Caddy's `duration_format` in nanoseconds, which has no decimals.
    fn is_caddy_nanoseconds(self) -> bool {
        matches!(self, Self::Whole(number) if number >= 10u64.pow(MIN_CADDY_NS_DIGITS as u32 - 1))
    }
}

impl BareDurations {
    /// Sums up the durations of a file's first lines.
    pub(crate) fn of(durations: &[BareDuration]) -> Self {
        let mut whole: Vec<u64> = durations
            .iter()
            .filter_map(|duration| match duration {
                BareDuration::Whole(number) => Some(*number),
                BareDuration::Fraction => None,
            })
            .collect();
        whole.sort_unstable();
        let median = whole.get(whole.len() / 2);
        Self {
            has_fraction: whole.len() < durations.len(),
            is_fine: median.is_some_and(|median| *median >= MIN_FINE_MEDIAN),
        }
    }

    /// Returns the unit of a duration, or `None` if it is not known.
    pub(super) fn unit(self, dialect: Option<JsonDialect>, duration: BareDuration) -> Option<LatencyUnit> {
        match dialect {
            Some(JsonDialect::Caddy) if duration.is_caddy_nanoseconds() => Some(LatencyUnit::Nanoseconds),
            Some(JsonDialect::Caddy) => Some(LatencyUnit::Seconds),
            Some(JsonDialect::Rails) => Some(LatencyUnit::Milliseconds),
            Some(JsonDialect::Nginx | JsonDialect::Azure) if self.has_fraction => Some(LatencyUnit::Seconds),
            // nginx has no other time than seconds with decimals.
            Some(JsonDialect::Nginx) => None,
            // As many programs write seconds as milliseconds with decimals.
            _ if self.has_fraction || self.is_fine || duration == BareDuration::Fraction => None,
            _ => Some(LatencyUnit::Milliseconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_durations_of_a_file_have_one_unit() {
        use LatencyUnit::{Milliseconds, Nanoseconds, Seconds};
        let (nginx, azure) = (Some(JsonDialect::Nginx), Some(JsonDialect::Azure));
        let (caddy, rails) = (Some(JsonDialect::Caddy), Some(JsonDialect::Rails));
        for (dialect, texts, unit) in [
            (None, &["0.137", "1", "2"][..], None),
            (None, &["5", "58.33"], None),
            (None, &["5", "58", "70000"], Some(Milliseconds)),
            (None, &["5", "91623", "1091623"], None),
            (None, &["99999999999999999999999"], None),
            (nginx, &["0.137", "1"], Some(Seconds)),
            (nginx, &["137", "5"], None),
            (azure, &["0.222", "3"], Some(Seconds)),
            (azure, &["222", "3"], Some(Milliseconds)),
            (caddy, &["1e-3", "1"], Some(Seconds)),
            (caddy, &["1000"], Some(Nanoseconds)),
            (rails, &["58.33", "5"], Some(Milliseconds)),
        ] {
            let durations: Vec<_> = texts.iter().filter_map(|text| BareDuration::parse(text)).collect();
            assert_eq!(durations.len(), texts.len(), "{texts:?}");
            let together = BareDurations::of(&durations);
            for duration in durations {
                assert_eq!(together.unit(dialect, duration), unit, "{dialect:?} {texts:?}");
            }
        }
        // The unit stays what the first lines show.
        let whole = BareDurations::of(&[BareDuration::Whole(5)]);
        assert_eq!(whole.unit(None, BareDuration::Fraction), None);
        for text in ["1.5ms", "-1", "", "soon", "NaN"] {
            assert_eq!(BareDuration::parse(text), None, "{text}");
        }
    }
}
