//! Dates of log lines, as seconds since 1970.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Length of `17/May/2015:10:05:03 +0000`.
const DATE_BYTES: usize = 26;

/// Position of the seconds and the colon before them.
const SECONDS_FIELD: std::ops::Range<usize> = 17..20;

/// Most bytes of a date of any shape.
const MAX_DATE_BYTES: usize = 48;

const MONTH_NAMES: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// Names of zones and their hours before UTC. Those that several countries use are those of RFC 822, section 5.1.
const ZONE_HOURS: [(&[u8], i32); 20] = [
    (b"UTC", 0),
    (b"GMT", 0),
    (b"WET", 0),
    (b"WEST", 1),
    (b"CET", 1),
    (b"CEST", 2),
    (b"EET", 2),
    (b"EEST", 3),
    (b"MSK", 3),
    (b"JST", 9),
    (b"AEST", 10),
    (b"AEDT", 11),
    (b"EST", -5),
    (b"EDT", -4),
    (b"CST", -6),
    (b"CDT", -5),
    (b"MST", -7),
    (b"MDT", -6),
    (b"PST", -8),
    (b"PDT", -7),
];

/// Reads the dates of a log, and remembers the last one: in most logs the next date is of the same minute.
#[derive(Clone, Debug, Default)]
pub struct DateCache {
    /// The last date of the Common Log Format, and the beginning of its minute.
    last: Option<([u8; DATE_BYTES], i64)>,
    /// The last date of another shape, and its second.
    other: Option<(Vec<u8>, i64)>,
}

impl DateCache {
    /// Returns the second of a date like `17/May/2015:10:05:03 +0000`. The second 60 counts as 59.
    #[inline]
    pub(super) fn clf_time(&mut self, date: &[u8]) -> Option<i64> {
        let date: &[u8; DATE_BYTES] = date.try_into().ok()?;
        let [b':', tens, ones] = &date[SECONDS_FIELD] else { return None };
        let is_second = tens.is_ascii_digit() && ones.is_ascii_digit() && [*tens, *ones] <= *b"60";
        if !is_second {
            return None;
        }
        // jiff has no leap seconds.
        let second = i64::from((tens - b'0') * 10 + (ones - b'0')).min(59);
        if let Some((last, minute)) = &self.last
            && last[..SECONDS_FIELD.start] == date[..SECONDS_FIELD.start]
            && last[SECONDS_FIELD.end..] == date[SECONDS_FIELD.end..]
        {
            return Some(minute + second);
        }
        let minute = clf_minute(date)?;
        self.last = Some((*date, minute));
        Some(minute + second)
    }

    /// Returns the second of a date of any shape that [`time_of_text`] reads.
    pub(crate) fn any_time(&mut self, date: &[u8]) -> Option<i64> {
        if let Some((last, time)) = &self.other
            && last == date
        {
            return Some(*time);
        }
        let time = self.clf_time(date).or_else(|| time_of_text(std::str::from_utf8(date).ok()?))?;
        self.other = Some((date.to_vec(), time));
        Some(time)
    }
}

/// Returns the second of a date: of the Common Log Format, of RFC 3339 or the like, as C's `ctime` prints it, or of a
/// number since 1970 as [`time_of_number`] reads it. A date without an offset is in UTC.
pub(crate) fn time_of_text(text: &str) -> Option<i64> {
    let text = text.trim_matches(['[', ']', ' ']);
    if text.len() > MAX_DATE_BYTES {
        return None;
    }
    if text.starts_with(|first: char| first.is_ascii_digit())
        && let Ok(number) = text.parse::<f64>()
    {
        return time_of_number(number);
    }
    let bytes = text.as_bytes();
    let (date, offset) = split_iso(bytes)
        .or_else(|| split_named_month(bytes))
        .or_else(|| split_ctime(bytes))
        .or_else(|| split_short(bytes))?;
    let offset = read_offset(offset)?;
    Some(Offset::from_seconds(offset).ok()?.to_timestamp(date).ok()?.as_second())
}

/// Returns the second of a number of seconds, milliseconds, microseconds or nanoseconds since 1970. The
/// magnitude decides the unit.
pub(super) fn time_of_number(number: f64) -> Option<i64> {
    // 1e11 seconds are in the year 5138 and 1e11 milliseconds in 1973, so dates of our time are unambiguous.
    let unit = match number.abs() {
        0.0..1e11 => 1.0,
        1e11..1e14 => 1e3,
        1e14..1e17 => 1e6,
        1e17..1e20 => 1e9,
        _ => return None,
    };
    Some((number / unit).floor() as i64)
}

