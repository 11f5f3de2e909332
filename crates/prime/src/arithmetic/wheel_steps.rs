//! Steps from one multiple of a large prime to the next.

use crate::arithmetic::wheel::{BIT_OF_RESIDUE, NUMBERS_PER_BYTE, RESIDUES};

/// A multiple of a prime that 2, 3 and 5 do not divide.
#[derive(Clone, Copy, Default)]
pub(crate) struct WheelMultiple {
    /// Byte of the multiple, from the beginning of the piece of sieve in question.
    pub(crate) byte: usize,
    /// Step from this multiple to the next.
    pub(crate) step: u8,
}

impl WheelMultiple {
    /// Returns the first multiple of `p` that is neither below `n`, which is itself a multiple of 30, nor
    /// below the square of `p`. `quotient` is `n / p` rounded up. The multiple may lie beyond 2^64, but its
    /// distance from `n` does not.
    #[inline(always)]
    pub(crate) fn first(n: u64, p: u64, quotient: u64) -> Self {
        let any = quotient.max(p);
        let coprime = any + u64::from(GAP_TO_COPRIME[(any % NUMBERS_PER_BYTE) as usize]);
        Self {
            byte: (coprime.wrapping_mul(p).wrapping_sub(n) / NUMBERS_PER_BYTE) as usize,
            step: FIRST_STEP[usize::from(BIT_OF_RESIDUE[(p % NUMBERS_PER_BYTE) as usize]) & 7]
                [(coprime % NUMBERS_PER_BYTE) as usize],
        }
    }

    /// Moves on to the next multiple of `p`, with `thirtieth = p / 30`. Returns the mask that clears the bit
    /// of this one.
    #[inline(always)]
    pub(crate) fn advance(&mut self, thirtieth: usize) -> u8 {
        let step = &WHEEL_STEPS[usize::from(self.step & 63)];
        self.byte += thirtieth * usize::from(step.factor) + usize::from(step.carry);
        self.step = step.next;
        step.mask
    }
}

/// Returns `n / p` rounded up, for `p` of at least 2^20.
///
/// The quotient comes from floating-point division, which compilers vectorise, unlike integer division. The
/// quotient is below 2^44, so the nearest double is wrong by 1 at most, and adding 2^52 rounds it to an
/// integer in the low bits of the mantissa.
pub(crate) fn ceil_quotient(n: u64, p: u32) -> u64 {
    const TWO_52: f64 = (1u64 << 52) as f64;
    let p64 = u64::from(p);
    let double = f64::from_bits(p64 | TWO_52.to_bits()) - TWO_52;
    let quotient = (n as f64 / double + TWO_52).to_bits() & ((1 << 52) - 1);
    let ahead = quotient.wrapping_mul(p64).wrapping_sub(n);
    // The sign bit is set if the multiple lies before n; then the quotient is one too small.
    quotient + (ahead >> 63)
}

/// Distance from each residue to the next number coprime to 30.
const GAP_TO_COPRIME: [u8; 30] = {
    let mut gaps = [0; 30];
    let mut r = 0;
    while r < 30 {
        while BIT_OF_RESIDUE[(r + gaps[r] as usize) % 30] == 8 {
            gaps[r] += 1;
        }
        r += 1;
    }
    gaps
};

/// The step from one multiple `q p` to the next with `q` coprime to 30.
#[derive(Clone, Copy)]
struct WheelStep {
    /// Mask that clears the bit of the multiple.
    mask: u8,
    /// Increase of `q`.
    factor: u8,
    /// Bytes that the multiple moves in addition to `factor` times `p / 30`.
    carry: u8,
    /// Index of the next step.
    next: u8,
}

/// The steps; index `8 i + j` is for `p` of residue `RESIDUES[i]` and `q` of residue `RESIDUES[j]`.
const WHEEL_STEPS: [WheelStep; 64] = {
    let mut steps = [WheelStep { mask: 0, factor: 0, carry: 0, next: 0 }; 64];
    let mut index = 0;
    while index < 64 {
        let (i, j) = (index / 8, index % 8);
        let (p, q) = (RESIDUES[i] as usize, RESIDUES[j] as usize);
        let factor = if j == 7 { 2 } else { RESIDUES[j + 1] as usize - q };
        steps[index] = WheelStep {
            mask: !(1 << BIT_OF_RESIDUE[p * q % 30]),
            factor: factor as u8,
            carry: ((p * q % 30 + p * factor) / 30) as u8,
            next: (8 * i + (j + 1) % 8) as u8,
        };
        index += 1;
    }
    steps
};

/// First step for each residue class of `p` and each residue of `q`.
const FIRST_STEP: [[u8; 30]; 8] = {
    let mut at = [[0; 30]; 8];
    let mut i = 0;
    while i < 64 {
        at[i / 8][RESIDUES[i % 8] as usize] = i as u8;
        i += 1;
    }
    at
};
