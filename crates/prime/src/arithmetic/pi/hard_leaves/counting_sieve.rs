//! One segment of the sieve of the hard leaves, which keeps count of the numbers that are left.

use crate::arithmetic::wheel::{BIT_OF_RESIDUE, NUMBERS_PER_BYTE, RESIDUES, WORD_MASK_UP_TO, count_ones};
use crate::arithmetic::wheel_cycles::{bits, offsets};

/// Bytes of a segment.
const SEGMENT_BYTES: usize = 1 << 15;

/// Bytes of a block.
const BLOCK_BYTES: usize = 1 << 6;

/// Blocks of a segment.
const BLOCK_COUNT: usize = SEGMENT_BYTES / BLOCK_BYTES;

/// Bytes after which the pattern that 7, 11 and 13 leave repeats.
const PATTERN_PERIOD: usize = 7 * 11 * 13;

/// A segment with the counts of its blocks.
pub(super) struct CountingSieve {
    bytes: Box<[u8; SEGMENT_BYTES]>,
    /// Set bits of each block.
    counts: Box<[u32; BLOCK_COUNT]>,
    /// Numbers that 7, 11 and 13 leave, one period longer than the segment.
    pattern: Vec<u8>,
    /// The block that [`CountingSieve::count_to`] read last, and the count of all blocks before it.
    block: usize,
    before: u64,
}

impl CountingSieve {
    /// Bytes of a segment.
    pub(super) const SEGMENT_BYTES: usize = SEGMENT_BYTES;

    /// Numbers that a segment covers.
    pub(super) const SEGMENT_NUMBERS: u64 = SEGMENT_BYTES as u64 * NUMBERS_PER_BYTE;

    /// Creates a segment and the pattern.
    pub(super) fn new() -> Self {
        let mut pattern = vec![0xff; SEGMENT_BYTES + PATTERN_PERIOD];
        for p in [7, 11, 13] {
            for r in RESIDUES.map(usize::from) {
                let mask = !(1 << BIT_OF_RESIDUE[p * r % 30]);
                pattern[p * r / 30..].iter_mut().step_by(p).for_each(|b| *b &= mask);
            }
        }
        Self {
            bytes: Box::new([0; SEGMENT_BYTES]),
            counts: Box::new([0; BLOCK_COUNT]),
            pattern,
            block: 0,
            before: 0,
        }
    }

    /// Fills the segment with the numbers that 2 to 13 leave, from byte `first` of all numbers on.
    pub(super) fn begin(&mut self, first: u64) {
        let at = (first % PATTERN_PERIOD as u64) as usize;
        self.bytes.copy_from_slice(&self.pattern[at..at + SEGMENT_BYTES]);
        for (count, block) in self.counts.iter_mut().zip(self.bytes.as_chunks::<BLOCK_BYTES>().0) {
            *count = count_ones(block) as u32;
        }
    }

    /// Returns how many numbers are left.
    pub(super) fn total(&self) -> u64 {
        u64::from(self.counts.iter().sum::<u32>())
    }

    /// Lets [`CountingSieve::count_to`] start over.
    pub(super) fn rewind(&mut self) {
        (self.block, self.before) = (0, 0);
    }

    /// Returns how many numbers are left up to `offset` from the first number of the segment. Offsets must
    /// not descend.
    pub(super) fn count_to(&mut self, offset: u64) -> u64 {
        let byte = (offset / NUMBERS_PER_BYTE) as usize;
        let block = byte / BLOCK_BYTES % BLOCK_COUNT;
        let passed = self.counts.get(self.block..block).unwrap_or_default();
        self.before += u64::from(passed.iter().sum::<u32>());
        self.block = block;
        let words = self.bytes.as_chunks::<BLOCK_BYTES>().0[block].as_chunks::<8>().0;
        let word = byte % BLOCK_BYTES / 8;
        let whole: u32 = words[..word].iter().map(|&w| u64::from_le_bytes(w).count_ones()).sum();
        let last =
            u64::from_le_bytes(words[word]) & WORD_MASK_UP_TO[(offset % (8 * NUMBERS_PER_BYTE)) as usize];
        self.before + u64::from(whole + last.count_ones())
    }

    /// Crosses out the multiples of `p`, itself included. One cycle of `p` begins at byte `next`, which is
    /// less than `p`. Returns the beginning of the next cycle in the next segment. (Cycles are explained in
    /// [`crate::arithmetic::wheel_cycles`].)
    pub(super) fn cross_out(&mut self, p: usize, next: usize) -> usize {
        match p % 30 {
            1 => self.run::<1>(p, next),
            7 => self.run::<7>(p, next),
            11 => self.run::<11>(p, next),
            13 => self.run::<13>(p, next),
            17 => self.run::<17>(p, next),
            19 => self.run::<19>(p, next),
            23 => self.run::<23>(p, next),
            _ => self.run::<29>(p, next),
        }
    }

    /// Implements [`CountingSieve::cross_out`] for the primes of residue `R` modulo 30.
    fn run<const R: usize>(&mut self, p: usize, next: usize) -> usize {
        let offset = offsets::<R>(p);
        let (bytes, counts) = (&mut *self.bytes, &mut *self.counts);
        // The rest of the cycle in which the segment begins.
        for (k, ahead) in offset.into_iter().enumerate() {
            if let Some(at) = (next + ahead).checked_sub(p)
                && let Some(byte) = bytes.get_mut(at)
            {
                counts[at / BLOCK_BYTES % BLOCK_COUNT] -= clear(byte, const { bits::<R>() }[k]);
            }
        }
        let mut next = next;
        if offset.iter().all(|&o| o < p) {
            while let Some(cycle) = bytes.get_mut(next..next + p) {
                for k in 0..8 {
                    let count = &mut counts[(next + offset[k]) / BLOCK_BYTES % BLOCK_COUNT];
                    *count -= clear(&mut cycle[offset[k]], const { bits::<R>() }[k]);
                }
                next += p;
            }
        }
        if next < SEGMENT_BYTES {
            for (k, ahead) in offset.into_iter().enumerate() {
                if let Some(byte) = bytes.get_mut(next + ahead) {
                    counts[(next + ahead) / BLOCK_BYTES % BLOCK_COUNT] -=
                        clear(byte, const { bits::<R>() }[k]);
                }
            }
            next += p;
        }
        next - SEGMENT_BYTES
    }
}

/// Clears a bit. Returns 1 if the bit was set.
fn clear(byte: &mut u8, bit: u8) -> u32 {
    let was = *byte >> bit & 1;
    *byte &= !(1 << bit);
    u32::from(was)
}
