//! A bucket sieve, which crosses out the multiples of primes that hit a segment rarely without looking at the
//! primes that do not hit it.
//!
//! Every prime waits in the list of the segment in which its next multiple lies. When that multiple is
//! crossed out, the prime moves on to a later list (Oliveira e Silva, "Fast implementation of the segmented
//! sieve of Eratosthenes", 2002). The lists consist of blocks of one size, so they hardly need more memory
//! than the eight bytes per prime.

use std::ops::{ControlFlow, Range};

use crate::arithmetic::first_multiples::{ActivePrime, BATCH_PRIMES, FirstMultiples};
use crate::arithmetic::segmented_sieve::SegmentedSieve;
use crate::arithmetic::wheel::{NUMBERS_PER_BYTE, numbers};
use crate::arithmetic::wheel_steps::{STEP_BITS, WheelMultiple};

/// Bytes of a segment, a power of two.
pub(crate) const SEGMENT_BYTES: usize = 1 << 19;

/// Lists in use, a power of two. One step of a prime p covers at most 10 p numbers, so this is enough for primes up to 10^9.
const LIST_COUNT: usize = 1 << 10;

/// Entries of a block, a power of two.
const BLOCK_ENTRIES: usize = 1024;

/// Blocks by which the store grows.
const NEW_BLOCKS: usize = 64;

/// Numbers whose primes are generated at a time.
const GENERATION_SPAN: u64 = 1 << 24;

/// Bytes of a segment of the sieve that generates the primes.
const GENERATOR_SEGMENT_BYTES: usize = 128 << 10;

/// Primes by the segment of their next multiple.
pub(crate) struct BucketSieve {
    upcoming: PrimeStream,
    multiples: Box<FirstMultiples>,
    lists: PrimeLists,
}

impl BucketSieve {
    /// Creates a sieve without primes.
    pub(crate) fn new() -> Self {
        let upcoming = PrimeStream {
            generator: SegmentedSieve::new(GENERATOR_SEGMENT_BYTES),
            primes: Vec::new(),
            consumed: 0,
            until: 0,
            limit: 0,
        };
        Self { upcoming, multiples: FirstMultiples::new(), lists: PrimeLists::new() }
    }

    /// Starts over with the primes above `above`, at least 2^16, up to `limit`, at most 10^9.
    pub(crate) fn clear(&mut self, above: u64, limit: u64) {
        self.upcoming.primes.clear();
        self.upcoming.consumed = 0;
        self.upcoming.until = above;
        self.upcoming.limit = limit;
        self.lists.clear();
    }

    /// Clears, in the next segment, the multiples of the primes. The segment begins at byte `first` of all numbers, and the
    /// range that is sieved ends `left` bytes from there. Calls `stop` now and then, and breaks if it returns true.
    pub(crate) fn cross_out(
        &mut self,
        bytes: &mut [u8],
        first: u64,
        left: usize,
        stop: &dyn Fn() -> bool,
    ) -> ControlFlow<()> {
        let Self { upcoming, multiples, lists } = self;
        let reached = (first + bytes.len() as u64).saturating_mul(NUMBERS_PER_BYTE).isqrt();
        while let Some(primes) = upcoming.next_up_to(reached, stop)? {
            for &mut ActivePrime { multiple, thirtieth } in multiples.find(primes, first, left) {
                lists.push(multiple, thirtieth as usize);
            }
        }
        // Primes with another multiple in this segment return to its list, so the loop ends only when the list is empty
        // again.
        while let Some(entries) = lists.take_block() {
            let block = entries.start / BLOCK_ENTRIES;
            for at in entries {
                let (mut multiple, thirtieth) = unpack(lists.store[at]);
                let byte = multiple.byte;
                let mask = multiple.advance(thirtieth);
                if let Some(byte) = bytes.get_mut(byte) {
                    *byte &= mask;
                }
                // Primes without another multiple in the range need no memory.
                if multiple.byte < left {
                    lists.push(multiple, thirtieth);
                }
            }
            lists.spare.push(block);
        }
        lists.advance();
        ControlFlow::Continue(())
    }
}

/// A list of primes for each segment of the near future, in a ring. A list consists of blocks of one store; all but the
/// last are full.
struct PrimeLists {
    store: Vec<u64>,
    /// Blocks of the store that are not in use. Block 0 never is.
    spare: Vec<usize>,
    /// Full blocks of each list.
    full: Vec<Vec<usize>>,
    /// Place in the store behind the last entry of each list; 0 if the list has no such block.
    next: Box<[usize; LIST_COUNT]>,
    /// The list of the current segment.
    current: usize,
}

