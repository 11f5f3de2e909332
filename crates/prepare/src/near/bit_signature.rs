//! Signatures of bits: a quick proof that two sets are not near.
//!
//! Each element sets one bit. A bit that only one of two signatures has is that of an element that only one of the sets
//! has, so that sets differ in at least as many elements as their signatures in bits (E. Sandes, G. Teodoro, A. Melo:
//! Bitmap Filter: Speeding up Exact Set Similarity Joins with Bitwise Operations, Information Systems 88, 2020).

/// Words of a signature. 512 bits tell sets of up to some 300 elements apart; of larger ones most bits are set.
const WORDS: usize = 8;

/// Bits that the elements of a set have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BitSignature([u64; WORDS]);

impl BitSignature {
    /// Returns the signature of some elements, in any order and with any repetition.
    pub fn of(elements: &[u64]) -> Self {
        let mut words = [0; WORDS];
        for element in elements {
            let bit = *element as usize % (64 * WORDS);
            words[bit / 64] |= 1 << (bit % 64);
        }
        Self(words)
    }

    /// Returns in how many bits two signatures differ.
    pub(super) fn differing_bits(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(one, two)| (one ^ two).count_ones()).sum()
    }

    /// Returns the bytes of the signature.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        self.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Returns the signature of these bytes, if they are as many as one has.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, []) = bytes.as_chunks() else { return None };
        let words = words.iter().map(|bytes| u64::from_le_bytes(*bytes));
        Some(Self(words.collect::<Vec<_>>().try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_differ_in_at_least_as_many_elements_as_bits() {
        let spread = |number: u64| number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        for (common, one, two) in [(0, 0, 0), (10, 3, 2), (60, 20, 20), (5, 200, 0), (900, 80, 90)] {
            let set = |from: u64, own: u64| -> Vec<u64> {
                (0..common).chain(from..from + own).map(spread).collect()
            };
            let signatures = [set(10_000, one), set(20_000, two)].map(|set| BitSignature::of(&set));
            let bits = signatures[0].differing_bits(&signatures[1]);
            assert!(u64::from(bits) <= one + two, "{bits} bits of {one} and {two}");
            // Of the largest sets nearly all bits are set.
            assert!(one + two == 0 || common > 500 || bits > 0);
            assert_eq!(BitSignature::from_bytes(&signatures[0].to_bytes()), Some(signatures[0]));
        }
    }
}
