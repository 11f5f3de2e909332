//! Hard leaves: the special leaves that are counted in a sieve.
//!
//! The sieve runs up to x / y in segments. In each segment the primes are crossed out one after another, and
//! before p_(b+1) is, the leaves mu(m) phi(x / (m p_(b+1)), b) that fall into the segment are counted. Counts
//! of blocks are kept up to date while crossing out, so a leaf looks at one block only (a flat form of the
//! tree of Lagarias, Miller and Odlyzko).

mod counting_sieve;

use crate::arithmetic::number_range::SieveStopped;
use crate::arithmetic::wheel::NUMBERS_PER_BYTE;

use super::factor_table::FactorTable;
use super::terms::{BASE_PRIMES, PiTerms};
use counting_sieve::CountingSieve;

/// A prime of the leaves, and its state after the segments so far.
struct LeafLevel {
    p: u64,
    /// phi(v, b) for the last v before the segment.
    phi: u64,
    /// Beginning of the next cycle of `p`, in bytes from the beginning of the segment.
    next: usize,
    /// Number of primes q that may still have leaves, for `p` above the square root of y.
    qs: usize,
}

/// Returns the sum of all special leaves that [`super::easy_leaves`] leaves out.
pub(super) fn sum(
    terms: &PiTerms,
    factors: &FactorTable,
    stop: &dyn Fn() -> bool,
) -> Result<u64, SieveStopped> {
    let &PiTerms { x, y, .. } = terms;
    let beyond = x / y + 1;
    let mut levels = levels(terms);
    let mut sieve = CountingSieve::new();
    let mut sum = 0u64;
    let mut first = 0;
    while first * NUMBERS_PER_BYTE < beyond && !levels.is_empty() {
        if stop() {
            return Err(SieveStopped);
        }
        sieve.begin(first);
        // At least 1, because `low` is a divisor below.
        let low = (first * NUMBERS_PER_BYTE).max(1);
        let high = (first * NUMBERS_PER_BYTE + CountingSieve::SEGMENT_NUMBERS).min(beyond);
        // All leaves of a prime p above the square root of y have v < x / p^2. Once that bound is below the
        // segment, p has no leaves left; and primes after the last one with leaves need not be crossed out.
        let alive = levels.partition_point(|level| level.p * level.p <= y || x / level.p / level.p >= low);
        levels.truncate(alive);
        for level in &mut levels {
            let leaves = level.leaves(terms, factors, &mut sieve, low, high);
            sum = sum.wrapping_add(leaves);
            level.phi += sieve.total();
            level.next = sieve.cross_out(level.p as usize, level.next);
        }
        first += CountingSieve::SEGMENT_BYTES as u64;
    }
    Ok(sum)
}

/// Returns the levels from the first prime after 13 on, as far as there are hard leaves.
fn levels(terms: &PiTerms) -> Vec<LeafLevel> {
    let hard = |&p: &u64| p * p <= terms.y || terms.hard_to(p) > p;
    let primes = terms.primes.iter().map(|&p| u64::from(p));
    let level = |p: u64| {
        let qs = if p * p <= terms.y { 0 } else { terms.table.pi(terms.hard_to(p).min(terms.y)) as usize };
        LeafLevel { p, phi: 0, next: 0, qs }
    };
    primes.skip(BASE_PRIMES).take_while(hard).map(level).collect()
}

impl LeafLevel {
    /// Returns the sum of the leaves of this prime with `low <= v < high`.
    fn leaves(
        &mut self,
        terms: &PiTerms,
        factors: &FactorTable,
        sieve: &mut CountingSieve,
        low: u64,
        high: u64,
    ) -> u64 {
        let Self { p, phi, .. } = *self;
        let quotient = terms.x / p;
        let least = quotient / high;
        let greatest = (quotient / low).min(terms.y);
        let mut sum = 0u64;
        sieve.rewind();
        let mut leaf = |m: u64| phi + sieve.count_to(quotient / m - (low - low % NUMBERS_PER_BYTE));
        if p * p <= terms.y {
            for (m, even) in factors.leaves(least.max(terms.y / p), greatest, p) {
                let count = leaf(m);
                sum = if even { sum.wrapping_sub(count) } else { sum.wrapping_add(count) };
            }
        } else {
            let least = least.max(p);
            while let Some(&q) = self.qs.checked_sub(1).and_then(|i| terms.primes.get(i))
                && u64::from(q) > least
            {
                sum = sum.wrapping_add(leaf(q.into()));
                self.qs -= 1;
            }
        }
        sum
    }
}
