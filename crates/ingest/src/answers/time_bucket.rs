//! Sizes of buckets of time.

use serde::{Deserialize, Serialize};

/// Sizes in seconds that are chosen by themselves. Each is a multiple of the one before, so that buckets can be
/// merged.
const LADDER: [i64; 9] = [1, 10, 60, 300, 900, 3600, 21_600, 86_400, 604_800];

/// Seconds of a week.
const WEEK: i64 = 604_800;

/// The first Monday since 1970: weeks begin on Mondays.
const FIRST_MONDAY: i64 = 4 * 86_400;

/// Largest bucket, in seconds: about 32 years.
const MAX_SECONDS: i64 = 1 << 30;

/// Size of the buckets of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BucketSize {
    pub(crate) seconds: i64,
}

impl BucketSize {
    /// The smallest size, from which the ladder begins.
    pub(crate) const LEAST: Self = Self { seconds: LADDER[0] };

    /// Reads a size such as `30s`, `5m`, `1h`, `1d` or `1w`.
    ///
    /// # Errors
    /// A description if the text is not a size.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let factor = match unit.trim() {
            "s" => 1,
            "m" | "min" => 60,
            "h" => 3600,
            "d" => 86_400,
            "w" => WEEK,
            _ => return Err(format!("{text} is not a length of time such as 30s, 5m, 1h, 1d or 1w")),
        };
        let seconds = number.parse::<i64>().ok().and_then(|number| number.checked_mul(factor));
        match seconds {
            Some(seconds) if (1..=MAX_SECONDS).contains(&seconds) => Ok(Self { seconds }),
            _ => Err(format!("{text} is not between 1s and {}d", MAX_SECONDS / 86_400)),
        }
    }

    /// Returns the next size, into which buckets of this one are merged.
    pub(crate) fn next(self) -> Self {
        let larger = LADDER.iter().position(|size| *size == self.seconds).and_then(|at| LADDER.get(at + 1));
        Self { seconds: larger.copied().unwrap_or(self.seconds.saturating_mul(2)) }
    }

    /// Returns the second at which the bucket of a time begins.
    #[inline]
    pub(crate) fn start_of(self, time: i64) -> i64 {
        let origin = if self.seconds % WEEK == 0 { FIRST_MONDAY } else { 0 };
        time - (time - origin).rem_euclid(self.seconds)
    }

    /// Returns the size for reports, in its largest whole unit.
    pub(crate) fn describe(self) -> String {
        let units = [(WEEK, "w"), (86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
        let (seconds, unit) =
            units.into_iter().find(|(seconds, _)| self.seconds % seconds == 0).unwrap_or((1, "s"));
        format!("{}{unit}", self.seconds / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_described() {
        for (text, seconds) in [("30s", 30), ("5m", 300), ("1h", 3600), ("1d", 86_400), ("2w", 2 * WEEK)] {
            let size = BucketSize::parse(text).unwrap();
            assert_eq!((size.seconds, size.describe()), (seconds, text.to_owned()));
        }
        for text in ["", "5", "0s", "h", "-1h", "1y", "99999999999999999999d"] {
            assert!(BucketSize::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn buckets_of_the_ladder_lie_within_those_of_the_next_size() {
        let mut size = BucketSize::LEAST;
        for _ in 0..12 {
            let next = size.next();
            assert_eq!(next.seconds % size.seconds, 0);
            for time in [0, 1, -1, 1_431_857_103, -5_000_000] {
                assert_eq!(next.start_of(size.start_of(time)), next.start_of(time), "{size:?}, {time}");
            }
            size = next;
        }
        // 2015-05-18 was a Monday.
        assert_eq!(BucketSize::parse("1w").unwrap().start_of(1_431_993_600), 1_431_907_200);
    }
}
