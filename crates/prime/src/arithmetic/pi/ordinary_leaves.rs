//! Ordinary leaves.

use crate::arithmetic::wheel::{NUMBERS_PER_BYTE, WORD_MASK_UP_TO, cross_out_period};

use super::terms::{BASE_PRIMES, PiTerms};

/// The first [`BASE_PRIMES`] primes, less the three that the sieve has no bits for.
const SMALL_PRIMES: [usize; BASE_PRIMES - 3] = [7, 11, 13, 17, 19];

/// Product of the first [`BASE_PRIMES`] primes.
const PHI_PERIOD: u64 = 30 * 7 * 11 * 13 * 17 * 19;

/// Numbers of a word of the sieve.
const NUMBERS_PER_WORD: u64 = 8 * NUMBERS_PER_BYTE;

/// Returns the sum of mu(n) phi(x / n, [`BASE_PRIMES`]) over all n up to y without a prime factor up to 19.
pub(super) fn sum(terms: &PiTerms) -> u64 {
    let phi = PhiTable::new();
    let mut sum = 0u64;
    terms.factors.leaves(0, terms.y, 19, |leaves| {
        for leaf in leaves {
            let count = phi.at(terms.x / u64::from(*leaf >> 1));
            sum = if *leaf & 1 == 1 { sum.wrapping_add(count) } else { sum.wrapping_sub(count) };
        }
    });
    sum
}

/// phi(n, [`BASE_PRIMES`]), which is periodic up to a linear term.
struct PhiTable {
    /// The numbers of one period that the primes leave, as words of the sieve, each with the count before it.
    words: Vec<(u64, u32)>,
    /// Numbers that the primes leave in one period.
    count: u64,
}

impl PhiTable {
    /// Counts one period.
    fn new() -> Self {
        let mut bytes = vec![0xff; (PHI_PERIOD / NUMBERS_PER_BYTE) as usize];
        for p in SMALL_PRIMES {
            cross_out_period(&mut bytes, p);
        }
        let mut count = 0;
        let counted = |chunk: &[u8]| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            let word = u64::from_le_bytes(word);
            let before = count;
            count += word.count_ones();
            (word, before)
        };
        let words = bytes.chunks(8).map(counted).collect();
        Self { words, count: count.into() }
    }

    /// Returns phi(n, [`BASE_PRIMES`]).
    fn at(&self, n: u64) -> u64 {
        let rest = n % PHI_PERIOD;
        let (word, before) = self.words[(rest / NUMBERS_PER_WORD) as usize];
        let within = (word & WORD_MASK_UP_TO[(rest % NUMBERS_PER_WORD) as usize]).count_ones();
        n / PHI_PERIOD * self.count + u64::from(before + within)
    }
}
