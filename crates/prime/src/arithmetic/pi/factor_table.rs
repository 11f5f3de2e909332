//! Least prime factors and the Moebius function of small numbers.

use crate::arithmetic::wheel::{BIT_OF_RESIDUE, NUMBERS_PER_BYTE, RESIDUES, byte_of, mask_up_to};

/// Numbers that are examined at a time.
pub(super) const LEAF_BATCH: usize = 512;

/// For every number up to a bound that 2, 3 and 5 do not divide, in order: the least prime factor, with the
/// sign of the Moebius function; 0 if a square divides the number.
///
/// Factors from [`i16::MAX`] on are stored as [`i16::MAX`], and so is the number 1, which has none: factors
/// are only compared with primes up to the square root of the bound.
pub(super) struct FactorTable(Vec<i16>);

impl FactorTable {
    /// Computes the factors of the numbers up to `limit`, at most 2^30. `primes` are all the primes up to
    /// there.
    pub(super) fn new(limit: u64, primes: &[u32]) -> Self {
        let mut factors = vec![i16::MAX; Self::up_to(limit)];
        for p in primes.iter().map(|&p| u64::from(p)).skip_while(|&p| p < 7) {
            let least = i16::try_from(p).unwrap_or(i16::MAX);
            for entry in multiples(p, limit).map_while(index) {
                // The first prime that reaches an entry is the least; every further one only flips the sign.
                let factor = &mut factors[entry];
                *factor = if factor.abs() == i16::MAX { -factor.signum() * least } else { -*factor };
            }
            for entry in multiples(p * p, limit).map_while(index) {
                factors[entry] = 0;
            }
        }
        Self(factors)
    }

    /// Returns how many numbers up to `n` are divisible by none of 2, 3 and 5.
    pub(super) fn up_to(n: u64) -> usize {
        byte_of(n) as usize * 8 + mask_up_to(n % NUMBERS_PER_BYTE).count_ones() as usize
    }

    /// Passes the numbers of `above + 1..=to` without a prime factor up to `prime` and without a square factor to
    /// `visit`, in descending order and several at a time: twice the number, and 1 more if it has an even number of
    /// prime factors.
    #[inline(always)]
    pub(super) fn leaves(&self, above: u64, to: u64, prime: u64, mut visit: impl FnMut(&mut [u32])) {
        let to = Self::up_to(to);
        let from = Self::up_to(above).min(to);
        let prime = i16::try_from(prime).unwrap_or(i16::MAX);
        let mut leaves = [0; LEAF_BATCH];
        for (batch, factors) in self.0[from..to].rchunks(LEAF_BATCH).enumerate() {
            let first = to - batch * LEAF_BATCH - factors.len();
            let mut count = 0;
            // Which numbers are leaves is unpredictable, so the loop does not branch on it: each is written, and the
            // count grows only if it is one. `% LEAF_BATCH` never changes the index: it spares the bounds check.
            for (i, &factor) in factors.iter().enumerate().rev() {
                leaves[count % LEAF_BATCH] = (number(first + i) as u32) << 1 | u32::from(factor > 0);
                count += usize::from(factor.abs() > prime);
            }
            visit(&mut leaves[..count]);
        }
    }
}

/// Returns the multiples of `p` up to `limit` that 2, 3 and 5 do not divide.
fn multiples(p: u64, limit: u64) -> impl Iterator<Item = u64> {
    (0..).map(move |i| number(i) * p).take_while(move |&n| n <= limit)
}

/// Returns the number of an entry.
fn number(entry: usize) -> u64 {
    (entry / 8) as u64 * NUMBERS_PER_BYTE + u64::from(RESIDUES[entry % 8])
}

/// Returns the entry of a number, if it has one.
fn index(number: u64) -> Option<usize> {
    let bit = usize::from(BIT_OF_RESIDUE[(number % NUMBERS_PER_BYTE) as usize]);
    (bit < 8).then_some(byte_of(number) as usize * 8 + bit)
}
