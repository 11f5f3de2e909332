//! One segment of the sieve of the hard leaves, which can say at any time how many numbers are left.

use crate::arithmetic::cycles::{bits, offsets};
use crate::arithmetic::wheel::{BIT, RESIDUES, SPAN, WORD_TO, count_ones};

/// Bytes of the segment.
const BYTES: usize = 1 << 15;

/// Bytes of a block.
const BLOCK: usize = 1 << 6;

const BLOCKS: usize = BYTES / BLOCK;

/// The pattern that 7, 11 and 13 leave repeats after so many bytes.
const PERIOD: usize = 7 * 11 * 13;

/// A segment with its counts.
pub(super) struct Counter {
    bytes: Box<[u8; BYTES]>,
    /// The bits set in each block.
    counts: Box<[u32; BLOCKS]>,
    /// What 7, 11 and 13 leave, one period longer than the segment.
    pattern: Vec<u8>,
    /// The block that [`Counter::count_to`] looked at last, and the count of all before.
    block: usize,
    before: u64,
}

impl Counter {
    /// Bytes of a segment.
    pub(super) const BYTES: usize = BYTES;

    /// Numbers that a segment covers.
    pub(super) const NUMBERS: u64 = BYTES as u64 * SPAN;

    pub(super) fn new() -> Self {
        let mut pattern = vec![0xff; BYTES + PERIOD];
        for p in [7, 11, 13] {
            for r in RESIDUES.map(usize::from) {
                let mask = !(1 << BIT[p * r % 30]);
                pattern[p * r / 30..].iter_mut().step_by(p).for_each(|b| *b &= mask);
            }
        }
        Self { bytes: Box::new([0; BYTES]), counts: Box::new([0; BLOCKS]), pattern, block: 0, before: 0 }
    }

    /// Fills the segment with what 2 to 13 leave from byte `first` of all numbers on.
    pub(super) fn begin(&mut self, first: u64) {
        let at = (first % PERIOD as u64) as usize;
        self.bytes.copy_from_slice(&self.pattern[at..at + BYTES]);
        for (count, block) in self.counts.iter_mut().zip(self.bytes.as_chunks::<BLOCK>().0) {
            *count = count_ones(block) as u32;
        }
    }

    /// How many numbers are left.
    pub(super) fn total(&self) -> u64 {
        u64::from(self.counts.iter().sum::<u32>())
    }

    /// Lets [`Counter::count_to`] begin anew.
    pub(super) fn rewind(&mut self) {
        (self.block, self.before) = (0, 0);
    }

    /// How many numbers are left up to `offset` from the first of the segment; the offsets must not descend.
    pub(super) fn count_to(&mut self, offset: u64) -> u64 {
        let byte = (offset / SPAN) as usize;
        let block = byte / BLOCK % BLOCKS;
        let passed = self.counts.get(self.block..block).unwrap_or_default();
        self.before += u64::from(passed.iter().sum::<u32>());
        self.block = block;
        let words = self.bytes.as_chunks::<BLOCK>().0[block].as_chunks::<8>().0;
        let word = byte % BLOCK / 8;
        let whole: u32 = words[..word].iter().map(|&w| u64::from_le_bytes(w).count_ones()).sum();
        let last = u64::from_le_bytes(words[word]) & WORD_TO[(offset % (8 * SPAN)) as usize];
        self.before + u64::from(whole + last.count_ones())
    }

    /// Crosses out the multiples of `p`, itself included, one of whose cycles begins at byte `next`, less than
    /// `p`; gives the begin of the next cycle in the next segment. (Cycles are explained in [`crate::arithmetic::cycles`].)
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

    fn run<const R: usize>(&mut self, p: usize, next: usize) -> usize {
        let offset = offsets::<R>(p);
        let (bytes, counts) = (&mut *self.bytes, &mut *self.counts);
        // The cycle under way where the segment begins.
        for (k, ahead) in offset.into_iter().enumerate() {
            if let Some(at) = (next + ahead).checked_sub(p)
                && let Some(byte) = bytes.get_mut(at)
            {
                counts[at / BLOCK % BLOCKS] -= clear(byte, const { bits::<R>() }[k]);
            }
        }
        let mut next = next;
        if offset.iter().all(|&o| o < p) {
            while let Some(cycle) = bytes.get_mut(next..next + p) {
                for k in 0..8 {
                    let count = &mut counts[(next + offset[k]) / BLOCK % BLOCKS];
                    *count -= clear(&mut cycle[offset[k]], const { bits::<R>() }[k]);
                }
                next += p;
            }
        }
        if next < BYTES {
            for (k, ahead) in offset.into_iter().enumerate() {
                if let Some(byte) = bytes.get_mut(next + ahead) {
                    counts[(next + ahead) / BLOCK % BLOCKS] -= clear(byte, const { bits::<R>() }[k]);
                }
            }
            next += p;
        }
        next - BYTES
    }
}

/// Clears a bit; 1 if it was set.
fn clear(byte: &mut u8, bit: u8) -> u32 {
    let was = *byte >> bit & 1;
    *byte &= !(1 << bit);
    u32::from(was)
}
