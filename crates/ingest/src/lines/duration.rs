//! Times with a unit, as integers.

use super::Malformed;

/// The longest time that a request may have taken, in nanoseconds: 19.5 hours. Sums of squares
/// of as many times as 9 TB of logs hold then fit into 128 bits.
pub const LONGEST_TIME: u64 = 1 << 46;

/// Digits that are read of a number; 18 always fit into 64 bits.
const DIGITS: usize = 18;

const POWERS: [u64; 19] = {
    let mut powers = [1; 19];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// A decimal number: its digits as an integer, and how many of them follow the point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decimal {
    digits: u64,
    places: usize,
}

impl Decimal {
    /// Reads `12` or `12.345` at the beginning of `text`. Returns what follows too. Digits after
    /// the point beyond the eighteenth are dropped; so many before it are no number.
    pub(super) fn read(text: &[u8]) -> Option<(Self, &[u8])> {
        let digit = |at: usize| text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9);
        let (mut digits, mut at) = (0u64, 0);
        while let Some(digit) = digit(at) {
            if at >= DIGITS {
                return None;
            }
            digits = digits * 10 + u64::from(digit);
            at += 1;
        }
        if at == 0 || text.get(at) != Some(&b'.') {
            return (at > 0).then(|| (Self { digits, places: 0 }, &text[at..]));
        }
        let point = at;
        at += 1;
        let mut places = 0;
        while let Some(digit) = digit(at) {
            if at <= DIGITS {
                digits = digits * 10 + u64::from(digit);
                places += 1;
            }
            at += 1;
        }
        (at > point + 1).then(|| (Self { digits, places }, &text[at..]))
    }

    /// The number as nanoseconds, if it counts units of 10^`exponent` ns; halves of a nanosecond
    /// are rounded up.
    pub(super) fn nanoseconds(self, exponent: usize) -> Result<u64, Malformed> {
        let value = if self.places <= exponent {
            self.digits.checked_mul(POWERS[exponent - self.places]).ok_or(Malformed::TimeTooLong)?
        } else {
            let power = POWERS[self.places - exponent];
            self.digits / power + u64::from(self.digits % power >= power / 2)
        };
        if value <= LONGEST_TIME { Ok(value) } else { Err(Malformed::TimeTooLong) }
    }
}

/// A bit at the top of every byte.
const TOPS: u64 = 0x8080_8080_8080_8080;

/// The number that the digits at the beginning of eight bytes make, and how many there are. All
/// eight are worked on at once.
#[inline(always)]
pub(super) fn leading_digits(bytes: u64) -> (u64, usize) {
    let values = bytes ^ u64::from_le_bytes([b'0'; 8]);
    let length = no_digits(values).trailing_zeros() / 8;
    // Digits that count nothing come to stand before the first one; two steps, as there may be eight.
    (number(values << (4 * (8 - length)) << (4 * (8 - length))), length as usize)
}

/// The number that eight bytes make which are six digits and this unit.
#[inline(always)]
pub(super) fn six_digits(bytes: u64, unit: [u8; 2]) -> Option<u64> {
    let values = bytes ^ u64::from_le_bytes([b'0', b'0', b'0', b'0', b'0', b'0', unit[0], unit[1]]);
    let is_it = values >> 48 == 0 && no_digits(values) == 0;
    is_it.then(|| number(values << 16))
}

/// The top bit of the first byte that is above 9 is set; those behind it say nothing.
#[inline(always)]
fn no_digits(values: u64) -> u64 {
    (values.wrapping_add(0x7676_7676_7676_7676) | values) & TOPS
}

/// The number that eight digits make, the first one in the lowest byte: pairs, fours and eights of
/// them are added up within the word.
#[inline(always)]
fn number(digits: u64) -> u64 {
    let pairs = (digits.wrapping_mul(1 + (10 << 8)) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(1 + (100 << 16)) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(1 + (10_000 << 32)) >> 32
}

/// Reads a number with its unit: `ns`, `us`, `µs` (with either of the two characters), `ms` or
/// `s`. Returns what follows too.
pub(super) fn duration(text: &[u8]) -> Result<(u64, &[u8]), Malformed> {
    let (number, rest) = Decimal::read(text).ok_or(Malformed::Time)?;
    let (exponent, unit) = match rest {
        [b'm', b's', ..] => (6, 2),
        [b'u', b's', ..] => (3, 2),
        [b'n', b's', ..] => (0, 2),
        [b's', ..] => (9, 1),
        // U+00B5 and U+03BC in UTF-8.
        [0xc2, 0xb5, b's', ..] | [0xce, 0xbc, b's', ..] => (3, 3),
        _ => return Err(Malformed::Time),
    };
    Ok((number.nanoseconds(exponent)?, &rest[unit..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_nanoseconds() {
        let read = |text: &str| duration(text.as_bytes()).map(|(time, rest)| (time, rest.len()));
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
        assert_eq!(read("99999s"), Err(Malformed::TimeTooLong));
        assert_eq!(read("999999999999999999s"), Err(Malformed::TimeTooLong));
        for wrong in
            ["", "ms", "-1ms", "1", "1.ms", ".5ms", "1m", "1.2.3ms", "9999999999999999999ns", "1e3ms"]
        {
            assert_eq!(read(wrong), Err(Malformed::Time), "{wrong}");
        }
    }
}
