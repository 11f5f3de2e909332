//! Random choices of the generator: the same on every machine and in every version.

use super::split_mix::{GOLDEN_GAMMA, SplitMix64, mix64};

/// A stream of random choices.
#[derive(Clone, Debug)]
pub(crate) struct RandomChoices(SplitMix64);

impl RandomChoices {
    /// Returns the choices that follow from `seed` alone.
    pub(crate) fn new(seed: u64) -> Self {
        Self(SplitMix64::new(seed))
    }

    /// Returns the choices that follow from a pair's seed and index alone: neighbours share nothing,
    /// so any range of indices can be generated anywhere.
    pub(crate) fn of_pair(seed: u64, index: u64) -> Self {
        let seed = mix64(seed.wrapping_add(GOLDEN_GAMMA));
        Self(SplitMix64::new(mix64(seed.wrapping_add(index.wrapping_mul(GOLDEN_GAMMA)))))
    }

    /// Returns the choices that follow from a text, which stay when other texts come and go.
    pub(crate) fn of_text(text: &str) -> Self {
        let state = text.bytes().fold(GOLDEN_GAMMA, |state, byte| mix64(state ^ u64::from(byte)));
        Self(SplitMix64::new(state))
    }

    /// Returns the next 64 random bits.
    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Returns a number below `bound`, by multiplication (Daniel Lemire, "Fast Random Integer
    /// Generation in an Interval", 2019). `bound` 0 gives 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        // Without the paper's rejection step: bounds are small, so the bias is below one in a million.
        (((self.next_u64() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// Puts `items` into random order (Fisher and Yates, in Durstenfeld's form).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
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
    fn below_stays_below_its_bound() {
        let mut choices = RandomChoices::of_pair(1, 2);
        assert!((0..1000).all(|_| choices.below(7) < 7));
        assert_eq!(choices.below(0), 0);
    }

    #[test]
    fn shuffle_keeps_all_items() {
        let mut items: Vec<u32> = (0..50).collect();
        RandomChoices::of_text("x").shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
