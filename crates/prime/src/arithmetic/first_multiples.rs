//! The first multiples of many primes from some number on.

use fearless_simd::{Level, dispatch};

use crate::arithmetic::wheel::NUMBERS_PER_BYTE;
use crate::arithmetic::wheel_steps::{WheelMultiple, ceil_quotient};

/// Most primes of which the multiples are found at a time.
pub(crate) const BATCH_PRIMES: usize = 1024;

/// A prime on its way through the sieve.
#[derive(Clone, Copy, Default)]
pub(crate) struct ActivePrime {
    /// Its next multiple.
    pub(crate) multiple: WheelMultiple,
    /// The prime divided by 30.
    pub(crate) thirtieth: u32,
}

/// Finds first multiples, with buffers that are used again.
pub(crate) struct FirstMultiples {
    quotients: [u64; BATCH_PRIMES],
    near: [(u32, u64); BATCH_PRIMES],
    active: [ActivePrime; BATCH_PRIMES],
}

impl FirstMultiples {
    /// Creates the buffers.
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self {
            quotients: [0; BATCH_PRIMES],
            near: [(0, 0); BATCH_PRIMES],
            active: [ActivePrime::default(); BATCH_PRIMES],
        })
    }

    /// Returns the primes, of at most [`BATCH_PRIMES`] from 2^16 on, that have a multiple from their square on in the
    /// `reach` bytes of sieve that begin at byte `first` of all numbers, with the first such multiple.
    pub(crate) fn find(&mut self, primes: &[u32], first: u64, reach: usize) -> &mut [ActivePrime] {
        let found = dispatch!(Level::new(), _simd => self.find_with(primes, first, reach));
        &mut self.active[..found]
    }

    /// Implements [`FirstMultiples::find`] for the processor at hand. Returns the number of the primes found.
    ///
    /// Whether a prime has a multiple is unpredictable, so the loops do not branch on it: each entry is written in any
    /// case, and the count grows only if the entry is wanted. `% BATCH_PRIMES` never changes an index: it spares the
    /// bounds check.
    #[inline(always)]
    fn find_with(&mut self, primes: &[u32], first: u64, reach: usize) -> usize {
        let from = first * NUMBERS_PER_BYTE;
        for (quotient, &p) in self.quotients.iter_mut().zip(primes) {
            *quotient = ceil_quotient(from, p);
        }
        let numbers = (reach as u64).saturating_mul(NUMBERS_PER_BYTE);
        let mut count = 0;
        for (&quotient, &p) in self.quotients.iter().zip(primes) {
            self.near[count % BATCH_PRIMES] = (p, quotient);
            count += usize::from(quotient.wrapping_mul(p.into()).wrapping_sub(from) < numbers);
        }
        let mut found = 0;
        for &(p, quotient) in &self.near[..count] {
            let multiple = WheelMultiple::first(from, p.into(), quotient);
            let thirtieth = p / NUMBERS_PER_BYTE as u32;
            self.active[found % BATCH_PRIMES] = ActivePrime { multiple, thirtieth };
            found += usize::from(multiple.byte < reach);
        }
        found
    }
}
