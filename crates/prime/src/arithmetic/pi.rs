//! The prime-counting function: primes up to a number, counted without finding them.
//!
//! The method is that of Meissel and Lehmer in the form of Lagarias, Miller and Odlyzko ("Computing pi(x):
//! the Meissel-Lehmer method", Math. Comp. 44, 1985), with the easy leaves of Deleglise and Rivat ("Computing
//! pi(x): the Meissel, Lehmer, Lagarias, Miller, Odlyzko method", Math. Comp. 65, 1996), summed as Gourdon does
//! it (see [`easy_leaves`]). With phi(x, b) the count of the numbers up to x that none of the first b primes
//! divides, y between the cube root and the square root of x, and a = pi(y):
//!
//! pi(x) = phi(x, a) + a - 1 - P2,   P2 = sum over primes y < p <= sqrt x of pi(x / p) - pi(p) + 1.
//!
//! The recurrence phi(x, b) = phi(x, b - 1) - phi(x / p_b, b - 1) expands phi(x, a) into leaves mu(n) phi(x /
//! n, b): ordinary leaves with n <= y and b = [`BASE_PRIMES`](terms::BASE_PRIMES), and special leaves with n
//! = m p_(b+1) > y >= m, where all primes of m exceed p_(b+1). Special leaves that a table of pi answers are
//! easy. The hard ones are counted in a sieve up to x / y, which takes most of the time: O(x^(2/3)) apart
//! from logarithms.
//!
//! All sums are kept modulo 2^64, because the result is less. Each of the three large ones can be split into parts that are
//! computed apart.

mod easy_leaves;
mod factor_table;
mod hard_leaves;
mod ordinary_leaves;
mod p2;
mod pi_table;
mod terms;

use serde::{Deserialize, Serialize};

use crate::arithmetic::number_range::{NumberRange, SieveStopped};
use crate::arithmetic::prime_sieve::PrimeSieve;
use hard_leaves::HardSum;
use p2::PairSum;
use terms::PiTerms;

/// Number below which the sieve is as fast.
const MIN_COMBINATORIAL: u64 = 1_000_000;

/// Greatest bound of the table of pi, which then takes 72 MB.
const MAX_TABLE_LIMIT: u64 = 1_080_000_000;

/// Returns the number of primes up to `x`. Calls `stop` several times a second.
///
/// The time grows with x^(2/3), the memory is that of [`PiTables`].
///
/// # Errors
/// [`SieveStopped`] as soon as `stop` returns true.
pub fn pi(x: u64, stop: &dyn Fn() -> bool) -> Result<u64, SieveStopped> {
    let tables = PiTables::new(x, stop)?;
    Ok(PiPart::add_up(&[tables.part(0, 1, stop)?]))
}

/// The tables for counting the primes up to some number, of which parts can be counted apart.
///
/// They take about x^(1/2) / 15 + 20 x^(1/3) bytes: 11 MB at 10^16, 90 MB at 10^18, and 140 MB at most.
pub struct PiTables {
    x: u64,
    /// `None` for a number so small that all primes are counted in the sieve.
    terms: Option<PiTerms>,
}

/// One of several parts of pi(x), which [`PiPart::add_up`] adds up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PiPart {
    /// What this part adds to pi(x), modulo 2^64.
    sum: u64,
    /// pi(y).
    a: u64,
    /// Number of the primes in the table of pi.
    known: u64,
    pairs: PairSum,
    hard: HardSum,
}

impl PiTables {
    /// Computes the tables for `x`.
    ///
    /// # Errors
    /// [`SieveStopped`] as soon as `stop` returns true.
    pub fn new(x: u64, stop: &dyn Fn() -> bool) -> Result<Self, SieveStopped> {
        if x < MIN_COMBINATORIAL {
            return Ok(Self { x, terms: None });
        }
        Ok(Self { x, terms: Some(PiTerms::new(x, table_bound(x), MAX_TABLE_LIMIT, stop)?) })
    }

    /// Returns the number up to which primes are counted.
    pub fn x(&self) -> u64 {
        self.x
    }

    /// Computes part `part`, from 0 on, of `parts`. The first parts take a little longer.
    ///
    /// # Errors
    /// [`SieveStopped`] as soon as `stop` returns true.
    pub fn part(&self, part: u32, parts: u32, stop: &dyn Fn() -> bool) -> Result<PiPart, SieveStopped> {
        let Some(terms) = &self.terms else {
            // Too little work for several parts: the first does it all.
            let numbers = NumberRange { start: 0, end: self.x };
            let sum = if part == 0 { PrimeSieve::new().count(numbers, stop)? } else { 0 };
            let (pairs, hard) = (PairSum::default(), HardSum::default());
            return Ok(PiPart { sum, a: 1, known: 0, pairs, hard });
        };
        let mut sum = easy_leaves::sum(terms, (part, parts), stop)?;
        if part == 0 {
            sum = sum.wrapping_add(ordinary_leaves::sum(terms));
        }
        Ok(PiPart {
            sum,
            a: terms.primes.len() as u64,
            known: terms.table.pi(terms.table.limit()),
            pairs: p2::sum(terms, (part, parts), stop)?,
            hard: hard_leaves::sum(terms, (part, parts), stop)?,
        })
    }
}

impl PiPart {
    /// Returns pi(x), from all parts in order.
    ///
    /// # Panics
    /// If there is no part.
    pub fn add_up(parts: &[Self]) -> u64 {
        let &Self { a, known, .. } = &parts[0];
        let sum = parts.iter().fold(0u64, |sum, part| sum.wrapping_add(part.sum));
        let pairs = PairSum::total(parts.iter().map(|part| &part.pairs), a, known);
        let hard = HardSum::total(parts.iter().map(|part| &part.hard));
        sum.wrapping_add(hard).wrapping_add(a).wrapping_sub(1).wrapping_sub(pairs)
    }
}

/// Returns y: the cube root of `x` times about log10(x)^2 / 20, as measured. A large `y` shortens the sieve of the hard
/// leaves and creates more of them.
fn table_bound(x: u64) -> u64 {
    let root = cube_root(x);
    let bits = u64::from(x.ilog2());
    // Without floating-point numbers: all machines that count parts of one number must have the same bound. 221 is
    // 20 / log10(2)^2.
    (root * bits * bits / 221).clamp(root, x.isqrt())
}

/// Returns the cube root, rounded down.
fn cube_root(x: u64) -> u64 {
    // The rounded floating-point root may be too large or too small.
    let mut root = (x as f64).cbrt() as u64;
    let is_too_large = |root: u64| root.checked_pow(3).is_none_or(|cube| cube > x);
    while is_too_large(root) {
        root -= 1;
    }
    while !is_too_large(root + 1) {
        root += 1;
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
            for parts in [1, 3] {
                let tables = PiTables { x, terms: Some(PiTerms::new(x, y, limit, &|| false).unwrap()) };
                let found: Vec<PiPart> =
                    (0..parts).map(|part| tables.part(part, parts, &|| false).unwrap()).collect();
                prop_assert_eq!(Ok(PiPart::add_up(&found)), sieved);
            }
        }
    }
}
