//! Crossing out for primes that are too large to be stored: every stripe generates them anew and marks their
//! multiples at once.
//!
//! The 203 million primes below 2^32 would fill a gigabyte with their positions. A stripe of many megabytes
//! needs each of them once, with one division (a trade of time for space as in Sorenson, "Trading time for
//! space in prime number sieves", 1998).

use std::ops::ControlFlow;

use crate::arithmetic::first_multiples::{ActivePrime, BATCH_PRIMES, FirstMultiples};
use crate::arithmetic::scatter_buffer::ScatterBuffer;
use crate::arithmetic::segmented_sieve::SegmentedSieve;
use crate::arithmetic::wheel::{NUMBERS_PER_BYTE, OFFSET_OF_BIT};

/// Bytes of a segment of the sieve that generates the primes.
const GENERATOR_SEGMENT_BYTES: usize = 128 << 10;

/// Generates and applies the sieving primes that are not stored.
pub(crate) struct LargePrimes {
    generator: SegmentedSieve,
    batch: PrimeBatch,
}

impl LargePrimes {
    /// Creates the generator.
    pub(crate) fn new() -> Self {
        let batch = PrimeBatch {
            primes: [0; BATCH_PRIMES],
            length: 0,
            multiples: FirstMultiples::new(),
            scatter: ScatterBuffer::new(),
        };
        Self { generator: SegmentedSieve::new(GENERATOR_SEGMENT_BYTES), batch }
    }

    /// Clears, in a stripe that begins at byte `first` of all numbers, the multiples of all primes above
    /// `above`, which is at least 2^16, whose squares the stripe reaches. Calls `stop` now and then.
    pub(crate) fn cross_out(
        &mut self,
        stripe: &mut [u8],
        first: u64,
        above: u64,
        stop: &dyn Fn() -> bool,
    ) -> ControlFlow<()> {
        let greatest = (first + stripe.len() as u64).saturating_mul(NUMBERS_PER_BYTE).isqrt();
        let batch = &mut self.batch;
        batch.length = 0;
        batch.scatter.begin(stripe.len());
        self.generator.visit_primes((above + 1, greatest), |bytes, at| {
            if stop() {
                return ControlFlow::Break(());
            }
            batch.take(bytes, at, stripe, first);
            ControlFlow::Continue(())
        })?;
        batch.apply(stripe, first);
        batch.scatter.finish(stripe);
        ControlFlow::Continue(())
    }
}

/// Primes that wait for their division.
struct PrimeBatch {
    /// The primes. Applied when there may not be room for the primes of one more word.
    primes: [u32; BATCH_PRIMES],
    length: usize,
    multiples: Box<FirstMultiples>,
    scatter: ScatterBuffer,
}

impl PrimeBatch {
    /// Takes the primes of a piece of sieve at byte `at`, and applies them to the stripe when the batch is
    /// full.
    fn take(&mut self, bytes: &[u8], at: u64, stripe: &mut [u8], first: u64) {
        let mut base = at * NUMBERS_PER_BYTE;
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            let mut word = u64::from_le_bytes(word);
            while word != 0 {
                let prime = base + u64::from(OFFSET_OF_BIT[word.trailing_zeros() as usize]);
                self.primes[self.length % BATCH_PRIMES] = prime as u32;
                self.length += 1;
                word &= word - 1;
            }
            base += 8 * NUMBERS_PER_BYTE;
            if self.length > BATCH_PRIMES - 64 {
                self.apply(stripe, first);
            }
        }
    }

    /// Clears the multiples of the waiting primes from their squares on. How many multiples a prime has in the stripe is
    /// unpredictable, so in each round the primes with another one are compacted to the front.
    fn apply(&mut self, stripe: &mut [u8], first: u64) {
        let active = self.multiples.find(&self.primes[..self.length], first, stripe.len());
        let mut left = active.len();
        while left > 0 {
            let mut kept = 0;
            for i in 0..left {
                let ActivePrime { mut multiple, thirtieth } = active[i];
                let byte = multiple.byte;
                let mask = multiple.advance(thirtieth as usize);
                self.scatter.clear(stripe, byte, mask);
                active[kept] = ActivePrime { multiple, thirtieth };
                kept += usize::from(multiple.byte < stripe.len());
            }
            left = kept;
        }
        self.length = 0;
    }
}
