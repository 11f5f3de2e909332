//! pi of small numbers, by lookup.

use crate::arithmetic::number_range::{NumberRange, SieveStopped};
use crate::arithmetic::prime_sieve::PrimeSieve;
use crate::arithmetic::wheel::{NUMBERS_PER_BYTE, WORD_MASK_UP_TO, numbers};
use std::ops::ControlFlow;

/// Numbers that one entry covers: those of a word of the sieve.
const NUMBERS_PER_ENTRY: u64 = 8 * NUMBERS_PER_BYTE;

/// pi(0) to pi(limit), in 16 bytes for every 240 numbers.
pub(super) struct PiTable {
    entries: Vec<TableEntry>,
    limit: u64,
}

/// The primes of [`NUMBERS_PER_ENTRY`] numbers. Both halves are read together, so they lie side by side.
#[derive(Clone, Copy, Default)]
struct TableEntry {
    /// The primes, as bits of a word of the sieve.
    bits: u64,
    /// Number of the primes below.
    before: u64,
}

impl PiTable {
    /// Sieves a table of pi up to `limit`, from 7 to 2^32 - 1.
    pub(super) fn new(
        sieve: &mut PrimeSieve,
        limit: u64,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, SieveStopped> {
        let mut entries = vec![TableEntry::default(); (limit / NUMBERS_PER_ENTRY + 1) as usize];
        let above_5 = NumberRange { start: 7, end: limit };
        let flow = sieve.segments(above_5, stop, |bytes, first| {
            // Pieces begin at any byte, so a word of the piece may belong to two entries.
            for (byte, at) in bytes.iter().zip(first as usize..) {
                entries[at / 8].bits |= u64::from(*byte) << (at % 8 * 8);
            }
            ControlFlow::Continue(())
        });
        if flow.is_break() {
            return Err(SieveStopped);
        }
        // The primes 2, 3 and 5 have no bits.
        let mut before = 3;
        for entry in &mut entries {
            entry.before = before;
            before += u64::from(entry.bits.count_ones());
        }
        Ok(Self { entries, limit })
    }

    /// Returns the greatest number in the table.
    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// Returns the number of primes up to `n`, which is from 5 to [`PiTable::limit`].
    #[inline(always)]
    pub(super) fn pi(&self, n: u64) -> u64 {
        let n = n as u32;
        let TableEntry { bits, before } = self.entries[(n / NUMBERS_PER_ENTRY as u32) as usize];
        let primes = bits & WORD_MASK_UP_TO[(n % NUMBERS_PER_ENTRY as u32) as usize];
        before + u64::from(primes.count_ones())
    }

    /// Returns the primes up to `n`.
    pub(super) fn primes_to(&self, n: u64) -> Vec<u32> {
        let words = &self.entries[..=(n / NUMBERS_PER_ENTRY) as usize];
        let bytes: Vec<u8> = words.iter().flat_map(|entry| entry.bits.to_le_bytes()).collect();
        let larger = numbers(&bytes, 0).map(|n| n as u32);
        [2, 3, 5].into_iter().chain(larger).take_while(|&p| u64::from(p) <= n).collect()
    }
}
