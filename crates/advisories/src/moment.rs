//! Moments: the one form that dates of all sources are brought into.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use streamguard_engine::JobError;

/// A date or time as sources write it, as RFC 3339 in UTC with milliseconds: always of the same
/// form, so that the order of the texts is that of the times. NVD's have no zone and mean UTC; a
/// date alone means its beginning. None for other text.
pub fn utc(text: &str) -> Option<String> {
    read(text).map(form)
}

/// A moment in the same form, truncated to milliseconds.
pub fn form(moment: Timestamp) -> String {
    let truncated = TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Trunc);
    format!("{:.3}", moment.round(truncated).unwrap_or(moment))
}

/// The moment that `text` means.
pub fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let civil = || {
        let time: DateTime = match text.parse::<Date>() {
            // A longer text would be cut to its date.
            Ok(date) if text.len() <= "2000-01-01".len() => date.into(),
            _ => text.parse().ok()?,
        };
        TimeZone::UTC.to_timestamp(time).ok()
    };
    text.parse().ok().or_else(civil)
}

/// The moment of a clock reading.
pub fn at(clock_ms: u64) -> Result<Timestamp, JobError> {
    i64::try_from(clock_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .ok_or_else(|| JobError::failed(format!("the clock says {clock_ms} ms, which is no time")))
}

/// From when on changes are wanted: since the reading of an earlier run that got all before it,
/// else since the date that was asked for; none for everything. In the form of [`utc`].
///
/// # Errors
/// A date that is none.
pub fn start(since: Option<&str>, earlier: Option<u64>) -> Result<Option<String>, JobError> {
    match (earlier, since) {
        (Some(earlier), _) => at(earlier).map(|moment| Some(form(moment))),
        (None, None | Some("all")) => Ok(None),
        (None, Some(since)) => match utc(since) {
            None => Err(JobError::failed(format!("--since {since:?} is no date: write 2020-01-31"))),
            start => Ok(start),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brings_the_forms_of_all_sources_into_one() {
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
            assert_eq!(utc(text).as_deref(), expected, "{text}");
        }
    }
}
