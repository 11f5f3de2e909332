//! Looking at 64 bytes of text at once, in as few steps as the processor at hand can.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x64};

/// What is looked at at once, in bytes.
pub(super) const WIDTH: usize = 64;

/// Chunks of this width that are looked at before room for line ends is made again.
const CHUNKS: usize = 64;

/// A bit for each of 64 bytes, the first one's lowest: whether it is one of `wanted`.
#[inline(always)]
pub(super) fn matches<S: Simd, const N: usize>(simd: S, bytes: &[u8; WIDTH], wanted: [u8; N]) -> u64 {
    let bytes = u8x64::load_array_ref(simd, bytes);
    let mut found = 0;
    for wanted in wanted {
        found |= bytes.simd_eq(wanted).to_bitmask();
    }
    found
}

/// Where the first byte of `text` is that is one of `wanted`. None if there is none, and also if it
/// is so near the end that no 64 bytes are left to look at.
#[inline(always)]
pub(super) fn first_of<S: Simd, const N: usize>(simd: S, text: &[u8], wanted: [u8; N]) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = matches(simd, text.get(at..)?.first_chunk()?, wanted);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize);
        }
        at += WIDTH;
    }
}

/// Where lines end in a block of text.
#[derive(Debug, Default)]
pub(super) struct LineEnds {
    /// The first `count` are valid.
    ends: Vec<u32>,
    count: usize,
    /// Whether all bytes are ASCII, and none is NUL.
    pub(super) is_plain: bool,
}

impl LineEnds {
    /// Looks for all line ends, before anybody looks at a line: so a processor need not guess how
    /// long each line is (as Langdale and Lemire do for JSON: "Parsing Gigabytes of JSON per Second",
    /// VLDB Journal 2019). A block is shorter than 4 GiB.
    pub(super) fn find(&mut self, block: &[u8]) {
        dispatch!(Level::new(), simd => self.find_with(simd, block));
    }

    #[inline(always)]
    fn find_with<S: Simd>(&mut self, simd: S, block: &[u8]) {
        let (chunks, tail) = block.as_chunks::<WIDTH>();
        let (mut least, mut bits) = (u8x64::splat(simd, u8::MAX), u8x64::splat(simd, 0));
        let (mut count, mut start) = (0, 0);
        for chunks in chunks.chunks(CHUNKS) {
            self.make_room(count + CHUNKS * WIDTH);
            for chunk in chunks {
                let bytes = u8x64::load_array_ref(simd, chunk);
                least = least.min(bytes);
                bits |= bytes;
                count = self.note(count, start, matches(simd, chunk, [b'\n']));
                start += WIDTH as u32;
            }
        }
        self.make_room(count + WIDTH);
        self.is_plain = !least.simd_eq(0).any_true() && bits.simd_lt(0x80).all_true();
        for (at, byte) in (start..).zip(tail) {
            count = self.note(count, at, u64::from(*byte == b'\n'));
            self.is_plain &= (1..128).contains(byte);
        }
        if block.last().is_some_and(|byte| *byte != b'\n') {
            count = self.note(count, block.len() as u32, 1);
        }
        self.count = count;
    }

    /// Makes room for so many line ends, and one more.
    fn make_room(&mut self, count: usize) {
        if self.ends.len() <= count {
            self.ends.resize(2 * count, 0);
        }
    }

    /// Notes behind `count` others the line ends that are set bits. Nearly always there is one or none,
    /// which takes no branch. Returns how many are noted then.
    #[inline(always)]
    fn note(&mut self, mut count: usize, start: u32, mut ends: u64) -> usize {
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

    /// The lines of the block: each with all that follows it, and its length without its end.
    #[inline(always)]
    pub(super) fn lines<'a>(&self, block: &'a [u8]) -> impl Iterator<Item = (&'a [u8], usize)> {
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
        fn the_first_is_found(text in text()) {
            for wanted in [[b',', b'?'], [b'\n', b'\n']] {
                let first = text.iter().position(|byte| wanted.contains(byte));
                match dispatch!(Level::new(), simd => first_of(simd, &text, wanted)) {
                    None => prop_assert!(first.is_none_or(|first| text.len() < first / WIDTH * WIDTH + WIDTH)),
                    found => prop_assert_eq!(found, first),
                }
            }
        }

        #[test]
        fn every_line_is_found(texts in prop::collection::vec(text(), 2)) {
            let mut ends = LineEnds::default();
            for text in texts {
                ends.find(&text);
                let lines: Vec<_> = ends.lines(&text).map(|(text, length)| &text[..length]).collect();
                let mut expected: Vec<_> = text.split(|byte| *byte == b'\n').collect();
                expected.pop_if(|last| last.is_empty());
                prop_assert_eq!(lines, expected);
                prop_assert_eq!(ends.is_plain, text.iter().all(|byte| (1..128).contains(byte)));
            }
        }
    }
}
