//! Clusters: a union-find structure (R. Tarjan: Efficiency of a Good But Not Linear Set Union Algorithm, 1975).

/// Disjoint sets of numbers. The number of a cluster is its smallest member, so it does not depend on the order of
/// the unions.
#[derive(Clone, Debug)]
pub struct Clusters {
    parents: Vec<u32>,
}

impl Clusters {
    /// Returns so many numbers, each in a cluster of its own.
    pub fn new(count: usize) -> Self {
        Self { parents: (0..count as u32).collect() }
    }

    /// Returns the smallest member of the cluster of a number.
    pub fn find(&mut self, number: usize) -> usize {
        let mut at = number as u32;
        while self.parents[at as usize] != at {
            // Path halving.
            let parent = self.parents[at as usize];
            self.parents[at as usize] = self.parents[parent as usize];
            at = self.parents[at as usize];
        }
        at as usize
    }

    /// Joins the clusters of two numbers.
    pub fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.find(left), self.find(right));
        self.parents[left.max(right)] = left.min(right) as u32;
    }

    /// Joins all numbers that have the same key.
    pub fn join_by_key<K: Ord>(&mut self, keys: impl IntoIterator<Item = (K, usize)>) {
        let mut keys: Vec<_> = keys.into_iter().collect();
        keys.sort_unstable();
        for pair in keys.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            self.join(pair[0].1, pair[1].1);
        }
    }
}
