//! Durations with a unit, as integers of nanoseconds.

use super::request::MalformedLine;

/// Longest time that a request may take, in nanoseconds: 19.5 hours. The sum of the squares of as many
/// latencies as 9 TB of logs hold then fits into 128 bits.
pub const MAX_LATENCY_NS: u64 = 1 << 46;

/// Digits of a number that are read; 18 digits always fit into 64 bits.
const MAX_DIGITS: usize = 18;

const POWERS_OF_TEN: [u64; 19] = {
    let mut powers = [1; 19];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// A decimal number: its digits as an integer, and how many of them are decimals.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal {
    digits: u64,
    decimals: usize,
}

impl Decimal {
    /// Reads `12` or `12.345` at the beginning of `text`, and returns the rest too. Decimals beyond the
    /// eighteenth digit are dropped; a whole part of more than eighteen digits is not a number.
    pub(super) fn parse_prefix(text: &[u8]) -> Option<(Self, &[u8])> {
        let digit = |at: usize| text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9);
        let (mut digits, mut at) = (0u64, 0);
        while let Some(digit) = digit(at) {
            if at >= MAX_DIGITS {
                return None;
            }
            digits = digits * 10 + u64::from(digit);
            at += 1;
        }
        if at == 0 || text.get(at) != Some(&b'.') {
            return (at > 0).then(|| (Self { digits, decimals: 0 }, &text[at..]));
        }
        let point = at;
        at += 1;
        let mut decimals = 0;
        while let Some(digit) = digit(at) {
            if at <= MAX_DIGITS {
                digits = digits * 10 + u64::from(digit);
                decimals += 1;
            }
            at += 1;
        }
        (at > point + 1).then(|| (Self { digits, decimals }, &text[at..]))
    }

    /// Converts a number of units of 10^`exponent` ns to nanoseconds; half a nanosecond is rounded up.
    pub(super) fn nanoseconds(self, exponent: usize) -> Result<u64, MalformedLine> {
        let value = if self.decimals <= exponent {
            self.digits
                .checked_mul(POWERS_OF_TEN[exponent - self.decimals])
                .ok_or(MalformedLine::LatencyTooLong)?
        } else {
            let power = POWERS_OF_TEN[self.decimals - exponent];
            self.digits / power + u64::from(self.digits % power >= power / 2)
        };
        if value <= MAX_LATENCY_NS { Ok(value) } else { Err(MalformedLine::LatencyTooLong) }
    }
}

/// The top bit of every byte.
const TOP_BITS: u64 = 0x8080_8080_8080_8080;

/// Returns the number that the digits at the beginning of eight bytes form, and how many digits there are.
/// All eight bytes are processed at once.
#[inline(always)]
pub(super) fn leading_digits(bytes: u64) -> (u64, usize) {
    let values = bytes ^ u64::from_le_bytes([b'0'; 8]);
    let length = non_digit_mask(values).trailing_zeros() / 8;
    // Shift in zeros before the first digit. Two steps, because with no digit the shift is by all 64 bits, which
    // overflows at once.
    (eight_digits(values << (4 * (8 - length)) << (4 * (8 - length))), length as usize)
}

/// Returns the number that eight bytes form if they are six digits and this unit.
#[inline(always)]
pub(super) fn six_digits(bytes: u64, unit: [u8; 2]) -> Option<u64> {
    let values = bytes ^ u64::from_le_bytes([b'0', b'0', b'0', b'0', b'0', b'0', unit[0], unit[1]]);
    let is_match = values >> 48 == 0 && non_digit_mask(values) == 0;
    is_match.then(|| eight_digits(values << 16))
}

/// Returns a word in which the top bit of the first byte above 9 is set. Bits of the bytes behind it are
/// undefined.
#[inline(always)]
fn non_digit_mask(values: u64) -> u64 {
    (values.wrapping_add(0x7676_7676_7676_7676) | values) & TOP_BITS
}

