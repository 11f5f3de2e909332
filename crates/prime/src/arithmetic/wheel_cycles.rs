//! Crossing out for the primes that hit every segment many times.
//!
//! The multiples of `p` that 2, 3 and 5 do not divide repeat in cycles of `30 p` numbers, that is `p` bytes:
//! the cycle from byte `j p` holds `p (30 j + r)` for each of the eight residues `r`, at `p r / 30` bytes
//! from the beginning of the cycle, and the bit of each depends on `p mod 30` alone. So there is one loop for
//! each residue of `p`, with constant masks and without a branch on the state of the wheel: eight multiples a
//! round. (The 8 by 8 wheel is that of Oliveira e Silva, "Fast implementation of the segmented sieve of
//! Eratosthenes", 2002.)
//!
//! Only whole cycles are crossed out: a prime is done with a segment when its next cycle begins behind the
//! segment, so the last cycle reaches up to `p` bytes into the next one. The sieve keeps that much room
//! behind its end and carries it over.

use crate::arithmetic::wheel::{BIT_OF_RESIDUE, NUMBERS_PER_BYTE, RESIDUES};

/// A prime and the beginning of its next cycle, in bytes from the beginning of the sieve's buffer.
struct CyclePrime {
    prime: u32,
    next: u32,
}

/// Primes whose multiples are being crossed out, by their residue modulo 30.
#[derive(Default)]
pub(crate) struct WheelCycles {
    by_residue: [Vec<CyclePrime>; 8],
}

impl WheelCycles {
    /// Removes all primes.
    pub(crate) fn clear(&mut self) {
        self.by_residue.iter_mut().for_each(Vec::clear);
    }

    /// Adds a prime at byte `begin` of the buffer, which is byte `first` of all numbers: crosses out the rest
    /// of the cycle that byte `first` lies in.
    pub(crate) fn add(&mut self, prime: u32, buffer: &mut [u8], begin: usize, first: u64) {
        let p = prime as usize;
        let done = (first % u64::from(prime)) as usize;
        for r in RESIDUES.map(usize::from) {
            let offset = p * r / 30;
            if let Some(ahead) = offset.checked_sub(done)
                && done > 0
            {
                buffer[begin + ahead] &= !(1 << BIT_OF_RESIDUE[p * r % 30]);
            }
        }
        let next = begin + if done == 0 { 0 } else { p - done };
        let class = usize::from(BIT_OF_RESIDUE[p % NUMBERS_PER_BYTE as usize]);
        self.by_residue[class].push(CyclePrime { prime, next: next as u32 });
    }

    /// Crosses out every cycle that begins before byte `end` of the buffer, which must have room for the last
    /// cycle behind `end`.
    pub(crate) fn cross_out(&mut self, buffer: &mut [u8], end: usize) {
        let [a, b, c, d, e, f, g, h] = &mut self.by_residue;
        cross_out_residue::<1>(a, buffer, end);
        cross_out_residue::<7>(b, buffer, end);
        cross_out_residue::<11>(c, buffer, end);
        cross_out_residue::<13>(d, buffer, end);
        cross_out_residue::<17>(e, buffer, end);
        cross_out_residue::<19>(f, buffer, end);
        cross_out_residue::<23>(g, buffer, end);
        cross_out_residue::<29>(h, buffer, end);
    }

    /// Moves on to a buffer whose first byte was at `by`.
    pub(crate) fn shift(&mut self, by: usize) {
        for runner in self.by_residue.iter_mut().flatten() {
            runner.next -= by as u32;
        }
    }
}

/// Implements [`WheelCycles::cross_out`] for the primes of residue `R` modulo 30.
fn cross_out_residue<const R: usize>(runners: &mut [CyclePrime], buffer: &mut [u8], end: usize) {
    for runner in runners {
        let p = runner.prime as usize;
        let mut next = runner.next as usize;
        if next >= end {
            continue;
        }
        let offset = offsets::<R>(p);
        // Never true. It tells the compiler that the eight accesses below are in bounds.
        if offset.iter().any(|&o| o >= p) {
            continue;
        }
        while next < end {
            let cycle = &mut buffer[next..next + p];
            for k in 0..8 {
                cycle[offset[k]] &= !(1 << const { bits::<R>() }[k]);
            }
            next += p;
        }
        runner.next = next as u32;
    }
}

/// Returns the positions of the eight multiples of `p`, of residue `R` modulo 30, in bytes from the beginning
/// of a cycle.
pub(crate) fn offsets<const R: usize>(p: usize) -> [usize; 8] {
    RESIDUES.map(|r| p / 30 * r as usize + R * r as usize / 30)
}

/// Returns the bits in their bytes of the eight multiples in a cycle, for a prime of residue `R` modulo 30.
pub(crate) const fn bits<const R: usize>() -> [u8; 8] {
    let mut bits = [0; 8];
    let mut k = 0;
    while k < 8 {
        bits[k] = BIT_OF_RESIDUE[R * RESIDUES[k] as usize % 30];
        k += 1;
    }
    bits
}
