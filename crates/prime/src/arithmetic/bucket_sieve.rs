//! A bucket sieve, which crosses out the multiples of primes that hit a segment rarely without looking at the
//! primes that do not hit it.
//!
//! Every prime waits in the list of the segment in which its next multiple lies. When that multiple is
//! crossed out, the prime moves on to a later list (Oliveira e Silva, "Fast implementation of the segmented
//! sieve of Eratosthenes", 2002). The lists consist of blocks of one size, so they hardly need more memory
//! than the eight bytes per prime.

use std::ops::ControlFlow;

use crate::arithmetic::segmented_sieve::SegmentedSieve;
use crate::arithmetic::wheel::{NUMBERS_PER_BYTE, numbers};
use crate::arithmetic::wheel_steps::WheelMultiple;

/// Bytes of a segment, a power of two.
pub(crate) const SEGMENT_BYTES: usize = 1 << 19;

/// Greatest prime that may be in the buckets. All primes up to here take 22 MB.
pub(crate) const MAX_BUCKET_PRIME: u64 = 45_000_000;

/// Lists in use, a power of two. One step of a prime `p` covers at most `6 p / 30` bytes.
const LIST_COUNT: usize = (6 * MAX_BUCKET_PRIME as usize / 30 / SEGMENT_BYTES + 2).next_power_of_two();

/// Entries of a block.
const BLOCK_ENTRIES: usize = 512;
/// A block of entries: position, step and `p / 30` of as many primes.
type EntryBlock = [u64; BLOCK_ENTRIES];

/// Numbers whose primes are generated at a time.
const GENERATION_SPAN: u64 = 1 << 20;

/// Bytes of a segment of the sieve that generates the primes.
const GENERATOR_SEGMENT_BYTES: usize = 128 << 10;

/// Primes by the segment of their next multiple.
pub(crate) struct BucketSieve {
    upcoming: PrimeStream,
    /// Full blocks of each segment of the near future, in a ring.
    full: [Vec<Box<EntryBlock>>; LIST_COUNT],
    /// The block of each segment that is being filled.
    open: Box<[EntryBlock; LIST_COUNT]>,
    /// Entries in each open block.
    filled: [usize; LIST_COUNT],
    /// Index of the next segment's list.
    current: usize,
    /// Blocks that are not in use.
    spare: Vec<Box<EntryBlock>>,
}

impl BucketSieve {
    /// Creates a sieve without primes.
    pub(crate) fn new() -> Self {
        let upcoming = PrimeStream {
            generator: SegmentedSieve::new(GENERATOR_SEGMENT_BYTES),
            primes: Vec::new(),
            consumed: 0,
            until: 0,
        };
        Self {
            upcoming,
            full: Default::default(),
            open: Box::new([[0; BLOCK_ENTRIES]; LIST_COUNT]),
            filled: [0; LIST_COUNT],
            current: 0,
            spare: Vec::new(),
        }
    }

    /// Starts over with the primes above `above`.
    pub(crate) fn clear(&mut self, above: u64) {
        self.upcoming.primes.clear();
        self.upcoming.consumed = 0;
        self.upcoming.until = above;
        self.filled = [0; LIST_COUNT];
        self.spare.extend(self.full.iter_mut().flat_map(|list| list.drain(..)));
    }

