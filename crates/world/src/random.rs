//! WorldRandom numbers that follow from a seed, the same on every machine.

use streamguard_synthetic::split_mix::{SplitMix64, mix64};

/// A stream of random choices.
#[derive(Clone, Debug)]
pub(crate) struct WorldRandom(SplitMix64);

impl WorldRandom {
    /// Returns the stream number `index` of `seed`.
    pub(crate) fn new(seed: u64, index: u64) -> Self {
        Self(SplitMix64::new(mix64(seed ^ mix64(index))))
    }

    /// Returns the next 64 random bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Returns a number below `limit`, which must not be 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        // The upper half of the product is evenly spread; the bias is below limit / 2^64.
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }

    /// Returns a number from `from` to `to`, both included.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1).max(1) as usize) as i64
    }

    /// Returns true with a probability of `percent` in a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Returns a copy of one of `choices`, which must not be empty.
    pub(crate) fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        self.pick_ref(choices).clone()
    }

    /// Returns a reference to one of `choices`, which must not be empty.
    pub(crate) fn pick_ref<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        &choices[self.below(choices.len())]
    }

    /// Takes one of `choices` out; returns nothing if there are none.
    pub(crate) fn take<T>(&mut self, choices: &mut Vec<T>) -> Option<T> {
        (!choices.is_empty()).then(|| choices.remove(self.below(choices.len())))
    }

    /// Puts `items` into random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        // Fisher and Yates, in Durstenfeld's form: each order is equally likely.
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_follow_from_seed_and_index() {
        let numbers = |seed, index| {
            let mut random = WorldRandom::new(seed, index);
            [random.next(), random.next()]
        };
        assert_eq!(numbers(1, 2), numbers(1, 2));
        assert_ne!(numbers(1, 2), numbers(2, 1));
        let mut random = WorldRandom::new(0, 0);
        assert!((0..1000).all(|_| random.below(3) < 3 && (5..=7).contains(&random.between(5, 7))));
    }
}
