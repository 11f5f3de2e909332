//! Many sets of shingles in one piece of memory.

/// Sorted sets of shingles, one after the other.
#[derive(Debug, Default)]
pub struct ShingleSets {
    values: Vec<u64>,
    ends: Vec<usize>,
}

impl ShingleSets {
    /// Adds a sorted set without repetition, and returns its number.
    pub fn push(&mut self, set: impl IntoIterator<Item = u64>) -> usize {
        self.values.extend(set);
        self.ends.push(self.values.len());
        self.ends.len() - 1
    }

    /// Returns the set of this number.
    pub fn get(&self, number: usize) -> &[u64] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.values[start..self.ends[number]]
    }

    /// Returns the number of sets.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Tells whether there is no set.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}
