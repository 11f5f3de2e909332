//! pi of small numbers, by lookup.

use std::ops::ControlFlow;

use crate::arithmetic::sieve::{Range, Sieve, Stopped};
use crate::arithmetic::wheel::{BIT, SPAN, bits_to, numbers};

/// pi(0) to pi(limit): for every 30 numbers one word, the number of primes before them and, in the low byte,
/// the primes among them. There is place for 2^24 primes.
pub(super) struct PiTable {
    words: Vec<u32>,
    limit: u64,
}

/// The number of set bits of a byte: faster than instructions without a special one.
const ONES: [u8; 256] = {
    let mut ones = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        ones[byte] = (byte as u8).count_ones() as u8;
        byte += 1;
    }
    ones
};

/// [`bits_to`] of each residue.
const UP_TO: [u8; 30] = {
    let mut bits = [0; 30];
    let mut residue = 0;
    while residue < 30 {
        bits[residue] = bits_to(residue as u64);
        residue += 1;
    }
    bits
};

impl PiTable {
    /// Sieves a table of pi up to `limit`, from 7 to 2^28.
    pub(super) fn new(sieve: &mut Sieve, limit: u64, stop: &dyn Fn() -> bool) -> Result<Self, Stopped> {
        let mut words = vec![0u32; (limit / SPAN + 1) as usize];
        let above_5 = Range { start: 7, end: limit };
        sieve.each(above_5, stop, |prime| {
            words[(prime / SPAN) as usize] |= 1 << BIT[(prime % SPAN) as usize];
            ControlFlow::Continue(())
        })?;
        // 2, 3 and 5.
        let mut before = 3;
        for word in &mut words {
            let ones = word.count_ones();
            *word |= before << 8;
            before += ones;
        }
        Ok(Self { words, limit })
    }

    /// The greatest number that can be asked for.
    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// The number of primes up to `n`, which is from 5 to [`PiTable::limit`].
    pub(super) fn pi(&self, n: u64) -> u64 {
        let n = n as u32;
        let word = self.words[(n / 30) as usize];
        let primes = word as u8 & UP_TO[(n % 30) as usize];
        u64::from((word >> 8) + u32::from(ONES[usize::from(primes)]))
    }

    /// The primes up to `n`.
    pub(super) fn primes_to(&self, n: u64) -> Vec<u32> {
        let bytes: Vec<u8> = self.words[..=(n / SPAN) as usize].iter().map(|&word| word as u8).collect();
        let larger = numbers(&bytes, 0).map(|n| n as u32);
        [2, 3, 5].into_iter().chain(larger).take_while(|&p| u64::from(p) <= n).collect()
    }
}
