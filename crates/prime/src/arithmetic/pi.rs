//! The prime-counting function: primes up to a number, counted without finding them.
//!
//! The method is that of Meissel and Lehmer in the form of Lagarias, Miller and Odlyzko ("Computing pi(x):
//! the Meissel-Lehmer method", Math. Comp. 44, 1985), with the easy leaves of Deleglise and Rivat ("Computing
//! pi(x): the Meissel, Lehmer, Lagarias, Miller, Odlyzko method", Math. Comp. 65, 1996). With phi(x, b) the
//! count of the numbers up to x that none of the first b primes divides, y between the cube root and the
//! square root of x, and a = pi(y):
//!
//! pi(x) = phi(x, a) + a - 1 - P2,   P2 = sum over primes y < p <= sqrt x of pi(x / p) - pi(p) + 1.
//!
//! The recurrence phi(x, b) = phi(x, b - 1) - phi(x / p_b, b - 1) expands phi(x, a) into leaves mu(n) phi(x /
//! n, b): ordinary leaves with n <= y and b = [`BASE_PRIMES`](terms::BASE_PRIMES), and special leaves with n
//! = m p_(b+1) > y >= m, where all primes of m exceed p_(b+1). Special leaves that a table of pi answers are
//! easy. The hard ones are counted in a sieve up to x / y, which takes most of the time: O(x^(2/3)) apart
//! from logarithms.
//!
//! All sums are kept modulo 2^64, because the result is less.

mod easy_leaves;
mod factor_table;
mod hard_leaves;
mod ordinary_leaves;
mod p2;
mod pi_table;
mod terms;

use crate::arithmetic::number_range::{NumberRange, SieveStopped};
use crate::arithmetic::prime_sieve::PrimeSieve;
use factor_table::FactorTable;
use pi_table::PiTable;
use terms::PiTerms;

/// Number below which the sieve is as fast.
const MIN_COMBINATORIAL: u64 = 1_000_000;

/// Returns the number of primes up to `x`. Calls `stop` every few milliseconds.
///
/// The time grows with x^(2/3). The memory grows with the square root of `x` up to 10^16, and with its cube
/// root above.
///
/// # Errors
/// [`SieveStopped`] as soon as `stop` returns true.
pub fn pi(x: u64, stop: &dyn Fn() -> bool) -> Result<u64, SieveStopped> {
    if x < MIN_COMBINATORIAL {
        return PrimeSieve::new().count(NumberRange { start: 0, end: x }, stop);
    }
    let y = (cube_root(x) as f64 * alpha(x)) as u64;
    pi_with_bounds(x, y, MAX_TABLE_LIMIT, stop)
}

/// Computes pi(x) with leaves up to `y`, from the cube root to the square root of `x`, and a table of pi up
/// to `limit` at most, unless that is below `y`.
fn pi_with_bounds(x: u64, y: u64, limit: u64, stop: &dyn Fn() -> bool) -> Result<u64, SieveStopped> {
    let mut sieve = PrimeSieve::new();
    let table = PiTable::new(&mut sieve, x.isqrt().min(limit).max(y), stop)?;
    let terms = PiTerms { x, y, primes: table.primes_to(y), table };
    let factors = FactorTable::new(y, &terms.primes);
    let a = terms.primes.len() as u64;

    let pairs = p2::sum(&terms, &mut sieve, stop)?;
    let phi = ordinary_leaves::sum(&terms, &factors)
        .wrapping_add(easy_leaves::sum(&terms, stop)?)
        .wrapping_add(hard_leaves::sum(&terms, &factors, stop)?);
    Ok(phi.wrapping_add(a).wrapping_sub(1).wrapping_sub(pairs))
}

/// Greatest bound of the table of pi, which then takes 13 MB.
const MAX_TABLE_LIMIT: u64 = 100_000_000;

/// Returns the factor by which `y` exceeds the cube root of `x`, as measured. A large `y` shortens the sieve
/// of the hard leaves and creates more easy leaves.
fn alpha(x: u64) -> f64 {
    let log = (x as f64).log10();
    (log * log / 30.0).max(1.0)
}

/// Returns the cube root, rounded down.
fn cube_root(x: u64) -> u64 {
    // The rounded floating-point root may be too large.
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
            let sieved = PrimeSieve::new().count(NumberRange { start: 0, end: x }, &|| false);
            prop_assert_eq!(pi_with_bounds(x, y, limit, &|| false), sieved);
        }
    }
}
