//! The layout of the sieve: the number that each bit stands for.
//!
//! Byte `i` holds the eight numbers of `30 i .. 30 i + 30` that 2, 3 and 5 do not divide (wheel
//! factorisation, Pritchard, "Explaining the wheel sieve", Acta Informatica 17, 1982). Bit `k` stands for `30
//! i + RESIDUES[k]`. A set bit is a number that is not crossed out. Eight bytes are read as one little-endian
//! word, so the bits of a word are in the order of the numbers.

/// Numbers that one byte covers.
pub(crate) const NUMBERS_PER_BYTE: u64 = 30;

/// Residues modulo 30 that are coprime to 30; bit `k` of a byte stands for `RESIDUES[k]`.
pub(crate) const RESIDUES: [u8; 8] = [1, 7, 11, 13, 17, 19, 23, 29];

/// Bit of each residue modulo 30; 8 for residues that share a factor with 30.
pub(crate) const BIT_OF_RESIDUE: [u8; 30] = {
    let mut bit = [8; 30];
    let mut k = 0;
    while k < 8 {
        bit[RESIDUES[k] as usize] = k as u8;
        k += 1;
    }
    bit
};

/// Distance of each bit of a word from the first number (a multiple of 30) of the word's first byte.
pub(crate) const OFFSET_OF_BIT: [u8; 64] = {
    let mut offset = [0; 64];
    let mut i = 0;
    while i < 64 {
        offset[i] = (i / 8 * 30) as u8 + RESIDUES[i % 8];
        i += 1;
    }
    offset
};

/// Returns the byte in which a number lies.
pub(crate) fn byte_of(number: u64) -> u64 {
    number / NUMBERS_PER_BYTE
}

/// Returns the bits of a byte that stand for residues of at least `residue`.
pub(crate) const fn mask_from(residue: u64) -> u8 {
    match residue {
        0 => 0xff,
        _ => !mask_up_to(residue - 1),
    }
}

/// Returns the bits of a byte that stand for residues of at most `residue`.
pub(crate) const fn mask_up_to(residue: u64) -> u8 {
    let mut bits = 0;
    let mut k = 0;
    while k < 8 {
        if RESIDUES[k] as u64 <= residue {
            bits |= 1 << k;
        }
        k += 1;
    }
    bits
}

/// Bits of a word that stand for numbers up to each distance from the word's first number (a multiple of 30).
pub(crate) const WORD_MASK_UP_TO: [u64; 8 * NUMBERS_PER_BYTE as usize] = {
    let mut bits = [0; 8 * NUMBERS_PER_BYTE as usize];
    let mut i = 0;
    while i < 64 {
        let mut distance = OFFSET_OF_BIT[i] as usize;
        while distance < bits.len() {
            bits[distance] |= 1 << i;
            distance += 1;
        }
        i += 1;
    }
    bits
};

/// Clears the multiples of a prime from 7 on in a sieve that begins at 0 and is a multiple of `p` bytes long.
pub(crate) fn cross_out_period(bytes: &mut [u8], p: usize) {
    for r in RESIDUES.map(usize::from) {
        let mask = !(1 << BIT_OF_RESIDUE[p * r % 30]);
        bytes[p * r / 30..].iter_mut().step_by(p).for_each(|byte| *byte &= mask);
    }
}

/// Returns the set bits of a sieve that begins at byte `first`, as numbers in ascending order.
pub(crate) fn numbers(bytes: &[u8], first: u64) -> impl Iterator<Item = u64> {
    bytes.chunks(8).enumerate().flat_map(move |(i, chunk)| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let base = (first + 8 * i as u64) * NUMBERS_PER_BYTE;
        SetBits(u64::from_le_bytes(word)).map(move |bit| base + u64::from(OFFSET_OF_BIT[bit]))
    })
}

/// Iterates over the positions of the set bits of a word.
struct SetBits(u64);

impl Iterator for SetBits {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros() as usize;
        self.0 &= self.0 - 1;
        Some(bit)
    }
}

/// Returns the number of set bits.
pub(crate) fn count_ones(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let rest: u32 = rest.iter().map(|b| b.count_ones()).sum();
    let whole: u64 = words.iter().map(|&w| u64::from(u64::from_le_bytes(w).count_ones())).sum();
    whole + u64::from(rest)
}
