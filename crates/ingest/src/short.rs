//! Short words, compared in a few wide steps.

use fearless_simd::prelude::*;
use fearless_simd::u8x64;

use super::scan::WIDTH;

/// Bytes of memory that are looked at for a short word, more than it has: nearly all paths and user agents
/// are short.
pub(super) const SHORT: usize = 4 * WIDTH;

/// A short word with zeros behind it.
pub(super) type Padded = [u8; SHORT];

/// A short word, and what follows it in memory, which may be looked at but plays no part.
#[derive(Clone, Copy, Debug)]
pub struct Short<'a> {
    pub(super) text: &'a [u8; SHORT],
    pub(super) length: u8,
}

impl<'a> Short<'a> {
    /// The first `length` bytes of `text`. None if they are too many, or too few follow.
    #[inline(always)]
    pub(super) fn of(text: &'a [u8], length: usize) -> Option<Self> {
        Some(Self { text: text.first_chunk()?, length: length.try_into().ok()? })
    }

    /// The word.
    #[inline(always)]
    pub fn bytes(self) -> &'a [u8] {
        &self.text[..usize::from(self.length)]
    }

    /// Whether a word of the same length is the same.
    #[inline(always)]
    pub(super) fn begins_like<S: Simd>(self, simd: S, known: &Padded) -> bool {
        const KEPT: [u8; 2 * SHORT] = {
            let mut kept = [0; 2 * SHORT];
            let mut at = 0;
            while at < SHORT {
                kept[at] = u8::MAX;
                at += 1;
            }
            kept
        };
        let kept = &KEPT[SHORT - usize::from(self.length)..][..SHORT];
        let (text, kept, known) = (self.text.as_chunks().0, kept.as_chunks().0, known.as_chunks().0);
        let mut others = u8x64::splat(simd, 0);
        for at in 0..SHORT / WIDTH {
            let part = u8x64::load_array_ref(simd, &text[at]) & u8x64::load_array_ref(simd, &kept[at]);
            others |= part ^ u8x64::load_array_ref(simd, &known[at]);
        }
        others.simd_eq(0).all_true()
    }
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_are_compared_up_to_their_ends(
            text in prop::collection::vec(any::<u8>(), 2 * SHORT), length in 0..SHORT, other in 0..SHORT
        ) {
            let word = Short::of(&text, length).unwrap();
            prop_assert_eq!(word.bytes(), &text[..length]);
            let mut known = [0; SHORT];
            known[..length].copy_from_slice(&text[..length]);
            prop_assert!(dispatch!(Level::new(), simd => word.begins_like(simd, &known)));
            known[other] ^= 0x40;
            prop_assert!(!dispatch!(Level::new(), simd => word.begins_like(simd, &known)));
        }
    }

    #[test]
    fn long_words_and_the_last_of_a_text_are_not_short() {
        let text = [b'x'; SHORT];
        assert!(Short::of(&text, SHORT - 1).is_some());
        assert!(Short::of(&text, SHORT).is_none());
        assert!(Short::of(&text[1..], 1).is_none());
    }
}
