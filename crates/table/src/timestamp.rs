//! Points in time, as text and as milliseconds.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value;

/// Greatest year of a whole number that is a year and not seconds.
const MAX_YEAR: i64 = 9999;

/// Returns the text of a point in time.
pub(crate) fn timestamp_text(microseconds: i64) -> Option<String> {
    Timestamp::from_microsecond(microseconds).ok().map(|timestamp| timestamp.to_string())
}

/// Returns a point in time in milliseconds since 1970-01-01 UTC. Understands RFC 3339, dates with or without a time,
/// years, and seconds.
pub fn milliseconds(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => of_text(text.trim()),
        Value::Number(number) => match number.as_i64()? {
            year @ 1..=MAX_YEAR => of_text(&format!("{year:04}-01-01")),
            seconds => seconds.checked_mul(1000),
        },
        _ => None,
    }
}

fn of_text(text: &str) -> Option<i64> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.as_millisecond());
    }
    let at =
        |time: DateTime| time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_millisecond());
    if let Ok(time) = text.parse::<DateTime>() {
        return at(time);
    }
    let date = text.get(..10).unwrap_or(text).parse::<Date>().ok()?;
    at(date.to_datetime(jiff::civil::Time::midnight()))
}
