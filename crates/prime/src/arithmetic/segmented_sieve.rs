//! The segmented sieve of Eratosthenes, with the primes that are stored.

use std::ops::ControlFlow;

use crate::arithmetic::presieve;
use crate::arithmetic::wheel::{BIT_OF_RESIDUE, NUMBERS_PER_BYTE, byte_of, mask_from, mask_up_to};
use crate::arithmetic::wheel_cycles::WheelCycles;

/// Bytes of the sieve that are processed at a time with the primes up to [`MAX_BLOCK_PRIME`]. They fit into
/// the first-level data cache of every processor of the last fifteen years.
const BLOCK_BYTES: usize = 32 << 10;

/// Greatest prime that is crossed out block by block.
const MAX_BLOCK_PRIME: u32 = 32 << 10;

/// Greatest prime that is crossed out in cycles, segment by segment.
pub(crate) const MAX_CYCLE_PRIME: u64 = 1 << 19;

/// A sieve over a range of numbers, with buffers that are used again.
pub(crate) struct SegmentedSieve {
    /// Bytes that are processed at a time with the primes up to [`MAX_CYCLE_PRIME`].
    segment: usize,
    /// The primes from 7 on, as far as they were needed.
    primes: Vec<u32>,
    /// One stripe, and behind it room for the last cycle of the greatest prime.
    buffer: Vec<u8>,
    near: WheelCycles,
    far: WheelCycles,
}

impl SegmentedSieve {
    /// Creates a sieve that returns its result in segments of so many bytes.
    pub(crate) fn new(segment: usize) -> Self {
        let [near, far] = [WheelCycles::default(), WheelCycles::default()];
        Self { segment, primes: Vec::new(), buffer: Vec::new(), near, far }
    }

    /// Sieves the numbers of `start..=end`, 7 and above, with the primes up to [`MAX_CYCLE_PRIME`], and
    /// passes them to `visit` in order: a piece of the sieve and the number of its first byte.
    ///
    /// `prepare` gets each stripe of `stripe` bytes, and the number of its first byte, before the stripe is
    /// sieved. If `prepare` crosses out the multiples of the primes above [`MAX_CYCLE_PRIME`], every set bit
    /// is a prime.
    pub(crate) fn run<B>(
        &mut self,
        (start, end): (u64, u64),
        stripe: usize,
        mut prepare: impl FnMut(&mut [u8], u64) -> ControlFlow<B>,
        mut visit: impl FnMut(&mut [u8], u64) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let start = start.max(7);
        if start > end {
            return ControlFlow::Continue(());
        }
        let (first, last) = (byte_of(start), byte_of(end));
        let stripe = stripe.min(usize::try_from(last - first + 1).unwrap_or(usize::MAX));
        let room = end.isqrt().min(MAX_CYCLE_PRIME) as usize;
        self.ensure_primes(room.max(presieve::FIRST_UNSIEVED_PRIME as usize) as u32);
        self.near.clear();
        self.far.clear();
        self.buffer.clear();
        self.buffer.resize(stripe + room, 0xff);
        // Primes join when the sieve reaches their squares: smaller multiples have a smaller prime factor.
        let mut taken = self.primes.partition_point(|&p| u64::from(p) < presieve::FIRST_UNSIEVED_PRIME);

        let mut base = first;
        loop {
            let length = stripe.min(usize::try_from(last - base + 1).unwrap_or(usize::MAX));
            prepare(&mut self.buffer[..length], base)?;
            for begin in (0..length).step_by(self.segment) {
                let until = length.min(begin + self.segment);
                let at = base + begin as u64;
                self.add_primes(&mut taken, begin, at, until - begin);
                self.cross_out(begin, until, base);
                let bytes = &mut self.buffer[begin..until];
                restore(bytes, at, &self.primes);
                if at == first {
                    bytes[0] &= mask_from(start % NUMBERS_PER_BYTE);
                }
                if at + (bytes.len() as u64 - 1) == last {
                    bytes[until - begin - 1] &= mask_up_to(end % NUMBERS_PER_BYTE);
                }
                visit(bytes, at)?;
            }
            if last - base < stripe as u64 {
                return ControlFlow::Continue(());
            }
            base += stripe as u64;
            self.near.shift(stripe);
            self.far.shift(stripe);
            // Cycles that reached beyond the stripe have marked bytes there already: carry them over.
            self.buffer.copy_within(stripe.., 0);
            self.buffer[room..].fill(0xff);
        }
    }

    /// Passes the primes of `start..=end`, 7 and above, up to the square of [`MAX_CYCLE_PRIME`] to `visit`:
    /// pieces of the sieve and the numbers of their first bytes.
    pub(crate) fn visit_primes<B>(
        &mut self,
        (start, end): (u64, u64),
        mut visit: impl FnMut(&[u8], u64) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let nothing = |_: &mut [u8], _| ControlFlow::Continue(());
        self.run((start, end), self.segment, nothing, |bytes, first| visit(bytes, first))
    }

    /// Makes sure that the primes up to `limit` are stored.
    fn ensure_primes(&mut self, limit: u32) {
        if self.primes.last().is_none_or(|&p| p < limit) {
            self.primes = small_primes(limit);
        }
    }

    /// Adds the primes whose squares are reached in the segment of `length` bytes at byte `begin` of the
    /// buffer, byte `at` of all numbers.
    fn add_primes(&mut self, taken: &mut usize, begin: usize, at: u64, length: usize) {
        let greatest =
            (at + length as u64).saturating_mul(NUMBERS_PER_BYTE).isqrt().min(MAX_CYCLE_PRIME) as u32;
        for &p in self.primes[*taken..].iter().take_while(|&&p| p <= greatest) {
            let cycles = if p <= MAX_BLOCK_PRIME { &mut self.near } else { &mut self.far };
            cycles.add(p, &mut self.buffer, begin, at);
            *taken += 1;
        }
    }

    /// Crosses out the multiples of the added primes in `begin..until` of the buffer, whose first byte is
    /// byte `base` of all numbers.
    fn cross_out(&mut self, begin: usize, until: usize, base: u64) {
        for block in (begin..until).step_by(BLOCK_BYTES) {
            let end = until.min(block + BLOCK_BYTES);
            presieve::cross_out(&mut self.buffer[block..end], base + block as u64);
            self.near.cross_out(&mut self.buffer, end);
        }
        self.far.cross_out(&mut self.buffer, until);
    }
}

/// Sets the bits of the sieving primes, which were crossed out as multiples of themselves.
fn restore(bytes: &mut [u8], first: u64, primes: &[u32]) {
    let from = primes.partition_point(|&p| byte_of(p.into()) < first);
    for &p in &primes[from..] {
        let Some(byte) = bytes.get_mut((byte_of(p.into()) - first) as usize) else { break };
        *byte |= 1 << BIT_OF_RESIDUE[(u64::from(p) % NUMBERS_PER_BYTE) as usize];
    }
}

/// Returns the primes of `7..=limit`.
fn small_primes(limit: u32) -> Vec<u32> {
    // The plain sieve of Eratosthenes over odd numbers: entry i stands for 2 i + 1.
    let mut prime = vec![true; (limit as usize).div_ceil(2)];
    for i in 1..(limit.isqrt() as usize).div_ceil(2) {
        if prime[i] {
            let p = 2 * i + 1;
            prime[p * p / 2..].iter_mut().step_by(p).for_each(|entry| *entry = false);
        }
    }
    let odd = (0..limit).skip(1).step_by(2).chain((limit % 2 == 1).then_some(limit));
    odd.zip(prime).filter(|&(n, prime)| n >= 7 && prime).map(|(n, _)| n).collect()
}
