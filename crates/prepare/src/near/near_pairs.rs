//! Near pairs: candidates of an index, verified by their true similarity.

use super::jaccard::NearThreshold;
use super::near_index::NearIndex;
use super::shingle_sets::ShingleSets;

/// Receiver of near pairs of texts.
pub trait PairSink {
    /// Tells whether it matters if these texts are near. Called for every candidate.
    fn wants(&mut self, left: u32, right: u32) -> bool;

    /// Takes a pair of texts that are near.
    fn take(&mut self, left: u32, right: u32);
}

/// Gives `sink` the near pairs that it wants. `fetch` returns the sets of shingles of some texts, which are given in
/// ascending order; it is called once, with the texts that have a candidate.
///
/// # Errors
/// The error of `fetch`.
pub fn find_near_pairs<E>(
    index: &NearIndex,
    threshold: NearThreshold,
    sink: &mut impl PairSink,
    fetch: impl FnOnce(&[u32]) -> Result<ShingleSets, E>,
) -> Result<(), E> {
    // Most wanted pairs of small texts are found here, and need no set any more.
    index.small_pairs(|left, right| {
        if sink.wants(left, right) {
            sink.take(left, right);
        }
    });
    let mut needed = Vec::new();
    index.buckets(|texts| {
        for (at, left) in texts.iter().enumerate() {
            if texts.iter().enumerate().any(|(other, right)| other != at && sink.wants(*left, *right)) {
                needed.push(*left);
            }
        }
    });
    needed.sort_unstable();
    needed.dedup();
    let sets = fetch(&needed)?;
    let set = |text: u32| needed.binary_search(&text).ok().map(|place| sets.get(place));
    index.buckets(|texts| {
        for (at, left) in texts.iter().enumerate() {
            for right in &texts[at + 1..] {
                // Sets come last: a pair that is joined already costs a look at two numbers.
                if sink.wants(*left, *right)
                    && let (Some(one), Some(two)) = (set(*left), set(*right))
                    && threshold.accepts(one, two)
                {
                    sink.take(*left, *right);
                }
            }
        }
    });
    Ok(())
}
