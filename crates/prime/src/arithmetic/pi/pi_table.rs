//! pi of small numbers, by lookup.

use std::ops::ControlFlow;

use crate::arithmetic::number_range::{NumberRange, SieveStopped};
use crate::arithmetic::prime_sieve::PrimeSieve;
use crate::arithmetic::wheel::{BIT_OF_RESIDUE, NUMBERS_PER_BYTE, mask_up_to, numbers};

/// pi(0) to pi(limit): one word for every 30 numbers, with the number of primes before them and, in the low
/// byte, the primes among them. The count has 24 bits.
pub(super) struct PiTable {
    words: Vec<u32>,
    limit: u64,
}

/// Number of set bits of each byte. The table is faster than `count_ones` where the target has no instruction
/// for it.
const ONES_OF_BYTE: [u8; 256] = {
    let mut ones = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        ones[byte] = (byte as u8).count_ones() as u8;
        byte += 1;
    }
    ones
};

/// [`mask_up_to`] of each residue.
const MASK_UP_TO: [u8; 30] = {
    let mut bits = [0; 30];
    let mut residue = 0;
    while residue < 30 {
        bits[residue] = mask_up_to(residue as u64);
        residue += 1;
    }
    bits
};

impl PiTable {
    /// Sieves a table of pi up to `limit`, from 7 to 2^28.
    pub(super) fn new(
        sieve: &mut PrimeSieve,
        limit: u64,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, SieveStopped> {
        let mut words = vec![0u32; (limit / NUMBERS_PER_BYTE + 1) as usize];
        let above_5 = NumberRange { start: 7, end: limit };
        sieve.for_each(above_5, stop, |prime| {
            words[(prime / NUMBERS_PER_BYTE) as usize] |=
                1 << BIT_OF_RESIDUE[(prime % NUMBERS_PER_BYTE) as usize];
            ControlFlow::Continue(())
        })?;
        // The primes 2, 3 and 5 have no bits.
        let mut before = 3;
        for word in &mut words {
            let ones = word.count_ones();
            *word |= before << 8;
            before += ones;
        }
        Ok(Self { words, limit })
    }

    /// Returns the greatest number in the table.
    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// Returns the number of primes up to `n`, which is from 5 to [`PiTable::limit`].
    pub(super) fn pi(&self, n: u64) -> u64 {
        let n = n as u32;
        let word = self.words[(n / 30) as usize];
        let primes = word as u8 & MASK_UP_TO[(n % 30) as usize];
        u64::from((word >> 8) + u32::from(ONES_OF_BYTE[usize::from(primes)]))
    }

    /// Returns the primes up to `n`.
    pub(super) fn primes_to(&self, n: u64) -> Vec<u32> {
        let bytes: Vec<u8> =
            self.words[..=(n / NUMBERS_PER_BYTE) as usize].iter().map(|&word| word as u8).collect();
        let larger = numbers(&bytes, 0).map(|n| n as u32);
        [2, 3, 5].into_iter().chain(larger).take_while(|&p| u64::from(p) <= n).collect()
    }
}
