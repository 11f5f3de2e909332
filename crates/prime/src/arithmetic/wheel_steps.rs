//! Steps from one multiple of a large prime to the next.
//!
//! The steps leave out the multiples of 2, 3, 5 and 7, which are crossed out in any case: 48 of 210 numbers remain, and
//! the multiples of a prime take as many different steps (the wheel of Pritchard, "Explaining the wheel sieve", Acta
//! Informatica 17, 1982).

use crate::arithmetic::wheel::{BIT_OF_RESIDUE, NUMBERS_PER_BYTE, RESIDUES};

/// Product of the primes whose multiples the steps leave out.
const CIRCUMFERENCE: usize = 210;

/// Numbers below [`CIRCUMFERENCE`] that share no factor with it.
const SPOKES: usize = 48;

/// Number of all steps: for each residue of p modulo 30 that is possible, one for each of the [`SPOKES`].
const STEPS: usize = 8 * SPOKES;

/// Bits of the number of a step.
pub(crate) const STEP_BITS: u32 = 9;

/// A multiple of a prime that 2, 3, 5 and 7 do not divide.
#[derive(Clone, Copy, Default)]
pub(crate) struct WheelMultiple {
    /// Byte of the multiple, from the beginning of the piece of sieve in question.
    pub(crate) byte: usize,
    /// Step from this multiple to the next.
    pub(crate) step: u16,
}

impl WheelMultiple {
    /// Returns the first multiple of `p` that is neither below `n`, which is itself a multiple of 30, nor
    /// below the square of `p`. `quotient` is `n / p` rounded up. The multiple may lie beyond 2^64, but its
    /// distance from `n` does not.
    #[inline(always)]
    pub(crate) fn first(n: u64, p: u64, quotient: u64) -> Self {
        let any = quotient.max(p);
        let spoke = NEXT_SPOKE[(any % CIRCUMFERENCE as u64) as usize];
        let coprime = any + u64::from(spoke.gap);
        let class = BIT_OF_RESIDUE[(p % NUMBERS_PER_BYTE) as usize] & 7;
        Self {
            byte: (coprime.wrapping_mul(p).wrapping_sub(n) / NUMBERS_PER_BYTE) as usize,
            step: u16::from(class) * SPOKES as u16 + u16::from(spoke.number),
        }
    }

    /// Moves on to the next multiple of `p`, with `thirtieth = p / 30`. Returns the mask that clears the bit
    /// of this one.
    #[inline(always)]
    pub(crate) fn advance(&mut self, thirtieth: usize) -> u8 {
        let step = &WHEEL_STEPS[usize::from(self.step) % WHEEL_STEPS.len()];
        self.byte += thirtieth * usize::from(step.factor) + usize::from(step.carry);
        self.step = step.next;
        step.mask
    }
}

/// Returns `n / p` rounded up, for `p` of at least 2^16.
///
/// The quotient comes from floating-point division, which compilers vectorise, unlike integer division. The
/// quotient is below 2^48, so the nearest double is wrong by 1 at most, and adding 2^52 rounds it to an
/// integer in the low bits of the mantissa.
#[inline(always)]
pub(crate) fn ceil_quotient(n: u64, p: u32) -> u64 {
    const TWO_52: f64 = (1u64 << 52) as f64;
    let p64 = u64::from(p);
    let double = f64::from_bits(p64 | TWO_52.to_bits()) - TWO_52;
    let quotient = (n as f64 / double + TWO_52).to_bits() & ((1 << 52) - 1);
    let ahead = quotient.wrapping_mul(p64).wrapping_sub(n);
    // The sign bit is set if the multiple lies before n; then the quotient is one too small.
    quotient + (ahead >> 63)
}

/// The next number that shares no factor with [`CIRCUMFERENCE`].
#[derive(Clone, Copy)]
struct NextSpoke {
    /// Distance to it.
    gap: u8,
    /// Which of the [`SPOKES`] it is.
    number: u8,
}

/// The next spoke from each residue modulo [`CIRCUMFERENCE`] on.
const NEXT_SPOKE: [NextSpoke; CIRCUMFERENCE] = {
    let mut spokes = [NextSpoke { gap: 0, number: 0 }; CIRCUMFERENCE];
    let mut number = SPOKES as u8;
    let mut gap = 0;
    let mut residue = CIRCUMFERENCE;
    // 1 is the first spoke, and the next one behind the greatest residue.
    while residue > 0 {
        residue -= 1;
        if is_spoke(residue) {
            number -= 1;
            gap = 0;
        } else {
            gap += 1;
        }
        spokes[residue] = NextSpoke { gap, number };
    }
    spokes
};

/// Returns whether a residue shares no factor with [`CIRCUMFERENCE`].
const fn is_spoke(residue: usize) -> bool {
    BIT_OF_RESIDUE[residue % 30] < 8 && !residue.is_multiple_of(7)
}

/// The step from one multiple `q p` to the next with `q` a spoke. Aligned, so that an index needs no multiplication.
#[derive(Clone, Copy)]
#[repr(align(8))]
struct WheelStep {
    /// Mask that clears the bit of the multiple.
    mask: u8,
    /// Increase of `q`.
    factor: u8,
    /// Bytes that the multiple moves in addition to `factor` times `p / 30`.
    carry: u8,
    /// Number of the next step.
    next: u16,
}

/// The steps; number `48 i + j` is for `p` of residue `RESIDUES[i]` and the spoke `j`. The table is longer than needed, so
/// that the remainder by its length is a mask.
const WHEEL_STEPS: [WheelStep; 1 << STEP_BITS] = {
    let mut steps = [WheelStep { mask: 0, factor: 0, carry: 0, next: 0 }; 1 << STEP_BITS];
    let mut number = 0;
    while number < STEPS {
        let (class, spoke) = (number / SPOKES, number % SPOKES);
        let p = RESIDUES[class] as usize;
        let mut q = 0;
        while !(is_spoke(q) && NEXT_SPOKE[q].number as usize == spoke) {
            q += 1;
        }
        let mut factor = 1;
        while !is_spoke((q + factor) % CIRCUMFERENCE) {
            factor += 1;
        }
        steps[number] = WheelStep {
            mask: !(1 << BIT_OF_RESIDUE[p * q % 30]),
            factor: factor as u8,
            carry: ((p * q % 30 + p * factor) / 30) as u8,
            next: (class * SPOKES + (spoke + 1) % SPOKES) as u16,
        };
        number += 1;
    }
    steps
};
