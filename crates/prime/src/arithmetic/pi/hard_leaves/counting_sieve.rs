//! One segment of the sieve of the hard leaves, which keeps count of the numbers that are left.

use fearless_simd::{Level, dispatch};

use crate::arithmetic::wheel::{NUMBERS_PER_BYTE, WORD_MASK_UP_TO, cross_out_period};
use crate::arithmetic::wheel_cycles::{bits, offsets};

/// Bytes of a segment.
const SEGMENT_BYTES: usize = 1 << 15;

/// Bytes of a block.
const BLOCK_BYTES: usize = 1 << 6;

/// Words of a block.
const BLOCK_WORDS: usize = BLOCK_BYTES / 8;

/// Blocks of a segment.
const BLOCK_COUNT: usize = SEGMENT_BYTES / BLOCK_BYTES;

/// Numbers of a word.
const NUMBERS_PER_WORD: u32 = 8 * NUMBERS_PER_BYTE as u32;

/// Bytes after which the pattern that 7 to 19 leave repeats.
const PATTERN_PERIOD: usize = 7 * 11 * 13 * 17 * 19;

/// Greatest prime after which all blocks are counted anew. A greater one clears so few bits that counting these takes
/// less time.
const MAX_RECOUNTED_PRIME: usize = 150;

/// Fewest leaves for which the counts before all blocks are summed up.
const MANY_LEAVES: usize = 12;

/// All bits of the words before a word of a block, by that word.
const WORDS_BEFORE: [[u64; BLOCK_WORDS]; BLOCK_WORDS] = {
    let mut masks = [[0; BLOCK_WORDS]; BLOCK_WORDS];
    let mut word = 0;
    while word < BLOCK_WORDS {
        let mut before = 0;
        while before < word {
            masks[word][before] = u64::MAX;
            before += 1;
        }
        word += 1;
    }
    masks
};

/// A segment with the counts of its blocks.
pub(super) struct CountingSieve {
    bytes: Box<[u8; SEGMENT_BYTES]>,
    /// Set bits of each block.
    counts: Box<[u32; BLOCK_COUNT]>,
    /// Set bits of the segment.
    total: u32,
    /// Numbers that 7 to 19 leave, one period longer than the segment.
    pattern: Vec<u8>,
}

impl CountingSieve {
    /// Bytes of a segment.
    pub(super) const SEGMENT_BYTES: usize = SEGMENT_BYTES;

    /// Numbers that a segment covers.
    pub(super) const SEGMENT_NUMBERS: u64 = SEGMENT_BYTES as u64 * NUMBERS_PER_BYTE;

    /// Creates a segment and the pattern.
    pub(super) fn new() -> Self {
        let mut pattern = vec![0xff; PATTERN_PERIOD];
        for p in [7, 11, 13, 17, 19] {
            cross_out_period(&mut pattern, p);
        }
        pattern.extend_from_within(..SEGMENT_BYTES);
        Self { bytes: Box::new([0; SEGMENT_BYTES]), counts: Box::new([0; BLOCK_COUNT]), total: 0, pattern }
    }

    /// Fills the segment with the numbers that 2 to 19 leave, from byte `first` of all numbers on.
    pub(super) fn begin(&mut self, first: u64) {
        let at = (first % PATTERN_PERIOD as u64) as usize;
        self.bytes.copy_from_slice(&self.pattern[at..at + SEGMENT_BYTES]);
        dispatch!(Level::new(), _simd => self.recount());
    }

    /// Returns how many numbers are left.
    pub(super) fn total(&self) -> u64 {
        self.total.into()
    }

    /// Counts all blocks.
    #[inline(always)]
    fn recount(&mut self) {
        self.total = 0;
        for (count, block) in self.counts.iter_mut().zip(self.bytes.as_chunks::<BLOCK_BYTES>().0) {
            *count = block.as_chunks::<8>().0.iter().map(|&word| u64::from_le_bytes(word).count_ones()).sum();
            self.total += *count;
        }
    }

    /// Returns the sum over all leaves of the numbers that are left up to the leaf, with a minus for every odd leaf. A
    /// leaf is twice a distance from the first number of the segment, and 1 more or not; distances must not descend.
    pub(super) fn count_leaves(&self, leaves: &[u32]) -> i64 {
        dispatch!(Level::new(), _simd => match leaves.len() < MANY_LEAVES {
            true => self.count_few(leaves),
            false => self.count_many(leaves),
        })
    }

    /// Implements [`CountingSieve::count_leaves`] by adding up the blocks from one leaf to the next.
    #[inline(always)]
    fn count_few(&self, leaves: &[u32]) -> i64 {
        let (mut sum, mut before, mut from) = (0, 0, 0);
        for &leaf in leaves {
            let word = (leaf >> 1) / NUMBERS_PER_WORD;
            let block = word as usize / BLOCK_WORDS % BLOCK_COUNT;
            before += self.counts.get(from..block).unwrap_or_default().iter().sum::<u32>();
            from = block;
            sum += self.signed_count(leaf, before);
        }
        sum
    }

