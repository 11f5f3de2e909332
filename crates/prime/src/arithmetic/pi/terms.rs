//! The tables that all parts of the sum share.

use crate::arithmetic::number_range::SieveStopped;
use crate::arithmetic::prime_sieve::PrimeSieve;

use super::factor_table::FactorTable;
use super::pi_table::PiTable;

/// Primes that the ordinary leaves end at: 2 to 19.
pub(super) const BASE_PRIMES: usize = 8;

/// The values that all parts of the sum share.
pub(super) struct PiTerms {
    /// The number up to which primes are counted.
    pub(super) x: u64,
    /// Bound of the leaves.
    pub(super) y: u64,
    /// The primes up to `y`; `primes[i]` has i primes below it.
    pub(super) primes: Vec<u32>,
    /// 1 / p for each of the primes, since multiplication is faster than division.
    pub(super) reciprocals: Vec<f64>,
    /// pi up to the square root of `x`, or as far as there is memory for it.
    pub(super) table: PiTable,
    /// Factors of the numbers up to `y`.
    pub(super) factors: FactorTable,
}

impl PiTerms {
    /// Computes the tables for leaves up to `y`, from the cube root to the square root of `x`, and for pi up to
    /// `limit` at most, unless that is below `y`.
    pub(super) fn new(x: u64, y: u64, limit: u64, stop: &dyn Fn() -> bool) -> Result<Self, SieveStopped> {
        let table = PiTable::new(&mut PrimeSieve::new(), x.isqrt().min(limit).max(y), stop)?;
        let primes = table.primes_to(y);
        let reciprocals = primes.iter().map(|&p| 1.0 / f64::from(p)).collect();
        let factors = FactorTable::new(y, &primes);
        Ok(Self { x, y, primes, reciprocals, table, factors })
    }

    /// Returns the greatest q for which the leaf of the primes p < q is hard, for p above the square root of
    /// y: then v = x / (p q) is at least p^2 or beyond the table.
    pub(super) fn hard_to(&self, p: u64) -> u64 {
        let known = (p * p - 1).min(self.table.limit());
        self.x / p / (known + 1)
    }
}
