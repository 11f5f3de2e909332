//! Crosses out the multiples of the primes that hit every segment many times.
//!
//! The multiples of `p` that 2, 3 and 5 do not divide repeat in cycles of `30 p` numbers, that is `p` bytes:
//! the cycle from byte `j p` holds `p (30 j + r)` for each of the eight residues `r`, at `p r / 30` bytes from
//! its begin, and the bit of each depends on `p mod 30` alone. So there is one loop for each residue of `p`,
//! with constant masks and without a branch on the state of the wheel: eight multiples a round. (The 8 by 8
//! wheel is that of Oliveira e Silva, "Fast implementation of the segmented sieve of Eratosthenes", 2002.)
//!
//! Only whole cycles are crossed out: a prime is through with a segment when its next cycle begins behind
//! it, so the last cycle reaches up to `p` bytes into what follows. The sieve keeps that much room behind
//! its end and carries it over.

use crate::arithmetic::wheel::{BIT, RESIDUES, SPAN};

/// A prime and where its next cycle begins, in bytes from the begin of the sieve's buffer.
struct Runner {
    prime: u32,
    next: u32,
}

/// Primes whose multiples are being crossed out, by their residue modulo 30.
#[derive(Default)]
pub(crate) struct Cycles {
    by_residue: [Vec<Runner>; 8],
}

impl Cycles {
    /// Forgets all primes.
    pub(crate) fn clear(&mut self) {
        self.by_residue.iter_mut().for_each(Vec::clear);
    }

    /// Takes up a prime at byte `begin` of the buffer, which is byte `first` of all numbers: crosses out
    /// the rest of the cycle that is under way there.
    pub(crate) fn add(&mut self, prime: u32, buffer: &mut [u8], begin: usize, first: u64) {
        let p = prime as usize;
        let done = (first % u64::from(prime)) as usize;
        for r in RESIDUES.map(usize::from) {
            let offset = p * r / 30;
            if let Some(ahead) = offset.checked_sub(done)
                && done > 0
            {
                buffer[begin + ahead] &= !(1 << BIT[p * r % 30]);
            }
        }
        let next = begin + if done == 0 { 0 } else { p - done };
        let class = usize::from(BIT[p % SPAN as usize]);
        self.by_residue[class].push(Runner { prime, next: next as u32 });
    }

    /// Crosses out every cycle that begins before byte `end` of the buffer, which must have room for the
    /// last of them behind `end`.
    pub(crate) fn cross_out(&mut self, buffer: &mut [u8], end: usize) {
        let [a, b, c, d, e, f, g, h] = &mut self.by_residue;
        run::<1>(a, buffer, end);
        run::<7>(b, buffer, end);
        run::<11>(c, buffer, end);
        run::<13>(d, buffer, end);
        run::<17>(e, buffer, end);
        run::<19>(f, buffer, end);
        run::<23>(g, buffer, end);
        run::<29>(h, buffer, end);
    }

    /// Moves on to a buffer whose first byte was at `by`.
    pub(crate) fn shift(&mut self, by: usize) {
        for runner in self.by_residue.iter_mut().flatten() {
            runner.next -= by as u32;
        }
    }
}

/// [`Cycles::cross_out`] for the primes of residue `R` modulo 30.
fn run<const R: usize>(runners: &mut [Runner], buffer: &mut [u8], end: usize) {
    for runner in runners {
        let p = runner.prime as usize;
        let mut next = runner.next as usize;
        if next >= end {
            continue;
        }
        let offset = offsets::<R>(p);
        // Never true; tells the compiler that the eight accesses below are in bounds.
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

/// The bytes from the begin of a cycle at which the eight multiples of `p`, of residue `R` modulo 30, lie.
pub(crate) fn offsets<const R: usize>(p: usize) -> [usize; 8] {
    RESIDUES.map(|r| p / 30 * r as usize + R * r as usize / 30)
}

/// The bits in their bytes of the eight multiples in a cycle, for a prime of residue `R` modulo 30.
pub(crate) const fn bits<const R: usize>() -> [u8; 8] {
    let mut bits = [0; 8];
    let mut k = 0;
    while k < 8 {
        bits[k] = BIT[R * RESIDUES[k] as usize % 30];
        k += 1;
    }
    bits
}
