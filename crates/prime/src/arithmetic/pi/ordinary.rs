//! The ordinary leaves.

use super::factors::Factors;
use super::{BASE, Terms};

/// The first [`BASE`] primes.
const PRIMES: [usize; BASE] = [2, 3, 5, 7, 11, 13];

/// Their product.
const PERIOD: usize = 30030;

/// The sum of mu(n) phi(x / n, [`BASE`]) over all n up to y with no prime factor up to 13.
pub(super) fn sum(terms: &Terms, factors: &Factors) -> u64 {
    let phi = Phi::new();
    let mut sum = 0u64;
    for (n, even) in factors.leaves(0, terms.y, 13) {
        let leaf = phi.at(terms.x / n);
        sum = if even { sum.wrapping_add(leaf) } else { sum.wrapping_sub(leaf) };
    }
    sum
}

/// phi(n, [`BASE`]).
struct Phi {
    /// phi(n, [`BASE`]) below one period.
    first: Vec<u16>,
}

impl Phi {
    fn new() -> Self {
        let mut count = 0;
        let coprime = |n: usize| PRIMES.iter().all(|p| !n.is_multiple_of(*p));
        let first = (0..PERIOD).map(|n| {
            count += u16::from(coprime(n));
            count
        });
        Self { first: first.collect() }
    }

    fn at(&self, n: u64) -> u64 {
        let period = PERIOD as u64;
        n / period * u64::from(self.first[PERIOD - 1]) + u64::from(self.first[(n % period) as usize])
    }
}
