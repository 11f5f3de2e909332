//! Dates of log lines, as hours since 1970.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// Seconds of an hour.
const HOUR_SECONDS: i64 = 3600;

/// Length of `17/May/2015:10:05:03 +0000`.
const DATE_BYTES: usize = 26;

/// Position of the seconds and the colon before them.
const SECONDS_FIELD: std::ops::Range<usize> = 17..20;

const MONTH_NAMES: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// Reads the dates of a log, and remembers the last one: in most logs the next date is of the same minute.
#[derive(Clone, Debug, Default)]
pub struct DateCache {
    last: Option<([u8; DATE_BYTES], i64)>,
}

impl DateCache {
    /// Returns the hour of a date like `17/May/2015:10:05:03 +0000`.
    pub(super) fn hour(&mut self, date: &[u8]) -> Option<i64> {
        let date: &[u8; DATE_BYTES] = date.try_into().ok()?;
        if let Some((last, hour)) = &self.last
            && last[..SECONDS_FIELD.start] == date[..SECONDS_FIELD.start]
            && last[SECONDS_FIELD.end..] == date[SECONDS_FIELD.end..]
        {
            let [b':', tens, ones] = &date[SECONDS_FIELD] else { return None };
            let is_second = tens.is_ascii_digit() && ones.is_ascii_digit() && [*tens, *ones] <= *b"60";
            return is_second.then_some(*hour);
        }
        let hour = clf_hour(date)?;
        self.last = Some((*date, hour));
        Some(hour)
    }
}

/// Returns the hour of a date in the format of RFC 3339 or of the Common Log Format, or of a number since 1970 as
/// [`hour_of_number`] reads it. A date without an offset is in UTC.
pub(super) fn hour_of_text(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<f64>() {
        return hour_of_number(number);
    }
    let text = text.trim_matches(['[', ']', ' ']);
    if let Some(hour) = text.as_bytes().try_into().ok().and_then(clf_hour) {
        return Some(hour);
    }
    let time: Timestamp = match text.parse() {
        Ok(time) => time,
        Err(_) => text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp(),
    };
    Some(time.as_second().div_euclid(HOUR_SECONDS))
}

/// Returns the hour of a number of seconds, milliseconds, microseconds or nanoseconds since 1970. The
/// magnitude decides the unit.
pub(super) fn hour_of_number(number: f64) -> Option<i64> {
    // 1e11 seconds are in the year 5138 and 1e11 milliseconds in 1973, so dates of our time are unambiguous.
    let unit = match number.abs() {
        0.0..1e11 => 1.0,
        1e11..1e14 => 1e3,
        1e14..1e17 => 1e6,
        1e17..1e20 => 1e9,
        _ => return None,
    };
    Some((number / unit / HOUR_SECONDS as f64).floor() as i64)
}

/// Returns the hour of a date of the Common Log Format.
fn clf_hour(date: &[u8; DATE_BYTES]) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| {
        date[range].iter().try_fold(0i16, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + i16::from(byte - b'0'))
        })
    };
    let separators = [(2, b'/'), (6, b'/'), (11, b':'), (14, b':'), (17, b':'), (20, b' ')];
    if separators.iter().any(|(at, separator)| date[*at] != *separator) {
        return None;
    }
    let month = i8::try_from(MONTH_NAMES.iter().position(|month| *month == &date[3..6])? + 1).ok()?;
    let small = |range| number(range).and_then(|number| i8::try_from(number).ok());
    // jiff has no leap seconds: second 60 counts as 59 of the same minute. Greater numbers become 60, which
    // DateTime::new rejects.
    let second = small(18..20)?.min(59 + i8::from(small(18..20)? > 60));
    let time =
        DateTime::new(number(7..11)?, month, small(0..2)?, small(12..14)?, small(15..17)?, second, 0).ok()?;
    let sign = match date[21] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let offset = sign * (i32::from(number(22..24)?) * 60 + i32::from(number(24..26)?)) * 60;
    let time = Offset::from_seconds(offset).ok()?.to_timestamp(time).ok()?;
    Some(time.as_second().div_euclid(HOUR_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_hours_in_utc() {
        let mut dates = DateCache::default();
        assert_eq!(dates.hour(b"01/Jan/1970:00:00:07 +0000"), Some(0));
        assert_eq!(dates.hour(b"01/Jan/1970:00:00:60 +0000"), Some(0));
        for (second, hour) in [("59", Some(0)), ("60", Some(0)), ("61", None), ("69", None), ("6:", None)] {
            let date = format!("01/Jan/1970:00:00:{second} +0000");
            let caches = [&mut DateCache::default(), &mut dates];
            assert_eq!(caches.map(|dates| dates.hour(date.as_bytes())), [hour, hour], "{date}");
        }
        assert_eq!(dates.hour(b"31/Dec/1969:23:59:59 +0000"), Some(-1));
        assert_eq!(dates.hour(b"01/Jan/1970:00:15:00 +0530"), Some(-6));
        assert_eq!(dates.hour(b"17/May/2015:10:05:03 +0000"), Some(397_738));
        assert_eq!(dates.hour(b"17/May/2015:10:05:03 -0400"), Some(397_742));
        for wrong in
            ["17/May/2015:10:05:0x +0000", "17/Mai/2015:10:05:03 +0000", "31/Feb/2015:10:05:03 +0000", ""]
        {
            assert_eq!(dates.hour(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(hour_of_text("2015-05-17T10:05:03Z"), Some(397_738));
        assert_eq!(hour_of_text("2015-05-17T06:05:03.25-04:00"), Some(397_738));
        assert_eq!(hour_of_text("1431857103"), Some(397_738));
        assert_eq!(hour_of_text("1431857103123"), Some(397_738));
        for text in [
            "17/May/2015:10:05:03 +0000",
            "[17/May/2015:06:05:03 -0400]",
            "2015-05-17 10:05:03",
            "2015-05-17T10:05:03",
            "2015-05-17 10:05:03.123456",
            "2015-05-17T06:05:03-0400",
            "2015-05-17 10:05:03+00:00",
            "2015-05-17T10:05:03.5Z",
        ] {
            assert_eq!(hour_of_text(text), Some(397_738), "{text}");
        }
        assert_eq!(hour_of_text("yesterday"), None);
        assert_eq!(hour_of_text(""), None);
        assert_eq!(hour_of_number(f64::NAN), None);
    }
}
