//! Searches through 64 bytes of text at a time, in as few instructions as the processor at hand allows.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x64};

/// Bytes that are compared at once.
pub(crate) const CHUNK_BYTES: usize = 64;

/// Chunks that are searched before room for more line ends is reserved.
const CHUNKS_PER_RESERVE: usize = 64;

/// Returns a bit for each of 64 bytes, the first byte's lowest: set if the byte is one of `wanted`.
#[inline(always)]
pub(crate) fn match_mask<S: Simd, const N: usize>(
    simd: S,
    bytes: &[u8; CHUNK_BYTES],
    wanted: [u8; N],
) -> u64 {
    let bytes = u8x64::load_array_ref(simd, bytes);
    let mut found = 0;
    for wanted in wanted {
        found |= bytes.simd_eq(wanted).to_bitmask();
    }
    found
}

/// Returns the position of the first byte that is one of `wanted`. Returns `None` if there is none, and also
/// if the byte is so near the end that fewer than 64 bytes are left to load.
#[inline(always)]
pub(crate) fn find_first_of<S: Simd, const N: usize>(simd: S, text: &[u8], wanted: [u8; N]) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = match_mask(simd, text.get(at..)?.first_chunk()?, wanted);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize);
        }
        at += CHUNK_BYTES;
    }
}

/// Positions of the line ends in a block of text.
#[derive(Debug, Default)]
pub(crate) struct LineEnds {
    /// The positions; the first `count` are valid.
    ends: Vec<u32>,
    count: usize,
    /// Whether all bytes are ASCII and none is NUL.
    pub(crate) is_plain: bool,
}

impl LineEnds {
    /// Finds all line ends of a block of less than 4 GiB.
    ///
    /// All ends are found before any line is parsed, so no branch depends on the length of a line (two-stage
    /// parsing, Langdale and Lemire, "Parsing Gigabytes of JSON per Second", VLDB Journal 28, 2019).
    pub(crate) fn scan(&mut self, block: &[u8]) {
        dispatch!(Level::new(), simd => self.scan_with(simd, block));
    }

    #[inline(always)]
    fn scan_with<S: Simd>(&mut self, simd: S, block: &[u8]) {
        let (chunks, tail) = block.as_chunks::<CHUNK_BYTES>();
        // The minimum reveals NULs and the OR reveals bytes above 127, for all chunks at once and without branches.
        let (mut min, mut bits) = (u8x64::splat(simd, u8::MAX), u8x64::splat(simd, 0));
        let (mut count, mut start) = (0, 0);
        for chunks in chunks.chunks(CHUNKS_PER_RESERVE) {
            self.reserve(count + CHUNKS_PER_RESERVE * CHUNK_BYTES);
            for chunk in chunks {
                let bytes = u8x64::load_array_ref(simd, chunk);
                min = min.min(bytes);
                bits |= bytes;
                count = self.push_ends(count, start, match_mask(simd, chunk, [b'\n']));
                start += CHUNK_BYTES as u32;
            }
        }
        self.reserve(count + CHUNK_BYTES);
        self.is_plain = !min.simd_eq(0).any_true() && bits.simd_lt(0x80).all_true();
        // The tail is shorter than a chunk, so it is searched byte by byte.
        for (at, byte) in (start..).zip(tail) {
            count = self.push_ends(count, at, u64::from(*byte == b'\n'));
            self.is_plain &= (1..128).contains(byte);
        }
        if block.last().is_some_and(|byte| *byte != b'\n') {
            count = self.push_ends(count, block.len() as u32, 1);
        }
        self.count = count;
    }

    /// Makes room for so many line ends, and one more: [`Self::push_ends`] always writes one.
    fn reserve(&mut self, count: usize) {
        if self.ends.len() <= count {
            self.ends.resize(2 * count, 0);
        }
    }

    /// Writes the line ends of one chunk, given as set bits, behind `count` others. Returns the new count.
    ///
    /// Nearly always there are none or one, which takes no branch: one end is written in any case, and
    /// counted if its bit is set.
    #[inline(always)]
    fn push_ends(&mut self, mut count: usize, start: u32, mut ends: u64) -> usize {
        self.ends[count] = start + ends.trailing_zeros();
        count += usize::from(ends != 0);
        ends &= ends.wrapping_sub(1);
        while ends != 0 {
            self.ends[count] = start + ends.trailing_zeros();
            count += 1;
            ends &= ends - 1;
        }
        count
    }

    /// Returns the lines of the block: the text from the beginning of each line on, and the length of the
    /// line without its end.
    #[inline(always)]
    pub(crate) fn lines<'a>(&self, block: &'a [u8]) -> impl Iterator<Item = (&'a [u8], usize)> {
        let mut start = 0;
        self.ends[..self.count].iter().map(move |end| {
            let (from, end) = (start, *end as usize);
            start = end + 1;
            (&block[from..], end - from)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop::sample::select(b"aaaaaaaaab,\n?\xac\0".to_vec()), 0..300)
    }

    proptest! {
        #[test]
        fn the_first_match_is_found(text in text()) {
            for wanted in [[b',', b'?'], [b'\n', b'\n']] {
                let first = text.iter().position(|byte| wanted.contains(byte));
                match dispatch!(Level::new(), simd => find_first_of(simd, &text, wanted)) {
                    None => prop_assert!(first.is_none_or(|first| text.len() < first / CHUNK_BYTES * CHUNK_BYTES + CHUNK_BYTES)),
                    found => prop_assert_eq!(found, first),
                }
            }
        }

        #[test]
        fn every_line_is_found(texts in prop::collection::vec(text(), 2)) {
            let mut ends = LineEnds::default();
            for text in texts {
                ends.scan(&text);
                let lines: Vec<_> = ends.lines(&text).map(|(text, length)| &text[..length]).collect();
                let mut expected: Vec<_> = text.split(|byte| *byte == b'\n').collect();
                expected.pop_if(|last| last.is_empty());
                prop_assert_eq!(lines, expected);
                prop_assert_eq!(ends.is_plain, text.iter().all(|byte| (1..128).contains(byte)));
            }
        }
    }
}
