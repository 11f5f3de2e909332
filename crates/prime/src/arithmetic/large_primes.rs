//! Crossing out for primes that are too large to be stored: every stripe generates them anew and marks their
//! multiples at once.
//!
//! The 203 million primes below 2^32 would fill a gigabyte with their positions. A stripe of many megabytes
//! needs each of them once, with one division (a trade of time for space as in Sorenson, "Trading time for
//! space in prime number sieves", 1998).

use std::ops::ControlFlow;

use crate::arithmetic::scatter_buffer::ScatterBuffer;
use crate::arithmetic::segmented_sieve::SegmentedSieve;
use crate::arithmetic::wheel::{NUMBERS_PER_BYTE, OFFSET_OF_BIT};
use crate::arithmetic::wheel_steps::{WheelMultiple, ceil_quotient};

/// Most primes that are divided at a time.
const BATCH_PRIMES: usize = 1024;

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
        Self {
            generator: SegmentedSieve::new(GENERATOR_SEGMENT_BYTES),
            batch: PrimeBatch { primes: [0; BATCH_PRIMES], length: 0, scatter: ScatterBuffer::new() },
        }
    }

    /// Clears, in a stripe that begins at byte `first` of all numbers, the multiples of all primes above
    /// `above`, which is at least 2^20, whose squares the stripe reaches. Calls `stop` now and then.
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

    /// Clears the multiples of the waiting primes from their squares on.
    ///
    /// Whether a prime has a multiple in the stripe, and how many, is unpredictable. So the loops do not
    /// branch on it: in each round the primes with another multiple are compacted to the front.
    fn apply(&mut self, stripe: &mut [u8], first: u64) {
        let from = first * NUMBERS_PER_BYTE;
        let primes = &self.primes[..self.length];
        let mut quotients = [0; BATCH_PRIMES];
        for (quotient, &p) in quotients.iter_mut().zip(primes) {
            *quotient = ceil_quotient(from, p);
        }
        // In the loops below, each entry is written in any case and the count grows only if the entry is wanted.
        // `% BATCH_PRIMES` never changes an index: it spares the bounds check.
        let reach = stripe.len() as u64 * NUMBERS_PER_BYTE;
        let mut near = [(0, 0); BATCH_PRIMES];
        let mut count = 0;
        for (&quotient, &p) in quotients.iter().zip(primes) {
            near[count % BATCH_PRIMES] = (p, quotient);
            count += usize::from(quotient.wrapping_mul(p.into()).wrapping_sub(from) < reach);
        }
        let mut active = [ActivePrime::default(); BATCH_PRIMES];
        let mut left = 0;
        for &(p, quotient) in &near[..count] {
            let multiple = WheelMultiple::first(from, p.into(), quotient);
            active[left % BATCH_PRIMES] = ActivePrime { multiple, thirtieth: p / NUMBERS_PER_BYTE as u32 };
            left += usize::from(multiple.byte < stripe.len());
        }
        while left > 0 {
            let mut kept = 0;
            for i in 0..left {
                let ActivePrime { mut multiple, thirtieth } = active[i % BATCH_PRIMES];
                let byte = multiple.byte;
                let mask = multiple.advance(thirtieth as usize);
                self.scatter.clear(stripe, byte, mask);
                active[kept % BATCH_PRIMES] = ActivePrime { multiple, thirtieth };
                kept += usize::from(multiple.byte < stripe.len());
            }
            left = kept;
        }
        self.length = 0;
    }
}

/// A prime on its way through the stripe.
#[derive(Clone, Copy, Default)]
struct ActivePrime {
    multiple: WheelMultiple,
    thirtieth: u32,
}
