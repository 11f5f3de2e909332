//! The generator's own random numbers: the same on every machine and in every version.

/// SplitMix64: Guy L. Steele Jr., Doug Lea, Christine H. Flood, "Fast Splittable Pseudorandom
/// Number Generators", OOPSLA 2014, figure 17 (the constants of `mix64` are those of
/// Stafford's variant 13, as in Java's `SplittableRandom` and Vigna's `splitmix64.c`).
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
}

/// The odd integer nearest to 2^64 divided by the golden ratio.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Random {
    /// Numbers that follow from `seed` alone.
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Numbers that follow from a pair's seed and index alone: neighbours share nothing, so
    /// any range of indices can be generated anywhere.
    pub(super) fn of_pair(seed: u64, index: u64) -> Self {
        Self { state: mix(mix(seed.wrapping_add(GAMMA)).wrapping_add(index.wrapping_mul(GAMMA))) }
    }

    /// Numbers that follow from a text: choices that stay when other texts come and go.
    pub(super) fn of_text(text: &str) -> Self {
        Self { state: text.bytes().fold(GAMMA, |state, byte| mix(state ^ u64::from(byte))) }
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GAMMA);
        mix(self.state)
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
    fn splitmix_reference_values() {
        // First outputs of Vigna's splitmix64.c with the state 1234567.
        let mut random = Random::new(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

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
