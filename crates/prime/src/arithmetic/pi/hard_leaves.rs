//! Hard leaves: the special leaves that are counted in a sieve.
//!
//! The sieve runs up to x / y in segments. In each segment the primes are crossed out one after another, and
//! before p_(b+1) is, the leaves mu(m) phi(x / (m p_(b+1)), b) that fall into the segment are counted. Counts
//! of blocks are kept up to date while crossing out, so a leaf looks at one block only (a flat form of the
//! tree of Lagarias, Miller and Odlyzko).
//!
//! The segments can be split into parts that know nothing of each other. What a part lacks is phi(v, b) of the last v
//! before it, which counts for each of its leaves of that b, with the sign of the leaf: so it returns the sum of these
//! signs and the phi of its own numbers for every b, and the parts are added up afterwards.

mod counting_sieve;

use serde::{Deserialize, Serialize};

use crate::arithmetic::number_range::SieveStopped;
use crate::arithmetic::wheel::NUMBERS_PER_BYTE;

use super::factor_table::LEAF_BATCH;
use super::terms::{BASE_PRIMES, PiTerms};
use counting_sieve::CountingSieve;

/// Quotients below this are divided in floating-point numbers. See [`divide`].
const MAX_FLOAT_QUOTIENT: u64 = 1 << 50;

/// The leaves of some segments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HardSum {
    /// Sum of the leaves, as if no numbers came before the segments, modulo 2^64.
    sum: u64,
    /// For each prime of the leaves: the sum of the signs of its leaves, and how many numbers of the segments no smaller
    /// prime divides. Primes that have no leaves left are missing at the end.
    levels: Vec<(i64, u64)>,
}

impl HardSum {
    /// Returns the sum of all special leaves, from the parts in the order of their segments.
    pub(super) fn total<'a>(parts: impl IntoIterator<Item = &'a Self>) -> u64 {
        let mut before: Vec<u64> = Vec::new();
        let mut sum = 0u64;
        for part in parts {
            sum = sum.wrapping_add(part.sum);
            before.resize(before.len().max(part.levels.len()), 0);
            for ((signs, numbers), before) in part.levels.iter().zip(&mut before) {
                sum = sum.wrapping_add((*signs as u64).wrapping_mul(*before));
                *before += numbers;
            }
        }
        sum
    }
}

/// A prime of the leaves, and its state after the segments so far.
struct LeafLevel {
    p: u64,
    /// phi(v, b) for the last v before the segment, without the numbers before the first segment.
    phi: u64,
    /// Sum of the signs of the leaves.
    signs: i64,
    /// Beginning of the next cycle of `p`, in bytes from the beginning of the segment.
    next: usize,
    /// Number of primes q that may still have leaves, for `p` above the square root of y.
    qs: usize,
}

/// Returns the sum of the special leaves that [`super::easy_leaves`] leaves out, for those in the segments of part `part`
/// of `parts`.
pub(super) fn sum(
    terms: &PiTerms,
    (part, parts): (u32, u32),
    stop: &dyn Fn() -> bool,
) -> Result<HardSum, SieveStopped> {
    let &PiTerms { x, y, .. } = terms;
    let beyond = x / y + 1;
    let segments = beyond.div_ceil(CountingSieve::SEGMENT_NUMBERS);
    let (from, until) = (border(segments, part, parts), border(segments, part + 1, parts));
    let mut levels = levels(terms, from * CountingSieve::SEGMENT_BYTES as u64);
    let mut alive = levels.len();
    let mut sieve = CountingSieve::new();
    let mut sum = 0u64;
    for segment in from..until {
        if stop() {
            return Err(SieveStopped);
        }
        let first = segment * CountingSieve::SEGMENT_BYTES as u64;
        // At least 1, because `low` is a divisor below.
        let low = (first * NUMBERS_PER_BYTE).max(1);
        let high = (first * NUMBERS_PER_BYTE + CountingSieve::SEGMENT_NUMBERS).min(beyond);
        // All leaves of a prime p above the square root of y have v < x / p^2. Once that bound is below the
        // segment, p has no leaves left; and primes after the last one with leaves need not be crossed out.
        alive = levels[..alive].partition_point(|level| level.has_leaves_from(terms, low));
        if alive == 0 {
            break;
        }
        sieve.begin(first);
        for level in &mut levels[..alive] {
            let leaves = level.leaves(terms, &sieve, low, high);
            sum = sum.wrapping_add(leaves);
            level.phi += sieve.total();
            level.next = sieve.cross_out(level.p as usize, level.next);
        }
    }
    Ok(HardSum { sum, levels: levels.iter().map(|level| (level.signs, level.phi)).collect() })
}

