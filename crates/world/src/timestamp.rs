//! Times in seconds since 1970, in the forms of the databases.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Returns the year in UTC.
pub(crate) fn year(seconds: i64) -> i16 {
    timestamp(seconds).to_zoned(TimeZone::UTC).year()
}

/// Writes a date: `2021-05-07`.
pub(crate) fn date(seconds: i64) -> String {
    timestamp(seconds).strftime("%Y-%m-%d").to_string()
}

/// Writes a time as RFC 3339 in UTC: `2021-05-07T15:53:18Z`.
pub(crate) fn utc(seconds: i64) -> String {
    timestamp(seconds).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Writes a time in NVD's form, without a zone: `2021-05-07T15:53:18.000`.
pub(crate) fn plain(seconds: i64) -> String {
    timestamp(seconds).strftime("%Y-%m-%dT%H:%M:%S.000").to_string()
}
