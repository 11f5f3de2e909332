//! The layout of the sieve: which number each bit stands for.
//!
//! Byte `i` holds the eight numbers of `30 i .. 30 i + 30` that 2, 3 and 5 do not divide (wheel
//! factorisation, Pritchard, "Explaining the wheel sieve", Acta Informatica 17, 1982): bit `k` stands for
//! `30 i + RESIDUES[k]`. A set bit is a number not yet crossed out. Eight bytes are read as one
//! little-endian word, so the bits of a word are in the order of the numbers.

/// Numbers that one byte covers.
pub(crate) const SPAN: u64 = 30;

/// The residues modulo 30 that are coprime to 30; bit `k` of a byte stands for `RESIDUES[k]`.
pub(crate) const RESIDUES: [u8; 8] = [1, 7, 11, 13, 17, 19, 23, 29];

/// The bit of each residue modulo 30; 8 for those that share a factor with 30.
pub(crate) const BIT: [u8; 30] = {
    let mut bit = [8; 30];
    let mut k = 0;
    while k < 8 {
        bit[RESIDUES[k] as usize] = k as u8;
        k += 1;
    }
    bit
};

/// How far each bit of a word lies behind the first number (a multiple of 30) of its first byte.
pub(crate) const OFFSET: [u8; 64] = {
    let mut offset = [0; 64];
    let mut i = 0;
    while i < 64 {
        offset[i] = (i / 8 * 30) as u8 + RESIDUES[i % 8];
        i += 1;
    }
    offset
};

/// The byte in which a number lies.
pub(crate) fn byte_of(number: u64) -> u64 {
    number / SPAN
}

/// The bits of a byte that stand for residues of at least `residue`.
pub(crate) const fn bits_from(residue: u64) -> u8 {
    match residue {
        0 => 0xff,
        _ => !bits_to(residue - 1),
    }
}

/// The bits of a byte that stand for residues of at most `residue`.
pub(crate) const fn bits_to(residue: u64) -> u8 {
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

/// The bits of a word that stand for numbers up to each distance from its first number (a multiple of 30).
pub(crate) const WORD_TO: [u64; 8 * SPAN as usize] = {
    let mut bits = [0; 8 * SPAN as usize];
    let mut i = 0;
    while i < 64 {
        let mut distance = OFFSET[i] as usize;
        while distance < bits.len() {
            bits[distance] |= 1 << i;
            distance += 1;
        }
        i += 1;
    }
    bits
};

/// The set bits of a sieve that begins at byte `first`, as numbers in ascending order.
pub(crate) fn numbers(bytes: &[u8], first: u64) -> impl Iterator<Item = u64> {
    bytes.chunks(8).enumerate().flat_map(move |(i, chunk)| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let base = (first + 8 * i as u64) * SPAN;
        Ones(u64::from_le_bytes(word)).map(move |bit| base + u64::from(OFFSET[bit]))
    })
}

/// The positions of the set bits of a word.
struct Ones(u64);

impl Iterator for Ones {
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

/// The number of set bits.
pub(crate) fn count_ones(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let rest: u32 = rest.iter().map(|b| b.count_ones()).sum();
    let whole: u64 = words.iter().map(|&w| u64::from(u64::from_le_bytes(w).count_ones())).sum();
    whole + u64::from(rest)
}
