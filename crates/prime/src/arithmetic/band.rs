//! The segmented sieve over one band of numbers, as far as the stored primes reach.

use std::ops::ControlFlow;

use crate::arithmetic::cycles::Cycles;
use crate::arithmetic::presieve;
use crate::arithmetic::wheel::{BIT, SPAN, bits_from, bits_to, byte_of};

/// Bytes of the sieve that are worked on at a time with the primes up to [`NEAR`]: fits the first-level
/// data cache of every processor of the last fifteen years.
const BLOCK: usize = 32 << 10;

/// The greatest prime that is crossed out block by block.
const NEAR: u32 = 32 << 10;

/// The greatest prime that is crossed out in cycles, segment by segment.
pub(crate) const FAR: u64 = 1 << 20;

/// A sieve over a band of numbers, with buffers that are used again.
pub(crate) struct Band {
    /// Bytes that are worked on at a time with the primes up to [`FAR`].
    segment: usize,
    /// The primes from 7 on, as far as they were needed.
    primes: Vec<u32>,
    /// One stripe, and behind it room for the last cycle of the greatest prime.
    buffer: Vec<u8>,
    near: Cycles,
    far: Cycles,
}

impl Band {
    /// A sieve that gives its result in segments of so many bytes.
    pub(crate) fn new(segment: usize) -> Self {
        let [near, far] = [Cycles::default(), Cycles::default()];
        Self { segment, primes: Vec::new(), buffer: Vec::new(), near, far }
    }

    /// Sieves the numbers of `start..=end`, 7 and above, with the primes up to [`FAR`], and shows them in
    /// order to `visit`: a piece of the sieve and the number of its first byte. What is set there is
    /// prime if `prepare` has crossed out the multiples of the primes above [`FAR`]; it is given each
    /// stripe of `stripe` bytes, and the number of its first byte, before the stripe is sieved.
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
        let room = end.isqrt().min(FAR) as usize;
        self.need(room.max(presieve::NEXT_PRIME as usize) as u32);
        self.near.clear();
        self.far.clear();
        self.buffer.clear();
        self.buffer.resize(stripe + room, 0xff);
        let mut taken = self.primes.partition_point(|&p| u64::from(p) < presieve::NEXT_PRIME);

        let mut base = first;
        loop {
            let length = stripe.min(usize::try_from(last - base + 1).unwrap_or(usize::MAX));
            prepare(&mut self.buffer[..length], base)?;
            for begin in (0..length).step_by(self.segment) {
                let until = length.min(begin + self.segment);
                let at = base + begin as u64;
                self.take(&mut taken, begin, at, until - begin);
                self.sieve(begin, until, base);
                let bytes = &mut self.buffer[begin..until];
                restore(bytes, at, &self.primes);
                if at == first {
                    bytes[0] &= bits_from(start % SPAN);
                }
                if at + (bytes.len() as u64 - 1) == last {
                    bytes[until - begin - 1] &= bits_to(end % SPAN);
                }
                visit(bytes, at)?;
            }
            if last - base < stripe as u64 {
                return ControlFlow::Continue(());
            }
            base += stripe as u64;
            self.near.shift(stripe);
            self.far.shift(stripe);
            self.buffer.copy_within(stripe.., 0);
            self.buffer[room..].fill(0xff);
        }
    }

    /// Shows `visit` the primes of `start..=end`, 7 and above, up to the square of [`FAR`]: pieces of the
    /// sieve and the numbers of their first bytes.
    pub(crate) fn primes<B>(
        &mut self,
        (start, end): (u64, u64),
        mut visit: impl FnMut(&[u8], u64) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let nothing = |_: &mut [u8], _| ControlFlow::Continue(());
        self.run((start, end), self.segment, nothing, |bytes, first| visit(bytes, first))
    }

    /// Sees to it that the primes up to `limit` are there.
    fn need(&mut self, limit: u32) {
        if self.primes.last().is_none_or(|&p| p < limit) {
            self.primes = small_primes(limit);
        }
    }

    /// Takes up the primes whose squares are reached in the segment of `length` bytes at byte `begin` of
    /// the buffer, byte `at` of all numbers.
    fn take(&mut self, taken: &mut usize, begin: usize, at: u64, length: usize) {
        let greatest = (at + length as u64).saturating_mul(SPAN).isqrt().min(FAR) as u32;
        for &p in self.primes[*taken..].iter().take_while(|&&p| p <= greatest) {
            let cycles = if p <= NEAR { &mut self.near } else { &mut self.far };
            cycles.add(p, &mut self.buffer, begin, at);
            *taken += 1;
        }
    }

    /// Crosses out the multiples of the primes taken up in `begin..until` of the buffer, whose first byte is
    /// byte `base` of all numbers.
    fn sieve(&mut self, begin: usize, until: usize, base: u64) {
        for block in (begin..until).step_by(BLOCK) {
            let end = until.min(block + BLOCK);
            presieve::cross_out(&mut self.buffer[block..end], base + block as u64);
            self.near.cross_out(&mut self.buffer, end);
        }
        self.far.cross_out(&mut self.buffer, until);
    }
}

/// Sets the bits of the sieving primes, which are crossed out as multiples of themselves.
fn restore(bytes: &mut [u8], first: u64, primes: &[u32]) {
    let from = primes.partition_point(|&p| byte_of(p.into()) < first);
    for &p in &primes[from..] {
        let Some(byte) = bytes.get_mut((byte_of(p.into()) - first) as usize) else { break };
        *byte |= 1 << BIT[(u64::from(p) % SPAN) as usize];
    }
}

/// The primes of `7..=limit`.
fn small_primes(limit: u32) -> Vec<u32> {
    // Entry i stands for 2 i + 1.
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
