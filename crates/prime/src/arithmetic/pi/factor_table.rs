//! Least prime factors and the Moebius function of small numbers.

use crate::arithmetic::wheel::{BIT_OF_RESIDUE, NUMBERS_PER_BYTE, RESIDUES, byte_of, mask_up_to};

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

    /// Returns the numbers of `above + 1..=to` without a prime factor up to `prime` and without a square
    /// factor, in descending order, and whether each has an even number of prime factors.
    pub(super) fn leaves(&self, above: u64, to: u64, prime: u64) -> impl Iterator<Item = (u64, bool)> {
        let to = Self::up_to(to);
        let from = Self::up_to(above).min(to);
        let prime = i16::try_from(prime).unwrap_or(i16::MAX);
        let entries = self.0[from..to].iter().enumerate().rev();
        entries.filter(move |(_, f)| f.abs() > prime).map(move |(i, &f)| (number(from + i), f > 0))
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
