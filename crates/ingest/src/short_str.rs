//! Short strings, compared in a few wide steps.

use fearless_simd::prelude::*;
use fearless_simd::u8x64;

use crate::simd_scan::CHUNK_BYTES;

/// Bytes of memory that are read for a short string, more than it has. Nearly all paths and user agents are
/// short.
pub(crate) const SHORT_STR_BYTES: usize = 4 * CHUNK_BYTES;

/// A short string with zeros behind it.
pub(crate) type PaddedStr = [u8; SHORT_STR_BYTES];

/// A short string, and the bytes that follow it in memory: they may be read, but play no part.
#[derive(Clone, Copy, Debug)]
pub struct ShortStr<'a> {
    pub(crate) window: &'a [u8; SHORT_STR_BYTES],
    pub(crate) length: u8,
}

impl<'a> ShortStr<'a> {
    /// Takes the first `length` bytes of `text`. Returns `None` if the string is too long or too few bytes
    /// follow.
    #[inline(always)]
    pub(crate) fn new(window: &'a [u8], length: usize) -> Option<Self> {
        Some(Self { window: window.first_chunk()?, length: length.try_into().ok()? })
    }

    /// Returns the string.
    #[inline(always)]
    pub fn as_bytes(self) -> &'a [u8] {
        &self.window[..usize::from(self.length)]
    }

    /// Returns whether a string of the same length is equal.
    #[inline(always)]
    pub(crate) fn eq_padded<S: Simd>(self, simd: S, known: &PaddedStr) -> bool {
        // A window into this table masks the first `length` bytes without a branch on the length.
        const MASKS: [u8; 2 * SHORT_STR_BYTES] = {
            let mut mask = [0; 2 * SHORT_STR_BYTES];
            let mut at = 0;
            while at < SHORT_STR_BYTES {
                mask[at] = u8::MAX;
                at += 1;
            }
            mask
        };
        let mask = &MASKS[SHORT_STR_BYTES - usize::from(self.length)..][..SHORT_STR_BYTES];
        let (window, mask, known) = (self.window.as_chunks().0, mask.as_chunks().0, known.as_chunks().0);
        let mut difference = u8x64::splat(simd, 0);
        for at in 0..SHORT_STR_BYTES / CHUNK_BYTES {
            let part = u8x64::load_array_ref(simd, &window[at]) & u8x64::load_array_ref(simd, &mask[at]);
            difference |= part ^ u8x64::load_array_ref(simd, &known[at]);
        }
        difference.simd_eq(0).all_true()
    }
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn strings_are_compared_up_to_their_ends(
            window in prop::collection::vec(any::<u8>(), 2 * SHORT_STR_BYTES), length in 0..SHORT_STR_BYTES, other in 0..SHORT_STR_BYTES
        ) {
            let word = ShortStr::new(&window, length).unwrap();
            prop_assert_eq!(word.as_bytes(), &window[..length]);
            let mut known = [0; SHORT_STR_BYTES];
            known[..length].copy_from_slice(&window[..length]);
            prop_assert!(dispatch!(Level::new(), simd => word.eq_padded(simd, &known)));
            known[other] ^= 0x40;
            prop_assert!(!dispatch!(Level::new(), simd => word.eq_padded(simd, &known)));
        }
    }

    #[test]
    fn long_strings_and_the_end_of_a_text_are_not_short() {
        let window = [b'x'; SHORT_STR_BYTES];
        assert!(ShortStr::new(&window, SHORT_STR_BYTES - 1).is_some());
        assert!(ShortStr::new(&window, SHORT_STR_BYTES).is_none());
        assert!(ShortStr::new(&window[1..], 1).is_none());
    }
}
