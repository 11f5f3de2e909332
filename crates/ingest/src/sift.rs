//! Numbers of 32 bits in groups that differ only in their lowest 16 bits.

use super::run::LOW_BITS;

/// Puts numbers in groups; it keeps its memory for the next ones.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    /// For each possible upper half of a number, where the next one with it goes.
    places: Vec<u32>,
    lows: Vec<[u8; 2]>,
}

impl Sieve {
    /// Calls `take` with the upper half that some of the numbers have, and their lower halves in
    /// little-endian order; the least upper half first.
    pub(super) fn sift(&mut self, numbers: &[u32], mut take: impl FnMut(u64, &[[u8; 2]])) {
        let Some(greatest) = numbers.iter().max() else { return };
        let high = |number: u32| (number >> LOW_BITS) as usize;
        self.places.clear();
        self.places.resize(high(*greatest) + 1, 0);
        numbers.iter().for_each(|number| self.places[high(*number)] += 1);
        let mut sum = 0;
        for place in &mut self.places {
            sum += std::mem::replace(place, sum);
        }
        self.lows.resize(numbers.len(), [0; 2]);
        for &number in numbers {
            let place = &mut self.places[high(number)];
            self.lows[*place as usize] = (number as u16).to_le_bytes();
            *place += 1;
        }
        // By now each group's place is its end.
        let mut start = 0;
        for (high, &end) in (0..).zip(&self.places) {
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
        fn nothing_is_lost(numbers: Vec<u32>, small in prop::collection::vec(0u32..200_000, 0..50)) {
            let mut sieve = Sieve::default();
            for numbers in [numbers, small] {
                let mut expected = BTreeMap::<u64, Vec<[u8; 2]>>::new();
                for number in &numbers {
                    expected.entry(u64::from(number >> 16)).or_default().push((*number as u16).to_le_bytes());
                }
                let mut groups = Vec::new();
                sieve.sift(&numbers, |high, lows| groups.push((high, lows.to_vec())));
                prop_assert_eq!(groups, expected.into_iter().collect::<Vec<_>>());
            }
        }
    }
}
