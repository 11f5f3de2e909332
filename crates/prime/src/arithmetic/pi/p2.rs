//! P2: the numbers up to x with exactly two prime factors, both above y.

use std::ops::ControlFlow;

use fearless_simd::{Level, dispatch};
use serde::{Deserialize, Serialize};

use crate::arithmetic::number_range::{NumberRange, SieveStopped};
use crate::arithmetic::prime_sieve::PrimeSieve;
use crate::arithmetic::wheel::{NUMBERS_PER_BYTE, WORD_MASK_UP_TO};

use super::terms::PiTerms;

/// Numbers of a word of the sieve.
const NUMBERS_PER_WORD: u64 = 8 * NUMBERS_PER_BYTE;

/// The values of pi(x / p) within some stretch of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PairSum {
    /// Sum of these values, as if no primes came before the stretch, modulo 2^64.
    sum: u64,
    /// Number of these values.
    points: u64,
    /// Primes of the stretch.
    primes: u64,
}

impl PairSum {
    /// Returns the sum over all primes y < p <= sqrt x of pi(x / p) - pi(p) + 1, from the parts in ascending order. `a` is
    /// pi(y), and `before` the number of the primes before the first part.
    pub(super) fn total<'a>(parts: impl IntoIterator<Item = &'a Self>, a: u64, before: u64) -> u64 {
        let (mut before, mut sum, mut pairs) = (before, 0u64, 0u64);
        for part in parts {
            sum = sum.wrapping_add(part.sum).wrapping_add(part.points.wrapping_mul(before));
            before += part.primes;
            pairs += part.points;
        }
        // Subtract the sum of pi(p) - 1, which takes the values a, a + 1, and so on, once for each p. The products
        // exceed 64 bits before the sum is reduced modulo 2^64.
        let (a, pairs) = (u128::from(a), u128::from(pairs));
        let less = pairs * a + pairs * pairs.saturating_sub(1) / 2;
        sum.wrapping_sub(less as u64)
    }
}

/// Returns the values of pi(x / p) over all primes y < p <= sqrt x, for the points x / p in part `part` of `parts`.
///
/// While x / p grows to x / y in one sieve, p falls from the square root in another.
pub(super) fn sum(
    terms: &PiTerms,
    (part, parts): (u32, u32),
    stop: &dyn Fn() -> bool,
) -> Result<PairSum, SieveStopped> {
    let &PiTerms { x, y, .. } = terms;
    let from = terms.table.limit();
    let last = x / y;
    let border = |part: u32| {
        let number = from + (u128::from(last - from) * u128::from(part) / u128::from(parts)) as u64;
        // Inner parts end at the end of a byte, so that no byte is in two.
        if part == parts { number } else { (number / NUMBERS_PER_BYTE * NUMBERS_PER_BYTE - 1).max(from) }
    };
    let range = NumberRange { start: border(part) + 1, end: border(part + 1) };
    let mut pairs = PairSum::default();
    let mut divisors = PrimeSieve::new();
    let mut points = Vec::new();
    let flow = PrimeSieve::new().segments(range, stop, |bytes, first| {
        // If x is the square of a prime, the point of that prime lies before the first piece.
        let least = if first * NUMBERS_PER_BYTE <= from + 1 { from } else { first * NUMBERS_PER_BYTE };
        let beyond = (first + bytes.len() as u64) * NUMBERS_PER_BYTE;
        points.clear();
        let range = NumberRange { start: y.max(x / beyond) + 1, end: (x / least).min(x.isqrt()) };
        let taken = divisors.for_each(range, stop, |p| {
            points.push((x / p).saturating_sub(first * NUMBERS_PER_BYTE));
            ControlFlow::Continue(())
        });
        if taken.is_err() {
            return ControlFlow::Break(());
        }
        points.reverse();
        dispatch!(Level::new(), _simd => pairs.walk(bytes, &points));
        ControlFlow::Continue(())
    });
    if flow.is_break() { Err(SieveStopped) } else { Ok(pairs) }
}

impl PairSum {
    /// Adds the values at all points in a piece of the sieve. The points are in ascending order and count from the first
    /// number of the piece.
    #[inline(always)]
    fn walk(&mut self, bytes: &[u8], points: &[u64]) {
        let (words, rest) = bytes.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let word = |i: usize| u64::from_le_bytes(words.get(i).copied().unwrap_or(last));
        let mut counted = 0;
        for &point in points {
            let at = (point / NUMBERS_PER_WORD) as usize;
            for i in counted..at {
                self.primes += u64::from(word(i).count_ones());
            }
            counted = counted.max(at);
            let within = word(at) & WORD_MASK_UP_TO[(point % NUMBERS_PER_WORD) as usize];
            self.sum = self.sum.wrapping_add(self.primes + u64::from(within.count_ones()));
        }
        for i in counted..words.len() + 1 {
            self.primes += u64::from(word(i).count_ones());
        }
        self.points += points.len() as u64;
    }
}
