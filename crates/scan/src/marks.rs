//! A set of small numbers that is emptied at once.

/// Set of numbers below a bound.
#[derive(Debug, Default)]
pub(crate) struct NumberSet {
    /// Round in which each number was last added.
    rounds: Vec<u32>,
    round: u32,
}

impl NumberSet {
    /// Empties the set, for numbers below `bound`.
    pub(crate) fn clear(&mut self, bound: usize) {
        // Rounds of an earlier time would come again when the counter does.
        if self.rounds.len() != bound || self.round == u32::MAX {
            self.rounds.clear();
            self.rounds.resize(bound, 0);
            self.round = 0;
        }
        self.round += 1;
    }

    /// Adds a number; returns whether it was not there.
    pub(crate) fn insert(&mut self, number: u32) -> bool {
        std::mem::replace(&mut self.rounds[number as usize], self.round) != self.round
    }

    pub(crate) fn contains(&self, number: u32) -> bool {
        self.rounds[number as usize] == self.round
    }
}