/// Returns the first segment of a part, `segments` (part / parts)^1.5. Leaves are dense among small numbers, so the first
/// parts are shorter.
fn border(segments: u64, part: u32, parts: u32) -> u64 {
    // Without floating-point numbers, for which machines may have other last bits: the parts must meet.
    let [part, parts] = [part, parts].map(u128::from);
    (u128::from(segments).pow(2) * part.pow(3) / parts.pow(3)).isqrt() as u64
}

/// Returns the levels from the first prime after 19 on, as far as there are hard leaves, before the segment that begins
/// at byte `first` of all numbers.
fn levels(terms: &PiTerms, first: u64) -> Vec<LeafLevel> {
    let low = (first * NUMBERS_PER_BYTE).max(1);
    let is_hard = |&p: &u64| p * p <= terms.y || terms.hard_to(p) > p;
    let primes = terms.primes.iter().map(|&p| u64::from(p));
    let level = |p: u64| {
        let greatest = terms.hard_to(p).min(terms.x / p / low).min(terms.y);
        let qs = if p * p <= terms.y || greatest <= p { 0 } else { terms.table.pi(greatest) as usize };
        let next = (p - first % p) % p;
        LeafLevel { p, phi: 0, signs: 0, next: next as usize, qs }
    };
    let levels = primes.skip(BASE_PRIMES).take_while(is_hard).map(level);
    levels.take_while(|level| level.has_leaves_from(terms, low)).collect()
}

impl LeafLevel {
    /// Returns whether this prime may have leaves of `low` or above.
    fn has_leaves_from(&self, terms: &PiTerms, low: u64) -> bool {
        self.p * self.p <= terms.y || terms.x / self.p / self.p >= low
    }

    /// Returns the sum of the leaves of this prime with `low <= v < high`.
    fn leaves(&mut self, terms: &PiTerms, sieve: &CountingSieve, low: u64, high: u64) -> u64 {
        let Self { p, phi, .. } = *self;
        let quotient = terms.x / p;
        let least = quotient / high;
        let mut sum = 0u64;
        let mut signs = 0;
        let first = low - low % NUMBERS_PER_BYTE;
        let mut count = |leaves: &mut [u32]| {
            divide(quotient, first, leaves);
            let odd = leaves.iter().filter(|&leaf| leaf & 1 == 1).count() as i64;
            signs += leaves.len() as i64 - 2 * odd;
            sum = sum.wrapping_add(sieve.count_leaves(leaves) as u64);
        };
        if p * p <= terms.y {
            let greatest = (quotient / low).min(terms.y);
            terms.factors.leaves(least.max(terms.y / p), greatest, p, count);
        } else {
            let least = least.max(p);
            // Primes have an odd number of prime factors.
            let mut leaves = [0; LEAF_BATCH];
            let left = &terms.primes[..self.qs];
            let from = left.len() - left.iter().rev().take_while(|&&q| u64::from(q) > least).count();
            for batch in left[from..].rchunks(LEAF_BATCH) {
                for (leaf, q) in leaves.iter_mut().zip(batch.iter().rev()) {
                    *leaf = q << 1;
                }
                count(&mut leaves[..batch.len()]);
            }
            self.qs = from;
        }
        self.signs += signs;
        sum.wrapping_add((signs as u64).wrapping_mul(phi))
    }
}

/// Replaces each leaf, which is twice its m and perhaps 1 more, by twice the distance of quotient / m from `first`, and 1
/// more.
fn divide(quotient: u64, first: u64, leaves: &mut [u32]) {
    if quotient < MAX_FLOAT_QUOTIENT {
        // (quotient + 1/2) / m is at least 1/(2m) away from every integer; the double is nearer to it than that, since its
        // relative error is less than 2 / 2^53. So rounding it, less 1/2, to the nearest integer gives the integer
        // quotient; adding 2^52 rounds.
        const TWO_52: f64 = (1u64 << 52) as f64;
        let above = quotient as f64 + 0.5;
        for leaf in leaves {
            let number = (above / f64::from(*leaf >> 1) - 0.5 + TWO_52).to_bits() - TWO_52.to_bits();
            *leaf = ((number - first) as u32) << 1 | *leaf & 1;
        }
    } else {
        for leaf in leaves {
            *leaf = ((quotient / u64::from(*leaf >> 1) - first) as u32) << 1 | *leaf & 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn leaves_are_divided_exactly(
            result in 0u64..1 << 40,
            m in 1u64..1 << 25,
            rest in prop_oneof![Just(0.0), Just(1.0), 0.0..1.0f64],
            ahead in 0u64..1000,
            flag in 0u32..2,
        ) {
            let result = result % (u64::MAX / m);
            let result = result.max(1);
            let quotient = result * m + (rest * (m - 1) as f64) as u64;
            let mut leaves = [(m as u32) << 1 | flag];
            divide(quotient, result.saturating_sub(ahead), &mut leaves);
            prop_assert_eq!(leaves, [(ahead.min(result) as u32) << 1 | flag]);
        }
    }
}