    /// Clears, in the next segment, the multiples of the primes up to `limit`, at most [`MAX_BUCKET_PRIME`].
    /// The segment begins at byte `first` of all numbers.
    pub(crate) fn cross_out(&mut self, bytes: &mut [u8], first: u64, limit: u64) {
        let reached = (first + bytes.len() as u64).saturating_mul(NUMBERS_PER_BYTE).isqrt().min(limit);
        let n = first * NUMBERS_PER_BYTE;
        while let Some(p) = self.upcoming.next_up_to(reached) {
            self.enqueue(WheelMultiple::first(n, p, n.div_ceil(p)), (p / NUMBERS_PER_BYTE) as usize);
        }
        let current = self.current;
        // Primes with another multiple in this segment return to the open block of the same list, so the loop ends
        // only when that block is empty too.
        let mut block = self.spare.pop().unwrap_or_else(|| Box::new([0; BLOCK_ENTRIES]));
        loop {
            let filled = match self.full[current].pop() {
                Some(full) => {
                    self.spare.push(std::mem::replace(&mut block, full));
                    BLOCK_ENTRIES
                }
                None => {
                    std::mem::swap(&mut *block, &mut self.open[current]);
                    std::mem::take(&mut self.filled[current])
                }
            };
            if filled == 0 {
                break;
            }
            self.cross_out_block(&block[..filled], bytes);
        }
        self.spare.push(block);
        self.current = (current + 1) % LIST_COUNT;
    }

    /// Crosses out one multiple of each prime, and moves the prime to the list of its next multiple.
    fn cross_out_block(&mut self, block: &[u64], bytes: &mut [u8]) {
        for &entry in block {
            let (mut multiple, thirtieth) = unpack(entry);
            let byte = multiple.byte;
            let mask = multiple.advance(thirtieth);
            if let Some(byte) = bytes.get_mut(byte) {
                *byte &= mask;
            }
            self.enqueue(multiple, thirtieth);
        }
    }

    /// Puts a prime into the list of its next multiple, whose position counts from the current segment.
    #[inline(always)]
    fn enqueue(&mut self, multiple: WheelMultiple, thirtieth: usize) {
        let list = (self.current + multiple.byte / SEGMENT_BYTES) % LIST_COUNT;
        let filled = &mut self.filled[list];
        // `% BLOCK_ENTRIES` never changes the index: it spares the bounds check.
        self.open[list][*filled % BLOCK_ENTRIES] = pack(multiple, thirtieth);
        *filled += 1;
        if *filled == BLOCK_ENTRIES {
            self.close_block(list);
        }
    }

    /// Moves a full open block to the full blocks of its list.
    #[cold]
    fn close_block(&mut self, list: usize) {
        let mut block = self.spare.pop().unwrap_or_else(|| Box::new([0; BLOCK_ENTRIES]));
        block.copy_from_slice(&self.open[list]);
        self.full[list].push(block);
        self.filled[list] = 0;
    }
}

/// Packs the position in the segment, the step and `p / 30` into one word.
fn pack(multiple: WheelMultiple, thirtieth: usize) -> u64 {
    (thirtieth as u64) << 32 | ((multiple.byte % SEGMENT_BYTES) as u64) << 8 | u64::from(multiple.step)
}

/// Reverses [`pack`].
fn unpack(entry: u64) -> (WheelMultiple, usize) {
    let byte = (entry >> 8) as usize % SEGMENT_BYTES;
    (WheelMultiple { byte, step: entry as u8 }, (entry >> 32) as usize)
}

/// The sieving primes that are still to come.
struct PrimeStream {
    generator: SegmentedSieve,
    primes: Vec<u32>,
    /// Primes of `primes` that were returned.
    consumed: usize,
    /// Number up to which primes were generated.
    until: u64,
}

impl PrimeStream {
    /// Returns the next prime unless it exceeds `limit`.
    fn next_up_to(&mut self, limit: u64) -> Option<u64> {
        while self.consumed == self.primes.len() {
            if self.until >= limit {
                return None;
            }
            self.consumed = 0;
            self.primes.clear();
            let range = (self.until + 1, self.until + GENERATION_SPAN);
            let primes = &mut self.primes;
            let flow: ControlFlow<()> = self.generator.visit_primes(range, |bytes, first| {
                primes.extend(numbers(bytes, first).map(|n| n as u32));
                ControlFlow::Continue(())
            });
            debug_assert!(flow.is_continue(), "nothing breaks");
            self.until += GENERATION_SPAN;
        }
        let prime = u64::from(self.primes[self.consumed]);
        (prime <= limit).then(|| {
            self.consumed += 1;
            prime
        })
    }
}
