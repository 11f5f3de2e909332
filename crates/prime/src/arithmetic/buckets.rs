//! Crosses out the multiples of the primes that hit a segment rarely, without looking at those that do not.
//!
//! Every prime waits in the list of the segment in which its next multiple lies; when it is crossed out
//! there, the prime moves on to a later list (Oliveira e Silva, "Fast implementation of the segmented sieve
//! of Eratosthenes", 2002). The lists are made of blocks of one size, so that the memory is hardly more than
//! the eight bytes a prime takes.

use std::ops::ControlFlow;

use crate::arithmetic::band::Band;
use crate::arithmetic::steps::Multiple;
use crate::arithmetic::wheel::{SPAN, numbers};

/// Bytes of a segment, a power of two.
pub(crate) const SEGMENT: usize = 1 << 19;

/// The greatest prime there is place for: 22 MB.
pub(crate) const LIMIT: u64 = 45_000_000;

/// Lists in use: a step of a prime is at most six times as long.
const LISTS: usize = (6 * LIMIT as usize / 30 / SEGMENT + 2).next_power_of_two();

/// Entries of a block: position, step and `p / 30` of as many primes.
const BLOCK: usize = 512;
type Block = [u64; BLOCK];

/// Numbers whose primes are generated at a time.
const AHEAD: u64 = 1 << 20;

/// Bytes of a segment of the sieve that generates the primes.
const GENERATOR: usize = 128 << 10;

/// Primes by the segment of their next multiple.
pub(crate) struct Buckets {
    upcoming: Upcoming,
    /// For each segment of the near future, in a ring, its full blocks.
    full: [Vec<Box<Block>>; LISTS],
    /// For each of them the block that is being filled, and how far it is.
    open: Box<[Block; LISTS]>,
    filled: [usize; LISTS],
    /// The list of the next segment.
    current: usize,
    /// Blocks that are not in use.
    spare: Vec<Box<Block>>,
}

impl Buckets {
    pub(crate) fn new() -> Self {
        let upcoming = Upcoming { generator: Band::new(GENERATOR), primes: Vec::new(), taken: 0, until: 0 };
        Self {
            upcoming,
            full: Default::default(),
            open: Box::new([[0; BLOCK]; LISTS]),
            filled: [0; LISTS],
            current: 0,
            spare: Vec::new(),
        }
    }

    /// Begins anew with the primes above `above`.
    pub(crate) fn clear(&mut self, above: u64) {
        self.upcoming.primes.clear();
        self.upcoming.taken = 0;
        self.upcoming.until = above;
        self.filled = [0; LISTS];
        self.spare.extend(self.full.iter_mut().flat_map(|list| list.drain(..)));
    }

    /// Clears in the next segment, which begins at byte `first` of all numbers, the multiples of the primes
    /// up to `limit`, at most [`LIMIT`].
    pub(crate) fn cross_out(&mut self, bytes: &mut [u8], first: u64, limit: u64) {
        let reached = (first + bytes.len() as u64).saturating_mul(SPAN).isqrt().min(limit);
        let n = first * SPAN;
        while let Some(p) = self.upcoming.next_to(reached) {
            self.put(Multiple::first(n, p, n.div_ceil(p)), (p / SPAN) as usize);
        }
        let current = self.current;
        // Primes with another multiple in this segment come to the open block of the same list.
        let mut block = self.spare.pop().unwrap_or_else(|| Box::new([0; BLOCK]));
        loop {
            let filled = match self.full[current].pop() {
                Some(full) => {
                    self.spare.push(std::mem::replace(&mut block, full));
                    BLOCK
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
        self.current = (current + 1) % LISTS;
    }

    /// Crosses out one multiple of each prime, and moves it to the list of the next.
    fn cross_out_block(&mut self, block: &[u64], bytes: &mut [u8]) {
        for &entry in block {
            let (mut multiple, thirtieth) = unpack(entry);
            let byte = multiple.byte;
            let mask = multiple.advance(thirtieth);
            if let Some(byte) = bytes.get_mut(byte) {
                *byte &= mask;
            }
            self.put(multiple, thirtieth);
        }
    }

    /// Lets a prime wait for its next multiple, which lies so far from the current segment.
    #[inline(always)]
    fn put(&mut self, multiple: Multiple, thirtieth: usize) {
        let list = (self.current + multiple.byte / SEGMENT) % LISTS;
        let filled = &mut self.filled[list];
        self.open[list][*filled % BLOCK] = pack(multiple, thirtieth);
        *filled += 1;
        if *filled == BLOCK {
            self.close(list);
        }
    }

    /// Puts a list's open block, which is full, to its others.
    #[cold]
    fn close(&mut self, list: usize) {
        let mut block = self.spare.pop().unwrap_or_else(|| Box::new([0; BLOCK]));
        block.copy_from_slice(&self.open[list]);
        self.full[list].push(block);
        self.filled[list] = 0;
    }
}

/// Place in the segment, step and `p / 30` in one word.
fn pack(multiple: Multiple, thirtieth: usize) -> u64 {
    (thirtieth as u64) << 32 | ((multiple.byte % SEGMENT) as u64) << 8 | u64::from(multiple.step)
}

fn unpack(entry: u64) -> (Multiple, usize) {
    let byte = (entry >> 8) as usize % SEGMENT;
    (Multiple { byte, step: entry as u8 }, (entry >> 32) as usize)
}

/// The sieving primes that are still to come.
struct Upcoming {
    generator: Band,
    primes: Vec<u32>,
    /// How many of `primes` were given out.
    taken: usize,
    /// The number up to which primes were generated.
    until: u64,
}

impl Upcoming {
    /// The next prime, if it is not above `limit`.
    fn next_to(&mut self, limit: u64) -> Option<u64> {
        while self.taken == self.primes.len() {
            if self.until >= limit {
                return None;
            }
            self.taken = 0;
            self.primes.clear();
            let range = (self.until + 1, self.until + AHEAD);
            let primes = &mut self.primes;
            let flow: ControlFlow<()> = self.generator.primes(range, |bytes, first| {
                primes.extend(numbers(bytes, first).map(|n| n as u32));
                ControlFlow::Continue(())
            });
            debug_assert!(flow.is_continue(), "nothing breaks");
            self.until += AHEAD;
        }
        let prime = u64::from(self.primes[self.taken]);
        (prime <= limit).then(|| {
            self.taken += 1;
            prime
        })
    }
}
