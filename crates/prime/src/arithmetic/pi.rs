//! Counts the primes up to a number without finding them.
//!
//! The method is that of Meissel and Lehmer as Lagarias, Miller and Odlyzko made it ("Computing pi(x): the
//! Meissel-Lehmer method", Math. Comp. 44, 1985) with the easy leaves of Deleglise and Rivat ("Computing
//! pi(x): the Meissel, Lehmer, Lagarias, Miller, Odlyzko method", Math. Comp. 65, 1996). With phi(x, b) the
//! count of the numbers up to x that none of the first b primes divides, y between the cube root and the
//! square root of x, and a = pi(y):
//!
//! pi(x) = phi(x, a) + a - 1 - P2,   P2 = sum over primes y < p <= sqrt x of pi(x / p) - pi(p) + 1.
//!
//! phi(x, a) is unrolled by phi(x, b) = phi(x, b - 1) - phi(x / p_b, b - 1) into leaves mu(n) phi(x / n, b):
//! ordinary ones with n <= y and b = [`BASE`], and special ones with n = m p_(b+1) > y >= m, where all primes
//! of m exceed p_(b+1). Special leaves that a table of pi answers are easy; the hard ones are counted in a
//! sieve up to x / y, which is what takes the time: O(x^(2/3)) but for logarithms.
//!
//! All sums are kept modulo 2^64, as the result is less.

mod easy;
mod factors;
mod hard;
mod ordinary;
mod pairs;
mod table;

use crate::arithmetic::sieve::{Range, Sieve, Stopped};
use factors::Factors;
use table::PiTable;

/// How many primes the ordinary leaves end at: 2, 3, 5, 7, 11 and 13.
const BASE: usize = 6;

/// Up to here the sieve is as fast.
const SMALL: u64 = 1_000_000;

/// What all parts of the sum need.
struct Terms {
    /// The number up to which primes are counted.
    x: u64,
    /// The bound of the leaves.
    y: u64,
    /// The primes up to `y`; `primes[i]` has i primes below it.
    primes: Vec<u32>,
    /// pi up to the square root of `x`, or as far as there is memory for.
    table: PiTable,
}

impl Terms {
    /// The greatest q for which the leaf of the primes p < q is hard, for p above the square root of y: v = x / (p q)
    /// is at least p^2 or beyond the table.
    fn hard_to(&self, p: u64) -> u64 {
        let known = (p * p - 1).min(self.table.limit());
        self.x / p / (known + 1)
    }
}

/// The number of primes up to `x`. `stop` is asked every few milliseconds. Takes time in proportion to
/// x^(2/3), and memory to the square root of `x` up to 10^16, to its cube root above.
///
/// # Errors
/// [`Stopped`] as soon as `stop` says so.
pub fn pi(x: u64, stop: &dyn Fn() -> bool) -> Result<u64, Stopped> {
    if x < SMALL {
        return Sieve::new().count(Range { start: 0, end: x }, stop);
    }
    let y = (cube_root(x) as f64 * alpha(x)) as u64;
    combine(x, y, TABLE_LIMIT, stop)
}

/// pi(x) with leaves up to `y`, from the cube root to the square root of `x`, and a table of pi up to
/// `limit` at most, if that is not below `y`.
fn combine(x: u64, y: u64, limit: u64, stop: &dyn Fn() -> bool) -> Result<u64, Stopped> {
    let mut sieve = Sieve::new();
    let table = PiTable::new(&mut sieve, x.isqrt().min(limit).max(y), stop)?;
    let terms = Terms { x, y, primes: table.primes_to(y), table };
    let factors = Factors::new(y, &terms.primes);
    let a = terms.primes.len() as u64;

    let pairs = pairs::sum(&terms, &mut sieve, stop)?;
    let phi = ordinary::sum(&terms, &factors)
        .wrapping_add(easy::sum(&terms, stop)?)
        .wrapping_add(hard::sum(&terms, &factors, stop)?);
    Ok(phi.wrapping_add(a).wrapping_sub(1).wrapping_sub(pairs))
}

/// The greatest bound of the table of pi; takes 13 MB.
const TABLE_LIMIT: u64 = 100_000_000;

/// By how much `y` exceeds the cube root of `x`, measured: a large `y` shortens the sieve of the hard leaves
/// and makes more easy ones.
fn alpha(x: u64) -> f64 {
    let log = (x as f64).log10();
    (log * log / 30.0).max(1.0)
}

/// The cube root, rounded down.
fn cube_root(x: u64) -> u64 {
    let mut root = (x as f64).cbrt() as u64;
    while root.checked_pow(3).is_none_or(|cube| cube > x) {
        root -= 1;
    }
    root
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn agrees_with_the_sieve_for_every_choice_of_bounds(
            x in 1_000_000u64..30_000_000,
            choice in 0.0..1.0f64,
            limit in 0u64..6000,
        ) {
            let (least, most) = (cube_root(x) as f64, x.isqrt() as f64);
            let y = (least + choice * (most - least)).ceil() as u64;
            let sieved = Sieve::new().count(Range { start: 0, end: x }, &|| false);
            prop_assert_eq!(combine(x, y, limit, &|| false), sieved);
        }
    }
}