impl PrimeLists {
    /// Creates empty lists.
    fn new() -> Self {
        Self {
            store: vec![0; BLOCK_ENTRIES],
            spare: Vec::new(),
            full: vec![Vec::new(); LIST_COUNT],
            next: Box::new([0; LIST_COUNT]),
            current: 0,
        }
    }

    /// Empties all lists.
    fn clear(&mut self) {
        self.full.iter_mut().for_each(Vec::clear);
        self.next.fill(0);
        self.spare = (1..self.store.len() / BLOCK_ENTRIES).rev().collect();
        self.current = 0;
    }

    /// Adds a prime to the list of its next multiple, whose position counts from the current segment.
    #[inline(always)]
    fn push(&mut self, multiple: WheelMultiple, thirtieth: usize) {
        let list = (self.current + multiple.byte / SEGMENT_BYTES) % LIST_COUNT;
        let mut next = self.next[list];
        if next.is_multiple_of(BLOCK_ENTRIES) {
            next = self.begin_block(list);
        }
        self.store[next] = pack(multiple, thirtieth);
        self.next[list] = next + 1;
    }

    /// Begins a new block of a list that has none or whose last one is full. Returns its place in the store.
    #[cold]
    #[inline(never)]
    fn begin_block(&mut self, list: usize) -> usize {
        if let Some(full) = (self.next[list] / BLOCK_ENTRIES).checked_sub(1) {
            self.full[list].push(full);
        }
        let block = self.spare.pop().unwrap_or_else(|| {
            let blocks = self.store.len() / BLOCK_ENTRIES;
            self.store.resize((blocks + NEW_BLOCKS) * BLOCK_ENTRIES, 0);
            self.spare.extend((blocks + 1..blocks + NEW_BLOCKS).rev());
            blocks
        });
        block * BLOCK_ENTRIES
    }

    /// Takes a block from the current list, and returns where its entries lie in the store; `None` if the list is empty.
    fn take_block(&mut self) -> Option<Range<usize>> {
        let end = match self.full[self.current].pop() {
            Some(full) => (full + 1) * BLOCK_ENTRIES,
            None => std::mem::take(&mut self.next[self.current]),
        };
        let begin = end.checked_sub(1)? / BLOCK_ENTRIES * BLOCK_ENTRIES;
        Some(begin..end)
    }

    /// Moves on to the next segment.
    fn advance(&mut self) {
        self.current = (self.current + 1) % LIST_COUNT;
    }
}

/// Packs the position in the segment, the step and `p / 30` into one word.
fn pack(multiple: WheelMultiple, thirtieth: usize) -> u64 {
    let low = ((multiple.byte % SEGMENT_BYTES) as u32) << STEP_BITS | u32::from(multiple.step);
    (thirtieth as u64) << 32 | u64::from(low)
}

/// Reverses [`pack`].
fn unpack(entry: u64) -> (WheelMultiple, usize) {
    let byte = (entry as u32 >> STEP_BITS) as usize;
    let step = (entry & ((1 << STEP_BITS) - 1)) as u16;
    (WheelMultiple { byte, step }, (entry >> 32) as usize)
}

/// The sieving primes that are still to come.
struct PrimeStream {
    generator: SegmentedSieve,
    primes: Vec<u32>,
    /// Primes of `primes` that were returned.
    consumed: usize,
    /// Number up to which primes were generated.
    until: u64,
    /// Number up to which primes will be needed.
    limit: u64,
}

impl PrimeStream {
    /// Returns the next primes, at most [`BATCH_PRIMES`], unless they exceed `limit`. Breaks if `stop` returns true.
    fn next_up_to(&mut self, limit: u64, stop: &dyn Fn() -> bool) -> ControlFlow<(), Option<&[u32]>> {
        let limit = limit.min(self.limit);
        while self.consumed == self.primes.len() {
            if self.until >= limit {
                return ControlFlow::Continue(None);
            }
            self.consumed = 0;
            self.primes.clear();
            let until = (self.until + GENERATION_SPAN).min(self.limit);
            let primes = &mut self.primes;
            self.generator.visit_primes((self.until + 1, until), |bytes, first| {
                if stop() {
                    return ControlFlow::Break(());
                }
                primes.extend(numbers(bytes, first).map(|n| n as u32));
                ControlFlow::Continue(())
            })?;
            self.until = until;
        }
        let batch = self.primes[self.consumed..].iter().take(BATCH_PRIMES);
        let count = batch.take_while(|&&p| u64::from(p) <= limit).count();
        let from = self.consumed;
        self.consumed += count;
        ControlFlow::Continue((count > 0).then(|| &self.primes[from..self.consumed]))
    }
}
