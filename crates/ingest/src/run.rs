//! Many numbers, packed: some ten thousand latencies in about two bytes each.
//!
//! A run is cut into blocks of numbers that differ only in their lowest 16 bits, so that who
//! looks for a rank skips all blocks but a few. A block begins with variable-length integers (LEB128):
//! the distance of its upper bits from the block before, and how many numbers it holds, times two,
//! plus one if numbers that are the same are counted. If they are not, then follow the lowest 16 bits
//! of each, in little-endian order and as they came. If they are, then follows the length of the rest
//! in bytes; for each distinct number the distance from the number before, times two, plus one if
//! the number is there more than once; and how often, if so.

/// Bits of a number that differ within a block.
pub(super) const LOW_BITS: u32 = 16;

/// Numbers, packed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Run(pub(super) Vec<u8>);

/// A block of a run: numbers with the same upper bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    /// The upper bits.
    pub(super) high: u64,
    /// How many numbers it holds.
    pub(super) count: u64,
    is_counted: bool,
    body: &'a [u8],
}

impl Run {
    /// The blocks in order. It ends early at bytes that are no block.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Block<'_>> {
        let mut rest = &self.0[..];
        let mut high = 0;
        std::iter::from_fn(move || {
            high += read(&mut rest)?;
            let count = read(&mut rest)?;
            let (count, is_counted) = (count >> 1, count & 1 == 1);
            let length = if is_counted { read(&mut rest)? } else { count * 2 };
            let (body, tail) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            rest = tail;
            Some(Block { high, count, is_counted, body })
        })
    }
}

impl Block<'_> {
    /// Calls `take` with each number and how often it is there, in any order and perhaps again.
    pub(super) fn each(self, mut take: impl FnMut(u64, u64)) {
        let mut number = self.high << LOW_BITS;
        if !self.is_counted {
            let (lows, _) = self.body.as_chunks();
            return lows.iter().for_each(|low| take(number | u64::from(u16::from_le_bytes(*low)), 1));
        }
        let mut rest = self.body;
        while let Some(code) = read(&mut rest) {
            number += code >> 1;
            let Some(times) = (if code & 1 == 0 { Some(1) } else { read(&mut rest) }) else { return };
            take(number, times);
        }
    }
}

/// Packs numbers as they come, in order.
#[derive(Debug, Default)]
pub(super) struct Packer {
    packed: Vec<u8>,
    body: Vec<u8>,
    /// Upper bits of the last block that is packed.
    packed_high: u64,
    high: u64,
    last: u64,
    count: u64,
}

impl Packer {
    /// Adds numbers with these upper bits, which are greater than those before.
    pub(super) fn block(&mut self, high: u64, lows: &[[u8; 2]]) {
        self.close();
        write(&mut self.packed, high - self.packed_high);
        write(&mut self.packed, (lows.len() as u64) << 1);
        self.packed.extend_from_slice(lows.as_flattened());
        self.packed_high = high;
    }

    /// Adds a number that is there `times` times; it is greater than the one before.
    pub(super) fn push(&mut self, number: u64, times: u64) {
        if self.count == 0 || number >> LOW_BITS != self.high {
            self.close();
            self.high = number >> LOW_BITS;
            self.last = self.high << LOW_BITS;
        }
        let code = (number - self.last) << 1;
        self.last = number;
        self.count += times;
        if times == 1 {
            write(&mut self.body, code);
        } else {
            write(&mut self.body, code | 1);
            write(&mut self.body, times);
        }
    }

    fn close(&mut self) {
        if self.count > 0 {
            write(&mut self.packed, self.high - self.packed_high);
            write(&mut self.packed, self.count << 1 | 1);
            write(&mut self.packed, self.body.len() as u64);
            self.packed.append(&mut self.body);
            self.packed_high = self.high;
            self.count = 0;
        }
    }

    /// How many bytes there are so far.
    pub(super) fn len(&self) -> usize {
        self.packed.len() + self.body.len()
    }

    /// The run.
    pub(super) fn finish(mut self) -> Run {
        self.close();
        self.packed.shrink_to_fit();
        Run(self.packed)
    }
}

fn write(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn read(from: &mut &[u8]) -> Option<u64> {
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

    fn pack(numbers: &[(u64, u64)]) -> Run {
        let mut packer = Packer::default();
        numbers.iter().for_each(|(number, times)| packer.push(*number, *times));
        packer.finish()
    }

    fn unpack(run: &Run) -> Vec<(u64, u64)> {
        let mut numbers = Vec::new();
        run.blocks().for_each(|block| block.each(|number, times| numbers.push((number, times))));
        numbers
    }

    #[test]
    fn what_was_packed_comes_out() {
        let numbers = [(0, 3), (1, 1), (65_535, 2), (65_536, 1), (70_000, 1), (1 << 46, 1_000_000)];
        let run = pack(&numbers);
        assert_eq!(unpack(&run), numbers);
        let counts: Vec<_> = run.blocks().map(|block| (block.high, block.count)).collect();
        assert_eq!(counts, [(0, 6), (1, 2), (1 << 30, 1_000_000)]);
        assert_eq!(pack(&[]).blocks().count(), 0);
        for end in 0..run.0.len() {
            // Damaged runs end early, and nothing else.
            assert!(unpack(&Run(run.0[..end].to_vec())).len() < numbers.len());
        }
    }

    #[test]
    fn blocks_of_both_kinds_follow_each_other() {
        let mut packer = Packer::default();
        packer.block(1, &[[2, 1], [0, 0], [2, 1]]);
        packer.push(5 << 16, 1);
        packer.push((5 << 16) + 7, 2);
        packer.block(9, &[[255, 255]]);
        let run = packer.finish();
        let numbers =
            [(0x1_0102, 1), (0x1_0000, 1), (0x1_0102, 1), (0x5_0000, 1), (0x5_0007, 2), (0x9_ffff, 1)];
        assert_eq!(unpack(&run), numbers);
        for end in 0..run.0.len() {
            assert!(unpack(&Run(run.0[..end].to_vec())).len() < numbers.len());
        }
    }
}
