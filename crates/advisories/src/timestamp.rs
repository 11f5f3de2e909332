//! Timestamps: the one form that dates of all sources are brought into.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use streamguard_engine::JobError;

/// Normalizes a date or time of a source to RFC 3339 in UTC with milliseconds. Returns `None` for
/// other text.
///
/// All results have the same form, so that comparing them as text compares the times. NVD writes no
/// time zone and means UTC; a date alone means the beginning of the day.
pub fn normalize(text: &str) -> Option<String> {
    parse(text).map(format)
}

/// Formats a time like [`normalize`], truncated to milliseconds.
pub fn format(timestamp: Timestamp) -> String {
    let truncated = TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Trunc);
    format!("{:.3}", timestamp.round(truncated).unwrap_or(timestamp))
}

/// Parses a date or time as sources write it.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let civil = || {
        let time: DateTime = match text.parse::<Date>() {
            // `Date` also parses the beginning of a longer text, and would drop its time.
            Ok(date) if text.len() <= "2000-01-01".len() => date.into(),
            _ => text.parse().ok()?,
        };
        TimeZone::UTC.to_timestamp(time).ok()
    };
    text.parse().ok().or_else(civil)
}

/// Converts a reading of the clock, in milliseconds since 1970-01-01 UTC.
///
/// # Errors
/// A reading that is out of range.
pub fn from_clock(clock_ms: u64) -> Result<Timestamp, JobError> {
    i64::try_from(clock_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .ok_or_else(|| JobError::failed(format!("the clock says {clock_ms} ms, which is out of range")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_all_sources_become_one() {
        for (text, expected) in [
            ("2019-12-20T23:15:11.167", Some("2019-12-20T23:15:11.167Z")),
            ("2019-12-20T23:15:11Z", Some("2019-12-20T23:15:11.000Z")),
            ("2019-12-20T23:15:11.1679999Z", Some("2019-12-20T23:15:11.167Z")),
            ("2019-12-21T01:15:11+02:00", Some("2019-12-20T23:15:11.000Z")),
            ("2021-11-03", Some("2021-11-03T00:00:00.000Z")),
            ("yesterday", None),
            ("", None),
            ("2021-13-03", None),
            ("99999-01-01T00:00:00Z", None),
        ] {
            assert_eq!(normalize(text).as_deref(), expected, "{text}");
        }
    }
}
