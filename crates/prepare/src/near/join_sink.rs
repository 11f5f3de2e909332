//! What a join does with the pairs that it finds.

/// What a join does with pairs of sets, which are named by their numbers.
pub trait JoinSink {
    /// Tells whether it matters if these sets are near. Called for every candidate that is not ruled out at once, perhaps
    /// several times.
    fn wants(&mut self, left: u32, right: u32) -> bool;

    /// Takes a near pair with both sets, the smaller number first. Returns false to end the join.
    fn take(&mut self, left: u32, right: u32, sets: [&[u64]; 2]) -> bool;
}
