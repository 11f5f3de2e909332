//! The generator's random choices.

use super::split_mix::{GOLDEN_GAMMA, SplitMix64, mix64};

/// A stream of random choices, the same on every machine and in every version.
#[derive(Clone, Debug)]
pub(super) struct Random(SplitMix64);

impl Random {
    /// Numbers that follow from `seed` alone.
    pub(super) fn new(seed: u64) -> Self {
        Self(SplitMix64::new(seed))
    }

    /// Numbers that follow from a pair's seed and index alone: neighbours share nothing, so
    /// any range of indices can be generated anywhere.
    pub(super) fn of_pair(seed: u64, index: u64) -> Self {
        let seed = mix64(seed.wrapping_add(GOLDEN_GAMMA));
        Self(SplitMix64::new(mix64(seed.wrapping_add(index.wrapping_mul(GOLDEN_GAMMA)))))
    }

    /// Numbers that follow from a text: choices that stay when other texts come and go.
    pub(super) fn of_text(text: &str) -> Self {
        let state = text.bytes().fold(GOLDEN_GAMMA, |state, byte| mix64(state ^ u64::from(byte)));
        Self(SplitMix64::new(state))
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`, by multiplication (Daniel Lemire, "Fast Random Integer
    /// Generation in an Interval", 2019, without the rejection step: bounds are small, so
    /// the bias is below one in a million). `bound` 0 gives 0.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        (((self.next() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// Puts `items` into random order (Fisher and Yates, in Durstenfeld's form).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(u32::try_from(last + 1).unwrap_or(u32::MAX));
            items.swap(last, other as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_stays_below() {
        let mut random = Random::of_pair(1, 2);
        assert!((0..1000).all(|_| random.below(7) < 7));
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn shuffle_keeps_everything() {
        let mut items: Vec<u32> = (0..50).collect();
        Random::of_text("x").shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