    /// Implements [`CountingSieve::count_leaves`] without a branch on the distance between leaves.
    #[inline(always)]
    fn count_many(&self, leaves: &[u32]) -> i64 {
        let mut before = [0; BLOCK_COUNT];
        let mut count = 0;
        for (before, block) in before.iter_mut().zip(self.counts.iter()) {
            *before = count;
            count += block;
        }
        let block = |leaf: u32| (leaf >> 1) / NUMBERS_PER_WORD / BLOCK_WORDS as u32;
        leaves.iter().map(|&leaf| self.signed_count(leaf, before[block(leaf) as usize % BLOCK_COUNT])).sum()
    }

    /// Returns the numbers that are left up to a leaf, of which `before` are in the blocks before that of the leaf, with
    /// a minus for an odd leaf.
    #[inline(always)]
    fn signed_count(&self, leaf: u32, before: u32) -> i64 {
        let (word, rest) = ((leaf >> 1) / NUMBERS_PER_WORD, (leaf >> 1) % NUMBERS_PER_WORD);
        let (block, at) = (word as usize / BLOCK_WORDS % BLOCK_COUNT, word as usize % BLOCK_WORDS);
        let words = self.bytes.as_chunks::<BLOCK_BYTES>().0[block].as_chunks::<8>().0;
        let masked = words.iter().zip(&WORDS_BEFORE[at]);
        let whole: u32 = masked.map(|(&word, mask)| (u64::from_le_bytes(word) & mask).count_ones()).sum();
        let last = u64::from_le_bytes(words[at]) & WORD_MASK_UP_TO[rest as usize];
        let count = i64::from(before + whole + last.count_ones());
        if leaf & 1 == 1 { -count } else { count }
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
        if p > MAX_RECOUNTED_PRIME {
            return self.run_counting::<R>(p, next);
        }
        let next = self.run_without_counting::<R>(p, next);
        dispatch!(Level::new(), _simd => self.recount());
        next
    }

    /// Clears bits, and leaves the counts as they are.
    fn run_without_counting<const R: usize>(&mut self, p: usize, next: usize) -> usize {
        let offset = offsets::<R>(p);
        let bytes = &mut *self.bytes;
        let clear_within = |bytes: &mut [u8], at: usize, k: usize| {
            if let Some(byte) = bytes.get_mut(at) {
                *byte &= !(1 << const { bits::<R>() }[k]);
            }
        };
        // The rest of the cycle in which the segment begins.
        for (k, ahead) in offset.into_iter().enumerate() {
            if let Some(at) = (next + ahead).checked_sub(p) {
                clear_within(bytes, at, k);
            }
        }
        let mut next = next;
        // Always true. It tells the compiler that the eight accesses below are in bounds.
        if offset.iter().all(|&o| o < p) {
            while let Some(cycle) = bytes.get_mut(next..next + p) {
                for k in 0..8 {
                    cycle[offset[k]] &= !(1 << const { bits::<R>() }[k]);
                }
                next += p;
            }
        }
        if next < SEGMENT_BYTES {
            for (k, ahead) in offset.into_iter().enumerate() {
                clear_within(bytes, next + ahead, k);
            }
            next += p;
        }
        next - SEGMENT_BYTES
    }

    /// Clears bits, and keeps the counts up to date.
    fn run_counting<const R: usize>(&mut self, p: usize, next: usize) -> usize {
        let offset = offsets::<R>(p);
        let (bytes, counts) = (&mut *self.bytes, &mut *self.counts);
        let mut cleared = 0;
        // The rest of the cycle in which the segment begins.
        for (k, ahead) in offset.into_iter().enumerate() {
            if let Some(at) = (next + ahead).checked_sub(p)
                && let Some(byte) = bytes.get_mut(at)
            {
                let was = clear(byte, const { bits::<R>() }[k]);
                counts[at / BLOCK_BYTES % BLOCK_COUNT] -= was;
                cleared += was;
            }
        }
        let mut next = next;
        if offset.iter().all(|&o| o < p) {
            while let Some(cycle) = bytes.get_mut(next..next + p) {
                for k in 0..8 {
                    let was = clear(&mut cycle[offset[k]], const { bits::<R>() }[k]);
                    counts[(next + offset[k]) / BLOCK_BYTES % BLOCK_COUNT] -= was;
                    cleared += was;
                }
                next += p;
            }
        }
        if next < SEGMENT_BYTES {
            for (k, ahead) in offset.into_iter().enumerate() {
                if let Some(byte) = bytes.get_mut(next + ahead) {
                    let was = clear(byte, const { bits::<R>() }[k]);
                    counts[(next + ahead) / BLOCK_BYTES % BLOCK_COUNT] -= was;
                    cleared += was;
                }
            }
            next += p;
        }
        self.total -= cleared;
        next - SEGMENT_BYTES
    }
}

/// Clears a bit. Returns 1 if the bit was set.
fn clear(byte: &mut u8, bit: u8) -> u32 {
    let was = *byte >> bit & 1;
    *byte &= !(1 << bit);
    u32::from(was)
}
