//! Easy leaves: the special leaves that need no sieve.
//!
//! For p above the square root of y, m is a prime q > p, and the leaf is phi(v, pi(p) - 1) with v = x / (p
//! q). Its value is 1 if v < p, and pi(v) - pi(p) + 2 if p <= v < p^2.
//!
//! Most of the time goes into sums of pi(x / (p q)) over the primes q of an interval. Let s be the square root of
//! x / p. The pairs of primes q > s and r <= x / (p q) can be counted by r instead of q, where r < s: so q above s need
//! no lookups of their own, and those of q and r below s are the same, with the weight 2 (Gourdon, "Computation of
//! pi(x): improvements to the Meissel, Lehmer, Lagarias, Miller, Odlyzko, Deleglise and Rivat method", 2001).

use fearless_simd::{Level, dispatch};

use crate::arithmetic::number_range::SieveStopped;

use super::terms::{BASE_PRIMES, PiTerms};

/// Quotients below this are divided by multiplication with a reciprocal. See [`times_reciprocal`].
const MAX_RECIPROCAL_QUOTIENT: u64 = 1 << 50;

/// Numbers that are looked up at a time.
const BATCH: usize = 64;

/// Returns the sum of the special leaves with v < p, or v < p^2 within the table of pi, for those primes p that belong
/// to part `part` of `parts`: every prime to one.
pub(super) fn sum(
    terms: &PiTerms,
    (part, parts): (u32, u32),
    stop: &dyn Fn() -> bool,
) -> Result<u64, SieveStopped> {
    let PiTerms { x, y, primes, table, .. } = terms;
    let mut sum = 0u64;
    // The base primes have no special leaves, even if `x` is so small that they exceed the square root of y.
    let first = primes.partition_point(|&p| u64::from(p).pow(2) <= *y).max(BASE_PRIMES);
    // Neighbours take as long, so dealing them out in turn gives equal parts.
    for (count, before) in (first..primes.len()).skip(part as usize).step_by(parts as usize).enumerate() {
        if count % 64 == 0 && stop() {
            return Err(SieveStopped);
        }
        let p = u64::from(primes[before]);
        let quotient = x / p;
        // Leaves by the index of q: p < q <= hard are counted in the sieve, hard < q <= easy looked up.
        let index = |q: u64| table.pi(q.clamp(p, *y)) as usize;
        let easy = index(quotient / p);
        sum = sum.wrapping_add((primes.len() - easy) as u64);
        if easy == before + 1 {
            continue;
        }
        let hard = index(terms.hard_to(p));
        if hard < easy {
            // pi(p) is `before + 1`, so each of these leaves is pi(v) - (before - 1).
            let count = (easy - hard) as u64;
            sum = sum.wrapping_add(Lookups { terms, quotient }.sum(hard, easy));
            sum = sum.wrapping_sub((before as u64).wrapping_sub(1).wrapping_mul(count));
        }
    }
    Ok(sum)
}

/// Sums of pi(quotient / q).
struct Lookups<'a> {
    terms: &'a PiTerms,
    quotient: u64,
}

impl Lookups<'_> {
    /// Returns the sum over the primes q of index `from..to`.
    fn sum(&self, from: usize, to: usize) -> u64 {
        let PiTerms { primes, table, .. } = self.terms;
        let at = |q: u32| table.pi(self.quotient / u64::from(q)) as usize;
        let root = self.quotient.isqrt();
        let turn = primes.partition_point(|&q| u64::from(q) <= root).clamp(from, to);
        let (Some(&least), Some(&greatest)) = (primes[turn..to].first(), primes[turn..to].last()) else {
            return self.look_up(from, to);
        };
        // Primes r up to quotient / greatest count for every q of the upper half, those up to quotient / least for some.
        let (all, some) = (at(greatest), at(least));
        let (both, either) = (from.max(all), turn.min(some));
        let looked_up = if both < either {
            let outside =
                self.look_up(from.min(all), both).wrapping_add(self.look_up(either, turn.max(some)));
            outside.wrapping_add(self.look_up(both, either).wrapping_mul(2))
        } else {
            self.look_up(from, turn).wrapping_add(self.look_up(all, some))
        };
        looked_up.wrapping_add((all * (to - turn)) as u64).wrapping_sub(((some - all) * turn) as u64)
    }

    /// Returns the sum over the primes q of index `from..to`, one by one.
    fn look_up(&self, from: usize, to: usize) -> u64 {
        if self.quotient < MAX_RECIPROCAL_QUOTIENT {
            dispatch!(Level::new(), _simd => self.look_up_reciprocals(from, to))
        } else {
            let qs = &self.terms.primes[from..to];
            qs.iter().map(|&q| self.terms.table.pi(self.quotient / u64::from(q))).sum()
        }
    }

    /// Looks up quotients that come from multiplication.
    #[inline(always)]
    fn look_up_reciprocals(&self, from: usize, to: usize) -> u64 {
        let PiTerms { reciprocals, table, .. } = self.terms;
        let above = self.quotient as f64 + 0.5;
        let mut sum = 0u64;
        let mut quotients = [0u32; BATCH];
        for chunk in reciprocals[from..to].chunks(BATCH) {
            for (quotient, reciprocal) in quotients.iter_mut().zip(chunk) {
                *quotient = times_reciprocal(above, *reciprocal);
            }
            for &quotient in &quotients[..chunk.len()] {
                sum += table.pi(quotient.into());
            }
        }
        sum
    }
}

/// Returns n / q for `above`, which is n + 1/2, and the reciprocal of q; n is below [`MAX_RECIPROCAL_QUOTIENT`], and the
/// result from 1 to 2^32 - 1.
///
/// The exact (n + 1/2) / q is at least 1/(2q) away from every integer. The double is nearer to that than this: its relative
/// error is less than 3 / 2^53, and n less than 2^53 / 6. So rounding it, less 1/2, to the nearest integer gives the integer
/// quotient; adding 2^52 rounds, and leaves the integer in the low bits.
#[inline(always)]
fn times_reciprocal(above: f64, reciprocal: f64) -> u32 {
    const TWO_52: f64 = (1u64 << 52) as f64;
    (above * reciprocal - 0.5 + TWO_52).to_bits() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn multiplication_with_a_reciprocal_is_a_division(
            result in 0u64..1 << 32,
            q in 1u64..1 << 25,
            rest in prop_oneof![Just(0.0), Just(1.0), 0.0..1.0f64],
        ) {
            let result = (result % (MAX_RECIPROCAL_QUOTIENT / q)).max(1);
            let n = result * q + (rest * (q - 1) as f64) as u64;
            prop_assert_eq!(u64::from(times_reciprocal(n as f64 + 0.5, 1.0 / q as f64)), n / q);
        }
    }
}
