//! Sorted numbers, packed: about two bytes for each of some ten thousand latencies.
//!
//! A run is cut into blocks of numbers that differ only in their lowest 16 bits, so that who
//! looks for a rank skips all blocks but a few. A block is, in variable-length integers (LEB128):
//! the distance of its upper bits from the block before, how many numbers it holds, the length of
//! its body in bytes; and the body. A body holds, for each distinct number, the distance from the
//! number before, times two, plus one if the number is there more than once; then follows how often.

/// Bits of a number that differ within a block.
pub(super) const LOW_BITS: u32 = 16;

/// Sorted numbers, packed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Run(pub(super) Vec<u8>);

/// A block of a run: numbers with the same upper bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    /// The upper bits.
    pub(super) high: u64,
    /// How many numbers it holds.
    pub(super) count: u64,
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
            let length = usize::try_from(read(&mut rest)?).ok()?;
            let (body, tail) = rest.split_at_checked(length)?;
            rest = tail;
            Some(Block { high, count, body })
        })
    }
}

impl Block<'_> {
    /// The distinct numbers in order, each with how often it is there.
    pub(super) fn numbers(self) -> impl Iterator<Item = (u64, u64)> {
        let mut rest = self.body;
        let mut number = self.high << LOW_BITS;
        std::iter::from_fn(move || {
            let code = read(&mut rest)?;
            number += code >> 1;
            let times = if code & 1 == 0 { 1 } else { read(&mut rest)? };
            Some((number, times))
        })
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
    /// Adds a number that is there `times` times; it is greater than the one before.
    #[inline]
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
            write(&mut self.packed, self.count);
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

#[inline(always)]
fn write(to: &mut Vec<u8>, mut number: u64) {
    // Nearly all distances.
    if (0x80..0x4000).contains(&number) {
        to.extend_from_slice(&[number as u8 | 0x80, (number >> 7) as u8]);
        return;
    }
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

#[inline]
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

    #[test]
    fn what_was_packed_comes_out() {
        let numbers = [(0, 3), (1, 1), (65_535, 2), (65_536, 1), (70_000, 1), (1 << 46, 1_000_000)];
        let run = pack(&numbers);
        let again: Vec<_> = run.blocks().flat_map(Block::numbers).collect();
        assert_eq!(again, numbers);
        let counts: Vec<_> = run.blocks().map(|block| (block.high, block.count)).collect();
        assert_eq!(counts, [(0, 6), (1, 2), (1 << 30, 1_000_000)]);
        assert_eq!(pack(&[]).blocks().count(), 0);
        for end in 0..run.0.len() {
            // Damaged runs end early, and nothing else.
            let cut = Run(run.0[..end].to_vec());
            assert!(cut.blocks().flat_map(Block::numbers).count() < numbers.len());
        }
    }
}
