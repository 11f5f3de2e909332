//! Presieving: crossing out the multiples of the smallest primes with precomputed patterns.
//!
//! The multiples of 7 repeat every 7 bytes, those of 7, 23 and 37 together every 7 · 23 · 37 bytes. There is
//! one pattern for each of [`PATTERN_PRIMES`], and a stretch of the sieve is the AND of all patterns. This is
//! far cheaper than crossing out one multiple after another. (Presieving is as old as the wheel; see
//! Sorenson, "An introduction to prime number sieves", 1990.)

use std::sync::LazyLock;

use crate::arithmetic::wheel::cross_out_period;

/// Primes of each pattern. Small ones are combined with large ones, so that the periods are short and of
/// similar length, and all patterns together stay in the second-level cache.
const PATTERN_PRIMES: [&[usize]; 16] = [
    &[7, 23, 37],
    &[11, 19, 31],
    &[13, 17, 29],
    &[41, 163],
    &[43, 157],
    &[47, 151],
    &[53, 149],
    &[59, 139],
    &[61, 137],
    &[67, 131],
    &[71, 127],
    &[73, 113],
    &[79, 109],
    &[83, 107],
    &[89, 103],
    &[97, 101],
];

/// First prime whose multiples the patterns leave.
pub(crate) const FIRST_UNSIEVED_PRIME: u64 = 167;

/// Bytes that are combined at a time. Every pattern continues for as many bytes beyond its period.
const CHUNK_BYTES: usize = 4096;

static PATTERNS: LazyLock<[PresievePattern; 16]> = LazyLock::new(|| PATTERN_PRIMES.map(PresievePattern::new));

/// The sieve of some primes, over one period and [`CHUNK_BYTES`] more.
struct PresievePattern {
    period: usize,
    bytes: Vec<u8>,
}

impl PresievePattern {
    fn new(primes: &[usize]) -> Self {
        let period = primes.iter().product();
        let mut bytes = vec![0xff; period];
        for &p in primes {
            cross_out_period(&mut bytes, p);
        }
        bytes.extend_from_within(..CHUNK_BYTES);
        Self { period, bytes }
    }

    /// Returns the pattern from byte `first` of all numbers on, at least [`CHUNK_BYTES`] long.
    fn from(&self, first: u64) -> &[u8] {
        &self.bytes[(first % self.period as u64) as usize..]
    }
}

/// Clears every multiple of a prime below [`FIRST_UNSIEVED_PRIME`], the primes themselves included, in
/// `bytes`, which begin at byte `first` of all numbers.
pub(crate) fn cross_out(bytes: &mut [u8], first: u64) {
    let mut first = first;
    for chunk in bytes.chunks_mut(CHUNK_BYTES) {
        for [a, b, c, d] in PATTERNS.as_chunks::<4>().0 {
            let patterns = a.from(first).iter().zip(b.from(first)).zip(c.from(first)).zip(d.from(first));
            for (byte, (((a, b), c), d)) in chunk.iter_mut().zip(patterns) {
                *byte &= a & b & c & d;
            }
        }
        first += chunk.len() as u64;
    }
}
