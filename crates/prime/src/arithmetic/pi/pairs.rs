//! P2: the numbers up to x with exactly two prime factors, both above y.

use std::ops::ControlFlow;

use crate::arithmetic::sieve::{Range, Sieve, Stopped};
use crate::arithmetic::wheel::{SPAN, WORD_TO};

use super::Terms;

/// The sum over all primes y < p <= sqrt x of pi(x / p) - pi(p) + 1.
///
/// While x / p grows to x / y in one sieve, p falls from the square root in another.
pub(super) fn sum(terms: &Terms, sieve: &mut Sieve, stop: &dyn Fn() -> bool) -> Result<u64, Stopped> {
    let &Terms { x, y, .. } = terms;
    let from = terms.table.limit();
    let mut walk = Walk { count: terms.table.pi(from) };
    let (mut sum, mut pairs) = (0u64, 0u64);
    let mut divisors = Sieve::new();
    let mut points = Vec::new();
    let range = Range { start: from + 1, end: x / y };
    let flow = sieve.segments(range, stop, |bytes, first| {
        // The square of a prime has its point before the first piece.
        let least = if first * SPAN <= from + 1 { from } else { first * SPAN };
        let beyond = (first + bytes.len() as u64) * SPAN;
        points.clear();
        let range = Range { start: y.max(x / beyond) + 1, end: (x / least).min(x.isqrt()) };
        let taken = divisors.each(range, stop, |p| {
            points.push((x / p).saturating_sub(first * SPAN));
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
        return Err(Stopped);
    }
    // pi(p) - 1 runs from a on.
    let a = terms.primes.len() as u64;
    let less =
        u128::from(pairs) * u128::from(a) + u128::from(pairs) * u128::from(pairs.saturating_sub(1)) / 2;
    Ok(sum.wrapping_sub(less as u64))
}

/// A count of primes that follows the sieve.
struct Walk {
    /// The primes up to the piece of the sieve that is next.
    count: u64,
}

impl Walk {
    /// The sum of pi at all points in a piece of the sieve, given in ascending order and from the first
    /// number of the piece.
    fn through(&mut self, bytes: &[u8], points: impl Iterator<Item = u64>) -> u64 {
        const COVER: u64 = 8 * SPAN;
        let mut sum = 0u64;
        let mut points = points.peekable();
        for (i, chunk) in bytes.chunks(8).enumerate() {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            let word = u64::from_le_bytes(word);
            let base = i as u64 * COVER;
            while let Some(point) = points.next_if(|&point| point < base + COVER) {
                let within = word & WORD_TO[(point - base) as usize];
                sum = sum.wrapping_add(self.count + u64::from(within.count_ones()));
            }
            self.count += u64::from(word.count_ones());
        }
        sum
    }
}