/// Reads a number of digits.
fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0i16, |number, byte| {
        byte.is_ascii_digit().then(|| number.checked_mul(10)?.checked_add(i16::from(byte - b'0')))?
    })
}

/// Reads the number of a short field.
fn small(digits: &[u8]) -> Option<i8> {
    number(digits)?.try_into().ok()
}

/// Returns the number of a month such as `May`.
fn month(name: &[u8]) -> Option<i8> {
    i8::try_from(MONTH_NAMES.iter().position(|month| month.eq_ignore_ascii_case(name))? + 1).ok()
}

/// Reads `13:55:36` at the beginning of `time`, and returns the rest behind decimals of the second.
fn split_clock(time: &[u8]) -> Option<([i8; 3], &[u8])> {
    let (clock, mut rest) = time.split_at_checked(8)?;
    if clock[2] != b':' || clock[5] != b':' {
        return None;
    }
    let second = small(&clock[6..8])?;
    if let [b'.' | b',', decimals @ ..] = rest {
        rest = &decimals[decimals.iter().take_while(|byte| byte.is_ascii_digit()).count()..];
    }
    // jiff has no leap seconds: second 60 counts as 59 of the same minute.
    Some(([small(&clock[..2])?, small(&clock[3..5])?, if second == 60 { 59 } else { second }], rest))
}

/// Reads `2015-05-17T10:05:03`, with `/` or ` ` as separators too, and returns the offset behind it.
fn split_iso(text: &[u8]) -> Option<(DateTime, &[u8])> {
    let (date, rest) = text.split_at_checked(10)?;
    if !matches!((date[4], date[7]), (b'-', b'-') | (b'/', b'/')) {
        return None;
    }
    let time = match rest {
        // A date alone is its midnight.
        [] => return Some((civil(&date[..4], small(&date[5..7])?, &date[8..], [0; 3])?, rest)),
        [b' ', b'-', b' ', time @ ..] | [b'T' | b't' | b' ' | b':', time @ ..] => time,
        _ => return None,
    };
    let (clock, offset) = split_clock(time)?;
    Some((civil(&date[..4], small(&date[5..7])?, &date[8..], clock)?, offset))
}

/// Reads `17/May/2015:10:05:03`, with `-` or spaces as separators too and perhaps behind `Sun, `, and returns the offset
/// behind it.
fn split_named_month(text: &[u8]) -> Option<(DateTime, &[u8])> {
    let text = if text.get(3..5) == Some(b", ") { &text[5..] } else { text };
    let days = text.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let (day, rest) = text.split_at(days);
    let (date, rest) = rest.split_at_checked(9)?;
    if days == 0 || !matches!((date[0], date[4]), (b'/', b'/') | (b'-', b'-') | (b' ', b' ')) {
        return None;
    }
    let time = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b" "))?;
    let (clock, offset) = split_clock(time)?;
    Some((civil(&date[5..], month(&date[1..4])?, day, clock)?, offset))
}

/// Reads `Sun May 17 10:05:03 2015`.
fn split_ctime(text: &[u8]) -> Option<(DateTime, &[u8])> {
    if text.len() != 24 {
        return None;
    }
    let day = text[8..10].trim_ascii_start();
    let (clock, _) = split_clock(&text[11..19])?;
    Some((civil(&text[20..], month(&text[4..7])?, day, clock)?, b""))
}

/// Reads `150517 10:05:03`, as Tornado writes it.
fn split_short(text: &[u8]) -> Option<(DateTime, &[u8])> {
    let (date, rest) = text.split_at_checked(6)?;
    let (clock, offset) = split_clock(rest.strip_prefix(b" ")?)?;
    let year = [b'2', b'0', date[0], date[1]];
    Some((civil(&year, small(&date[2..4])?, &date[4..], clock)?, offset))
}

/// Returns a date of the calendar.
fn civil(year: &[u8], month: i8, day: &[u8], [hour, minute, second]: [i8; 3]) -> Option<DateTime> {
    DateTime::new(number(year)?, month, small(day)?, hour, minute, second, 0).ok()
}

/// Reads an offset from UTC in seconds: `Z`, `+05:30`, `+0530`, `+05`, or nothing.
fn read_offset(text: &[u8]) -> Option<i32> {
    let text = text.trim_ascii();
    let (sign, digits) = match text {
        [] | b"Z" | b"z" => return Some(0),
        [b'A'..=b'Z', ..] => {
            let known = ZONE_HOURS.iter().find(|(name, _)| *name == text)?;
            return Some(known.1 * 3600);
        }
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [_, _] => (digits, &b"00"[..]),
        [_, _, b':', minutes @ ..] => (&digits[..2], minutes),
        [_, _, minutes @ ..] => (&digits[..2], minutes),
        _ => return None,
    };
    (minutes.len() == 2).then_some(())?;
    Some(sign * (i32::from(number(hours)?) * 60 + i32::from(number(minutes)?)) * 60)
}

