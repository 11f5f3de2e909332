//! Crosses out the multiples of the primes too large to be stored: every stripe generates them anew, and
//! marks the multiples of each at once.
//!
//! The 203 million primes below 2^32 would fill a gigabyte with their positions. A stripe of many megabytes
//! needs them once, one division each (Sorenson, "Trading time for space in prime number sieves", 1998,
//! pays for space likewise).

use std::ops::ControlFlow;

use crate::arithmetic::band::Band;
use crate::arithmetic::scatter::Scatter;
use crate::arithmetic::steps::{self, Multiple};
use crate::arithmetic::wheel::{OFFSET, SPAN};

/// Primes that are divided at a time, at most.
const BATCH: usize = 1024;

/// Bytes of a segment of the sieve that generates the primes.
const SEGMENT: usize = 128 << 10;

/// Generates and applies the sieving primes that are stored nowhere.
pub(crate) struct Large {
    generator: Band,
    batch: Batch,
}

impl Large {
    pub(crate) fn new() -> Self {
        Self {
            generator: Band::new(SEGMENT),
            batch: Batch { primes: [0; BATCH], length: 0, scatter: Scatter::new() },
        }
    }

    /// Clears, in a stripe that begins at byte `first` of all numbers, the multiples of all primes above
    /// `above`, at least 2^20, whose squares it reaches. Asks `stop` now and then.
    pub(crate) fn cross_out(
        &mut self,
        stripe: &mut [u8],
        first: u64,
        above: u64,
        stop: &dyn Fn() -> bool,
    ) -> ControlFlow<()> {
        let greatest = (first + stripe.len() as u64).saturating_mul(SPAN).isqrt();
        let batch = &mut self.batch;
        batch.length = 0;
        batch.scatter.begin(stripe.len());
        self.generator.primes((above + 1, greatest), |bytes, at| {
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
struct Batch {
    /// Applied when there may not be room for a word's primes more.
    primes: [u32; BATCH],
    length: usize,
    scatter: Scatter,
}

impl Batch {
    /// Takes the primes of a piece of sieve at byte `at`, and applies them to the stripe.
    fn take(&mut self, bytes: &[u8], at: u64, stripe: &mut [u8], first: u64) {
        let mut base = at * SPAN;
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            let mut word = u64::from_le_bytes(word);
            while word != 0 {
                let prime = base + u64::from(OFFSET[word.trailing_zeros() as usize]);
                self.primes[self.length % BATCH] = prime as u32;
                self.length += 1;
                word &= word - 1;
            }
            base += 8 * SPAN;
            if self.length > BATCH - 64 {
                self.apply(stripe, first);
            }
        }
    }

    /// Clears the multiples of the waiting primes from their squares on.
    ///
    /// Which primes have a multiple in the stripe, and how many, cannot be foreseen, so there are no branches
    /// on it: in each round those that have another one come to the front.
    fn apply(&mut self, stripe: &mut [u8], first: u64) {
        let from = first * SPAN;
        let primes = &self.primes[..self.length];
        let mut quotients = [0; BATCH];
        for (quotient, &p) in quotients.iter_mut().zip(primes) {
            *quotient = steps::quotient(from, p);
        }
        let reach = stripe.len() as u64 * SPAN;
        let mut near = [(0, 0); BATCH];
        let mut count = 0;
        for (&quotient, &p) in quotients.iter().zip(primes) {
            near[count % BATCH] = (p, quotient);
            count += usize::from(quotient.wrapping_mul(p.into()).wrapping_sub(from) < reach);
        }
        let mut active = [Active::default(); BATCH];
        let mut left = 0;
        for &(p, quotient) in &near[..count] {
            let multiple = Multiple::first(from, p.into(), quotient);
            active[left % BATCH] = Active { multiple, thirtieth: p / SPAN as u32 };
            left += usize::from(multiple.byte < stripe.len());
        }
        while left > 0 {
            let mut kept = 0;
            for i in 0..left {
                let Active { mut multiple, thirtieth } = active[i % BATCH];
                let byte = multiple.byte;
                let mask = multiple.advance(thirtieth as usize);
                self.scatter.clear(stripe, byte, mask);
                active[kept % BATCH] = Active { multiple, thirtieth };
                kept += usize::from(multiple.byte < stripe.len());
            }
            left = kept;
        }
        self.length = 0;
    }
}

/// A prime on its way through the stripe.
#[derive(Clone, Copy, Default)]
struct Active {
    multiple: Multiple,
    thirtieth: u32,
}
