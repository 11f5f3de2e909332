//! Grouping of 32-bit numbers by their upper 16 bits.

use crate::packed_run::LOW_BITS;

/// Groups numbers by one pass of a counting sort (radix 2^16). The buffers are reused.
#[derive(Debug, Default)]
pub(crate) struct RadixGrouper {
    /// Index of the next number, for each upper half.
    offsets: Vec<u32>,
    lows: Vec<[u8; 2]>,
}

impl RadixGrouper {
    /// Calls `take` with each upper half that occurs, in ascending order, and the lower halves in
    /// little-endian order.
    pub(crate) fn group(&mut self, numbers: &[u32], mut take: impl FnMut(u64, &[[u8; 2]])) {
        let Some(greatest) = numbers.iter().max() else { return };
        let high = |number: u32| (number >> LOW_BITS) as usize;
        self.offsets.clear();
        self.offsets.resize(high(*greatest) + 1, 0);
        numbers.iter().for_each(|number| self.offsets[high(*number)] += 1);
        let mut sum = 0;
        for offset in &mut self.offsets {
            sum += std::mem::replace(offset, sum);
        }
        self.lows.resize(numbers.len(), [0; 2]);
        for &number in numbers {
            let offset = &mut self.offsets[high(number)];
            self.lows[*offset as usize] = (number as u16).to_le_bytes();
            *offset += 1;
        }
        // Each offset has moved on to the end of its group, which is where the next group begins.
        let mut start = 0;
        for (high, &end) in (0..).zip(&self.offsets) {
            if start < end {
                take(high, &self.lows[start as usize..end as usize]);
            }
            start = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_number_is_in_its_group(numbers: Vec<u32>, small in prop::collection::vec(0u32..200_000, 0..50)) {
            let mut grouper = RadixGrouper::default();
            for numbers in [numbers, small] {
                let mut expected = BTreeMap::<u64, Vec<[u8; 2]>>::new();
                for number in &numbers {
                    expected.entry(u64::from(number >> 16)).or_default().push((*number as u16).to_le_bytes());
                }
                let mut groups = Vec::new();
                grouper.group(&numbers, |high, lows| groups.push((high, lows.to_vec())));
                prop_assert_eq!(groups, expected.into_iter().collect::<Vec<_>>());
            }
        }
    }
}
