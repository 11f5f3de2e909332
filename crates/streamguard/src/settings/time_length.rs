//! Lengths of time as people write them: `90s`, `5m`, `1h30m`.

use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};

/// Longest length, in seconds: a year. More is a mistake, and would overflow sums with points in time.
const MAX_SECONDS: f64 = 366.0 * 86_400.0;

/// Units, and their lengths in seconds. Those that begin like others come first.
const UNITS: [(&str, f64); 5] = [("ms", 0.001), ("d", 86_400.0), ("h", 3_600.0), ("m", 60.0), ("s", 1.0)];

/// A length of time that a person wrote: a number with a unit, or several of them; a number alone counts seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeLength(pub Duration);

impl FromStr for TimeLength {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a length of time such as 90s, 5m, 1h30m or 500ms");
        let mut rest = text.trim();
        let mut seconds = 0.0;
        if rest.is_empty() {
            return Err(wrong());
        }
        while !rest.is_empty() {
            let digits = rest.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(rest.len());
            let (number, behind) = rest.split_at(digits);
            let number: f64 = number.parse().map_err(|_| wrong())?;
            let behind = behind.trim_start();
            let unit = UNITS.iter().find(|(unit, _)| behind.starts_with(unit));
            let (length, end) = match unit {
                Some((unit, length)) => (*length, unit.len()),
                // Only a number that stands alone needs no unit: `1h30` could mean anything.
                None if behind.is_empty() && digits == text.trim().len() => (1.0, 0),
                None => return Err(wrong()),
            };
            seconds += number * length;
            rest = behind[end..].trim_start();
        }
        if seconds > MAX_SECONDS {
            return Err(format!("{text:?} is longer than a year"));
        }
        Ok(Self(Duration::from_secs_f64(seconds)))
    }
}

impl<'de> Deserialize<'de> for TimeLength {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a length of time such as \"90s\", or a number of seconds")]
        enum Written {
            Seconds(f64),
            Text(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Seconds(seconds) => seconds.to_string().parse(),
            Written::Text(text) => text.parse(),
        }
        .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_with_their_units() {
        for (text, milliseconds) in [
            ("90", 90_000),
            ("0", 0),
            ("1.5", 1_500),
            ("90s", 90_000),
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("2 h", 7_200_000),
            ("500ms", 500),
            ("1d", 86_400_000),
        ] {
            assert_eq!(text.parse(), Ok(TimeLength(Duration::from_millis(milliseconds))), "{text}");
        }
        for text in ["", "m", "1h30", "-1s", "5 minutes", "1e3", "1..2s", "400d"] {
            assert!(text.parse::<TimeLength>().is_err(), "{text}");
        }
    }
}