/// Returns the beginning of the minute of a date of the Common Log Format.
fn clf_minute(date: &[u8; DATE_BYTES]) -> Option<i64> {
    let separators = [(2, b'/'), (6, b'/'), (11, b':'), (14, b':'), (17, b':'), (20, b' ')];
    if separators.iter().any(|(at, separator)| date[*at] != *separator) {
        return None;
    }
    let clock = [small(&date[12..14])?, small(&date[15..17])?, 0];
    let minute = civil(&date[7..11], month(&date[3..6])?, &date[..2], clock)?;
    let time: Timestamp = Offset::from_seconds(read_offset(&date[21..])?).ok()?.to_timestamp(minute).ok()?;
    Some(time.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_seconds_since_1970() {
        let mut dates = DateCache::default();
        assert_eq!(dates.clf_time(b"01/Jan/1970:00:00:07 +0000"), Some(7));
        assert_eq!(dates.clf_time(b"01/Jan/1970:00:00:60 +0000"), Some(59));
        for (second, time) in [("59", Some(59)), ("60", Some(59)), ("61", None), ("69", None), ("6:", None)] {
            let date = format!("01/Jan/1970:00:00:{second} +0000");
            let caches = [&mut DateCache::default(), &mut dates];
            assert_eq!(caches.map(|dates| dates.clf_time(date.as_bytes())), [time, time], "{date}");
        }
        assert_eq!(dates.clf_time(b"31/Dec/1969:23:59:59 +0000"), Some(-1));
        assert_eq!(dates.clf_time(b"01/Jan/1970:00:15:00 +0530"), Some(-18_900));
        assert_eq!(dates.clf_time(b"17/May/2015:10:05:03 +0000"), Some(1_431_857_103));
        assert_eq!(dates.clf_time(b"17/May/2015:10:05:03 -0400"), Some(1_431_871_503));
        for wrong in
            ["17/May/2015:10:05:0x +0000", "17/Mai/2015:10:05:03 +0000", "31/Feb/2015:10:05:03 +0000", ""]
        {
            assert_eq!(dates.clf_time(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn dates_of_many_shapes_are_read() {
        let mut dates = DateCache::default();
        for text in [
            "17/May/2015:10:05:03 +0000",
            "[17/May/2015:06:05:03 -0400]",
            "17/May/2015:10:05:03.655",
            "17/May/2015 10:05:03",
            "17-May-2015 10:05:03",
            "17/may/2015:10:05:03 +0000",
            "Sun, 17 May 2015 10:05:03 GMT",
            "2015-05-17T10:05:03Z",
            "2015-05-17T06:05:03.25-04:00",
            "2015-05-17 10:05:03",
            "2015-05-17T10:05:03",
            "2015-05-17 10:05:03,123",
            "2015-05-17 10:05:03.123456",
            "2015-05-17T06:05:03-0400",
            "2015-05-17 10:05:03+00:00",
            "2015-05-17 12:05:03 +02",
            "2015-05-17T10:05:03.5Z",
            "2015/05/17 10:05:03",
            "2015/05/17 - 10:05:03",
            "Sun May 17 10:05:03 2015",
            "150517 10:05:03",
            "17/May/2015:12:05:03 CEST",
            "1431857103",
            "1431857103123",
            "1431857103.123",
        ] {
            assert_eq!(time_of_text(text), Some(1_431_857_103), "{text}");
            // Twice: the second answer comes from the cache.
            for _ in 0..2 {
                assert_eq!(dates.any_time(text.as_bytes()), Some(1_431_857_103), "{text}");
            }
        }
        assert_eq!(time_of_text("7/May/2015:10:05:03"), Some(1_430_993_103));
        assert_eq!(time_of_text("2015-05-17"), Some(1_431_820_800));
        for text in [
            "yesterday",
            "",
            "-",
            "+0000",
            "17/May/2015:10:05:03 XYZ",
            "2015-05-17T25:05:03",
            "2015-05-17T10:05:03+x",
            "2015-13-17 10:05:03",
        ] {
            assert_eq!(time_of_text(text), None, "{text}");
        }
        assert_eq!(time_of_number(f64::NAN), None);
    }
}
