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
    #[inline]
    pub(super) fn read(text: &[u8]) -> Option<(Self, &[u8])> {
        let mut digits = 0u64;
        let mut at = 0;
        while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9) {
            if at >= DIGITS {
                return None;
            }
            digits = digits * 10 + u64::from(digit);
            at += 1;
        }
        if at == 0 {
            return None;
        }
        let mut places = 0;
        if text.get(at) == Some(&b'.') {
            let whole = at;
            at += 1;
            while let Some(digit) =
                text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9)
            {
                if at <= DIGITS {
                    digits = digits * 10 + u64::from(digit);
                    places += 1;
                }
                at += 1;
            }
            if at == whole + 1 {
                return None;
            }
        }
        Some((Self { digits, places }, &text[at..]))
    }

    /// The number as nanoseconds, if it counts units of 10^`exponent` ns; halves of a nanosecond
    /// are rounded up.
    #[inline]
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

/// Reads a number with its unit: `ns`, `us`, `µs` (with either of the two characters), `ms` or
/// `s`. Returns what follows too.
#[inline]
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
        assert_eq!(read("99999s"), Err(Malformed::TimeTooLong));
        assert_eq!(read("999999999999999999s"), Err(Malformed::TimeTooLong));
        for wrong in
            ["", "ms", "-1ms", "1", "1.ms", ".5ms", "1m", "1.2.3ms", "9999999999999999999ns", "1e3ms"]
        {
            assert_eq!(read(wrong), Err(Malformed::Time), "{wrong}");
        }
    }
}
