//! P2: the numbers up to x with exactly two prime factors, both above y.

use std::ops::ControlFlow;

use crate::arithmetic::number_range::{NumberRange, SieveStopped};
use crate::arithmetic::prime_sieve::PrimeSieve;
use crate::arithmetic::wheel::{NUMBERS_PER_BYTE, WORD_MASK_UP_TO};

use super::terms::PiTerms;

/// Returns the sum over all primes y < p <= sqrt x of pi(x / p) - pi(p) + 1.
///
/// While x / p grows to x / y in one sieve, p falls from the square root in another.
pub(super) fn sum(
    terms: &PiTerms,
    sieve: &mut PrimeSieve,
    stop: &dyn Fn() -> bool,
) -> Result<u64, SieveStopped> {
    let &PiTerms { x, y, .. } = terms;
    let from = terms.table.limit();
    let mut walk = PiWalk { count: terms.table.pi(from) };
    let (mut sum, mut pairs) = (0u64, 0u64);
    let mut divisors = PrimeSieve::new();
    let mut points = Vec::new();
    let range = NumberRange { start: from + 1, end: x / y };
    let flow = sieve.segments(range, stop, |bytes, first| {
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
        pairs += points.len() as u64;
        sum = sum.wrapping_add(walk.through(bytes, points.iter().rev().copied()));
        ControlFlow::Continue(())
    });
    if flow.is_break() {
        return Err(SieveStopped);
    }
    // Subtract the sum of pi(p) - 1, which takes the values a, a + 1, and so on, once for each p.
    let a = terms.primes.len() as u64;
    // The products exceed 64 bits before the sum is reduced modulo 2^64.
    let less =
        u128::from(pairs) * u128::from(a) + u128::from(pairs) * u128::from(pairs.saturating_sub(1)) / 2;
    Ok(sum.wrapping_sub(less as u64))
}

/// A count of primes that follows the sieve.
struct PiWalk {
    /// Number of primes before the next piece of the sieve.
    count: u64,
}

impl PiWalk {
    /// Returns the sum of pi at all points in a piece of the sieve. The points are in ascending order and
    /// count from the first number of the piece.
    fn through(&mut self, bytes: &[u8], points: impl Iterator<Item = u64>) -> u64 {
        const NUMBERS_PER_WORD: u64 = 8 * NUMBERS_PER_BYTE;
        let mut sum = 0u64;
        let mut points = points.peekable();
        for (i, chunk) in bytes.chunks(8).enumerate() {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            let word = u64::from_le_bytes(word);
            let base = i as u64 * NUMBERS_PER_WORD;
            while let Some(point) = points.next_if(|&point| point < base + NUMBERS_PER_WORD) {
                let within = word & WORD_MASK_UP_TO[(point - base) as usize];
                sum = sum.wrapping_add(self.count + u64::from(within.count_ones()));
            }
            self.count += u64::from(word.count_ones());
        }
        sum
    }
}
