//! Packed lists of numbers: some ten thousand latencies in about two bytes each.
//!
//! A run is a sequence of blocks. The numbers of a block differ only in their lowest 16 bits, so a search for
//! a rank skips all blocks but a few. A block begins with two variable-length integers (LEB128, as in DWARF
//! 5, section 7.6):
//!
//! - the difference between its upper bits and those of the block before,
//! - the number of its entries, times two; plus one if the block counts equal numbers.
//!
//! A block that does not count continues with the lowest 16 bits of each number, little-endian and in the
//! order in which they came. A block that counts continues with the length of its rest in bytes, and then for
//! each distinct number: the difference from the number before, times two; plus one if the number occurs more
//! than once, in which case its count follows.

/// Bits in which the numbers of a block differ.
pub(crate) const LOW_BITS: u32 = 16;

/// A packed list of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PackedRun(pub(crate) Vec<u8>);

/// A block of a run: numbers with the same upper bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunBlock<'a> {
    /// Upper bits.
    pub(crate) high: u64,
    /// Number of entries.
    pub(crate) count: u64,
    has_repeats: bool,
    body: &'a [u8],
}

impl PackedRun {
    /// Returns the blocks in order. Ends early at bytes that are not a block.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = RunBlock<'_>> {
        let mut rest = &self.0[..];
        let mut high = 0;
        std::iter::from_fn(move || {
            high += read_leb128(&mut rest)?;
            let count = read_leb128(&mut rest)?;
            let (count, has_repeats) = (count >> 1, count & 1 == 1);
            let length = if has_repeats { read_leb128(&mut rest)? } else { count * 2 };
            let (body, tail) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            rest = tail;
            Some(RunBlock { high, count, has_repeats, body })
        })
    }
}

impl RunBlock<'_> {
    /// Calls `take` with each number and its count, in any order; a number may come several times.
    pub(crate) fn each(self, mut take: impl FnMut(u64, u64)) {
        let mut number = self.high << LOW_BITS;
        if !self.has_repeats {
            let (lows, _) = self.body.as_chunks();
            return lows.iter().for_each(|low| take(number | u64::from(u16::from_le_bytes(*low)), 1));
        }
        let mut rest = self.body;
        while let Some(code) = read_leb128(&mut rest) {
            number += code >> 1;
            let Some(count) = (if code & 1 == 0 { Some(1) } else { read_leb128(&mut rest) }) else { return };
            take(number, count);
        }
    }
}

/// Packs numbers in ascending order.
#[derive(Debug, Default)]
pub(crate) struct RunPacker {
    packed: Vec<u8>,
    /// Entries of the open block.
    body: Vec<u8>,
    /// Upper bits of the last block that is closed.
    previous_high: u64,
    high: u64,
    last: u64,
    count: u64,
}

impl RunPacker {
    /// Adds a block of numbers with these upper bits, which are greater than those before.
    pub(crate) fn block(&mut self, high: u64, lows: &[[u8; 2]]) {
        self.close();
        write_leb128(&mut self.packed, high - self.previous_high);
        write_leb128(&mut self.packed, (lows.len() as u64) << 1);
        self.packed.extend_from_slice(lows.as_flattened());
        self.previous_high = high;
    }

    /// Adds a number `count` times. The number is greater than the one before.
    pub(crate) fn push(&mut self, number: u64, count: u64) {
        if self.count == 0 || number >> LOW_BITS != self.high {
            self.close();
            self.high = number >> LOW_BITS;
            self.last = self.high << LOW_BITS;
        }
        let code = (number - self.last) << 1;
        self.last = number;
        self.count += count;
        if count == 1 {
            write_leb128(&mut self.body, code);
        } else {
            write_leb128(&mut self.body, code | 1);
            write_leb128(&mut self.body, count);
        }
    }

    /// Closes the open block.
    fn close(&mut self) {
        if self.count > 0 {
            write_leb128(&mut self.packed, self.high - self.previous_high);
            write_leb128(&mut self.packed, self.count << 1 | 1);
            write_leb128(&mut self.packed, self.body.len() as u64);
            self.packed.append(&mut self.body);
            self.previous_high = self.high;
            self.count = 0;
        }
    }

    /// Returns the length of the run so far, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.packed.len() + self.body.len()
    }

    /// Returns the run.
    pub(crate) fn finish(mut self) -> PackedRun {
        self.close();
        self.packed.shrink_to_fit();
        PackedRun(self.packed)
    }
}

/// Appends an unsigned LEB128 integer.
fn write_leb128(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// Reads an unsigned LEB128 integer, or returns `None` at the end or after more than 64 bits.
fn read_leb128(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = from.split_first()?;
        *from = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(numbers: &[(u64, u64)]) -> PackedRun {
        let mut packer = RunPacker::default();
        numbers.iter().for_each(|(number, count)| packer.push(*number, *count));
        packer.finish()
    }

    fn unpack(run: &PackedRun) -> Vec<(u64, u64)> {
        let mut numbers = Vec::new();
        run.blocks().for_each(|block| block.each(|number, count| numbers.push((number, count))));
        numbers
    }

    #[test]
    fn unpacking_returns_the_packed_numbers() {
        let numbers = [(0, 3), (1, 1), (65_535, 2), (65_536, 1), (70_000, 1), (1 << 46, 1_000_000)];
        let run = pack(&numbers);
        assert_eq!(unpack(&run), numbers);
        let counts: Vec<_> = run.blocks().map(|block| (block.high, block.count)).collect();
        assert_eq!(counts, [(0, 6), (1, 2), (1 << 30, 1_000_000)]);
        assert_eq!(pack(&[]).blocks().count(), 0);
        for end in 0..run.0.len() {
            // A damaged run ends early and does no other harm.
            assert!(unpack(&PackedRun(run.0[..end].to_vec())).len() < numbers.len());
        }
    }

    #[test]
    fn blocks_of_both_kinds_can_alternate() {
        let mut packer = RunPacker::default();
        packer.block(1, &[[2, 1], [0, 0], [2, 1]]);
        packer.push(5 << 16, 1);
        packer.push((5 << 16) + 7, 2);
        packer.block(9, &[[255, 255]]);
        let run = packer.finish();
        let numbers =
            [(0x1_0102, 1), (0x1_0000, 1), (0x1_0102, 1), (0x5_0000, 1), (0x5_0007, 2), (0x9_ffff, 1)];
        assert_eq!(unpack(&run), numbers);
        for end in 0..run.0.len() {
            assert!(unpack(&PackedRun(run.0[..end].to_vec())).len() < numbers.len());
        }
    }
}