/// Returns the number that eight digits form, the first one in the lowest byte: pairs, fours and eights of
/// digits are added up within the word (Lemire, "Quickly parsing eight digits", 2018).
#[inline(always)]
fn eight_digits(digits: u64) -> u64 {
    let pairs = (digits.wrapping_mul(1 + (10 << 8)) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(1 + (100 << 16)) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(1 + (10_000 << 32)) >> 32
}

/// Reads a number with its unit, `ns`, `us`, `µs` (either of the two characters), `ms` or `s`, and returns
/// the rest too.
pub(super) fn parse_duration(text: &[u8]) -> Result<(u64, &[u8]), MalformedLine> {
    let (number, rest) = Decimal::parse_prefix(text).ok_or(MalformedLine::InvalidLatency)?;
    let (exponent, unit) = match rest {
        [b'm', b's', ..] => (6, 2),
        [b'u', b's', ..] => (3, 2),
        [b'n', b's', ..] => (0, 2),
        [b's', ..] => (9, 1),
        // The micro sign U+00B5 and the Greek letter U+03BC in UTF-8.
        [0xc2, 0xb5, b's', ..] | [0xce, 0xbc, b's', ..] => (3, 3),
        _ => return Err(MalformedLine::InvalidLatency),
    };
    Ok((number.nanoseconds(exponent)?, &rest[unit..]))
}

/// Units of durations in words, each as a factor of a power of ten of nanoseconds.
const WORDED_UNITS: [(&[&str], u64, usize); 6] = [
    (&["h", "hr", "hour", "hours"], 3600, 9),
    (&["m", "min", "mins", "minute", "minutes"], 60, 9),
    (&["s", "sec", "secs", "second", "seconds"], 1, 9),
    (&["ms", "msec", "millis", "milliseconds"], 1, 6),
    (&["us", "\u{b5}s", "\u{3bc}s", "usec", "micros", "microseconds"], 1, 3),
    (&["ns", "nsec", "nanos", "nanoseconds"], 1, 0),
];

/// Reads a duration as programs print them for people: `1h2m0.5s` as Go does, or `12 ms`.
pub(super) fn parse_worded_duration(text: &str) -> Result<u64, MalformedLine> {
    let mut sum = 0u64;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(MalformedLine::InvalidLatency);
    }
    while !rest.is_empty() {
        let (number, after) = Decimal::parse_prefix(rest.as_bytes()).ok_or(MalformedLine::InvalidLatency)?;
        // A number is ASCII, so the text can be cut behind it.
        let after = rest[rest.len() - after.len()..].trim_start();
        let end = after.find(|c: char| c.is_ascii_digit() || c == ' ').unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        let unit = WORDED_UNITS.iter().find(|(names, ..)| names.contains(&unit));
        let (_, factor, exponent) = unit.ok_or(MalformedLine::InvalidLatency)?;
        sum += number.nanoseconds(*exponent)?.saturating_mul(*factor).min(MAX_LATENCY_NS + 1);
        if sum > MAX_LATENCY_NS {
            return Err(MalformedLine::LatencyTooLong);
        }
        rest = next.trim_start();
    }
    Ok(sum)
}

/// Reads a duration with its units, in nanoseconds.
pub(crate) fn duration_of_text(text: &str) -> Option<u64> {
    parse_worded_duration(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_words_are_added_up() {
        for (text, expected) in [
            ("1m2s", Ok(62_000_000_000)),
            ("1h0m0.5s", Ok(3_600_500_000_000)),
            ("1.5h", Ok(5_400_000_000_000)),
            ("12 ms", Ok(12_000_000)),
            ("3 min 4 sec", Ok(184_000_000_000)),
            ("7\u{b5}s", Ok(7_000)),
            ("20h", Err(MalformedLine::LatencyTooLong)),
            ("99999999999999h", Err(MalformedLine::LatencyTooLong)),
            ("", Err(MalformedLine::InvalidLatency)),
            ("12", Err(MalformedLine::InvalidLatency)),
            ("1m2", Err(MalformedLine::InvalidLatency)),
            ("soon", Err(MalformedLine::InvalidLatency)),
            ("\u{e9}", Err(MalformedLine::InvalidLatency)),
        ] {
            assert_eq!(parse_worded_duration(text), expected, "{text}");
        }
    }

    #[test]
    fn durations_are_whole_nanoseconds() {
        let read = |text: &str| parse_duration(text.as_bytes()).map(|(time, rest)| (time, rest.len()));
        assert_eq!(read("1.662137ms"), Ok((1_662_137, 0)));
        assert_eq!(read("12ms x"), Ok((12_000_000, 2)));
        assert_eq!(read("250us"), Ok((250_000, 0)));
        assert_eq!(read("250µs"), Ok((250_000, 0)));
        assert_eq!(read("250μs"), Ok((250_000, 0)));
        assert_eq!(read("3.5s"), Ok((3_500_000_000, 0)));
        assert_eq!(read("17ns"), Ok((17, 0)));
        assert_eq!(read("0.0000005ms"), Ok((1, 0)), "half a nanosecond is one");
        assert_eq!(read("0.0000004ms"), Ok((0, 0)));
        assert_eq!(read("1.00000000000000000000000000ms"), Ok((1_000_000, 0)));
        assert_eq!(read("1234567.1234567ms and more"), Ok((1_234_567_123_457, 9)));
        assert_eq!(read("12345678.12345678us and more"), Ok((12_345_678_123, 9)));
        assert_eq!(read("0.5s and more"), Ok((500_000_000, 9)));
        assert_eq!(read("99999s"), Err(MalformedLine::LatencyTooLong));
        assert_eq!(read("999999999999999999s"), Err(MalformedLine::LatencyTooLong));
        for wrong in
            ["", "ms", "-1ms", "1", "1.ms", ".5ms", "1m", "1.2.3ms", "9999999999999999999ns", "1e3ms"]
        {
            assert_eq!(read(wrong), Err(MalformedLine::InvalidLatency), "{wrong}");
        }
    }
}
