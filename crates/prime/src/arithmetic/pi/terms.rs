//! The values that all parts of the sum share.

use super::pi_table::PiTable;

/// Primes that the ordinary leaves end at: 2, 3, 5, 7, 11 and 13.
pub(super) const BASE_PRIMES: usize = 6;

/// The values that all parts of the sum share.
pub(super) struct PiTerms {
    /// The number up to which primes are counted.
    pub(super) x: u64,
    /// Bound of the leaves.
    pub(super) y: u64,
    /// The primes up to `y`; `primes[i]` has i primes below it.
    pub(super) primes: Vec<u32>,
    /// pi up to the square root of `x`, or as far as there is memory for it.
    pub(super) table: PiTable,
}

impl PiTerms {
    /// Returns the greatest q for which the leaf of the primes p < q is hard, for p above the square root of
    /// y: then v = x / (p q) is at least p^2 or beyond the table.
    pub(super) fn hard_to(&self, p: u64) -> u64 {
        let known = (p * p - 1).min(self.table.limit());
        self.x / p / (known + 1)
    }
}
