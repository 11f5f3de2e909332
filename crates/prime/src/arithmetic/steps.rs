//! From one multiple of a large prime to the next.

use crate::arithmetic::wheel::{BIT, RESIDUES, SPAN};

/// A multiple of a prime that 2, 3 and 5 do not divide.
#[derive(Clone, Copy, Default)]
pub(crate) struct Multiple {
    /// In which byte from the begin of the piece of sieve in question.
    pub(crate) byte: usize,
    /// The step on from it.
    pub(crate) step: u8,
}

impl Multiple {
    /// The first multiple of `p`, neither below `n`, which is itself a multiple of 30, nor below the square of
    /// `p`; `quotient` is `n / p` rounded up. (It may lie beyond 2^64, but not its distance from `n`.)
    #[inline(always)]
    pub(crate) fn first(n: u64, p: u64, quotient: u64) -> Self {
        let any = quotient.max(p);
        let coprime = any + u64::from(TO_COPRIME[(any % SPAN) as usize]);
        Self {
            byte: (coprime.wrapping_mul(p).wrapping_sub(n) / SPAN) as usize,
            step: FIRST[usize::from(BIT[(p % SPAN) as usize]) & 7][(coprime % SPAN) as usize],
        }
    }

    /// The mask that clears the bit of this multiple, which then is the next one of `p`, for `thirtieth = p / 30`.
    #[inline(always)]
    pub(crate) fn advance(&mut self, thirtieth: usize) -> u8 {
        let step = &STEPS[usize::from(self.step & 63)];
        self.byte += thirtieth * usize::from(step.factor) + usize::from(step.carry);
        self.step = step.next;
        step.mask
    }
}

/// `n / p` rounded up, for `p` of at least 2^20.
///
/// The quotient comes from floating-point division, which compilers can do for several primes at once: it is
/// below 2^44, so that the nearest double is wrong by 1 at most, and adding 2^52 rounds it to an integer in
/// the low bits of the mantissa.
pub(crate) fn quotient(n: u64, p: u32) -> u64 {
    const TWO_52: f64 = (1u64 << 52) as f64;
    let p64 = u64::from(p);
    let double = f64::from_bits(p64 | TWO_52.to_bits()) - TWO_52;
    let quotient = (n as f64 / double + TWO_52).to_bits() & ((1 << 52) - 1);
    let ahead = quotient.wrapping_mul(p64).wrapping_sub(n);
    // One more if the multiple lies before n.
    quotient + (ahead >> 63)
}

/// How far the next number coprime to 30 lies behind one of each residue.
const TO_COPRIME: [u8; 30] = {
    let mut gaps = [0; 30];
    let mut r = 0;
    while r < 30 {
        while BIT[(r + gaps[r] as usize) % 30] == 8 {
            gaps[r] += 1;
        }
        r += 1;
    }
    gaps
};

/// The step from one multiple `q p` to the next with `q` coprime to 30.
#[derive(Clone, Copy)]
struct Step {
    /// Clears the bit of the multiple.
    mask: u8,
    /// By how much `q` grows.
    factor: u8,
    /// By how many bytes the multiple moves in addition to `factor` times `p / 30`.
    carry: u8,
    /// The index of the next step.
    next: u8,
}

/// Step `8 i + j` is for `p` of residue `RESIDUES[i]` and `q` of residue `RESIDUES[j]`.
const STEPS: [Step; 64] = {
    let mut steps = [Step { mask: 0, factor: 0, carry: 0, next: 0 }; 64];
    let mut index = 0;
    while index < 64 {
        let (i, j) = (index / 8, index % 8);
        let (p, q) = (RESIDUES[i] as usize, RESIDUES[j] as usize);
        let factor = if j == 7 { 2 } else { RESIDUES[j + 1] as usize - q };
        steps[index] = Step {
            mask: !(1 << BIT[p * q % 30]),
            factor: factor as u8,
            carry: ((p * q % 30 + p * factor) / 30) as u8,
            next: (8 * i + (j + 1) % 8) as u8,
        };
        index += 1;
    }
    steps
};

/// The first step for each residue class of `p` and residue of `q`.
const FIRST: [[u8; 30]; 8] = {
    let mut at = [[0; 30]; 8];
    let mut i = 0;
    while i < 64 {
        at[i / 8][RESIDUES[i % 8] as usize] = i as u8;
        i += 1;
    }
    at
};
