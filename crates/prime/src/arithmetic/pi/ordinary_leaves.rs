//! Ordinary leaves.

use super::factor_table::FactorTable;
use super::terms::{BASE_PRIMES, PiTerms};

/// The first [`BASE_PRIMES`] primes.
const SMALL_PRIMES: [usize; BASE_PRIMES] = [2, 3, 5, 7, 11, 13];

/// Product of the first [`BASE_PRIMES`] primes.
const PHI_PERIOD: usize = 30030;

/// Returns the sum of mu(n) phi(x / n, [`BASE_PRIMES`]) over all n up to y without a prime factor up to 13.
pub(super) fn sum(terms: &PiTerms, factors: &FactorTable) -> u64 {
    let phi = PhiTable::new();
    let mut sum = 0u64;
    for (n, even) in factors.leaves(0, terms.y, 13) {
        let leaf = phi.at(terms.x / n);
        sum = if even { sum.wrapping_add(leaf) } else { sum.wrapping_sub(leaf) };
    }
    sum
}

/// phi(n, [`BASE_PRIMES`]), which is periodic up to a linear term.
struct PhiTable {
    /// phi(n, [`BASE_PRIMES`]) below one period.
    first: Vec<u16>,
}

impl PhiTable {
    /// Counts one period.
    fn new() -> Self {
        let mut count = 0;
        let coprime = |n: usize| SMALL_PRIMES.iter().all(|p| !n.is_multiple_of(*p));
        let first = (0..PHI_PERIOD).map(|n| {
            count += u16::from(coprime(n));
            count
        });
        Self { first: first.collect() }
    }

    /// Returns phi(n, [`BASE_PRIMES`]).
    fn at(&self, n: u64) -> u64 {
        let period = PHI_PERIOD as u64;
        n / period * u64::from(self.first[PHI_PERIOD - 1]) + u64::from(self.first[(n % period) as usize])
    }
}
