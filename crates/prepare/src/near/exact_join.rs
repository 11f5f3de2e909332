//! The exact join: all pairs of sets that are near, without an estimate.
//!
//! Of two near sets, the rarest elements of each must have one in common (prefix filter), and neither may be much larger
//! than the other (length filter). R. Bayardo, Y. Ma, R. Srikant: Scaling Up All Pairs Similarity Search, WWW 2007;
//! C. Xiao, W. Wang, X. Lin, J. Yu: Efficient Similarity Joins for Near Duplicate Detection (PPJoin), WWW 2008.

use super::jaccard::NearThreshold;
use super::shingle_sets::ShingleSets;
use super::size_windows::JoinSink;

/// Bits of the number of a counter of elements. Two elements may share a counter: the order by counts is then a little
/// less good, and the result the same, for it holds with any order.
const COUNTER_BITS: u32 = 22;

/// An element of a prefix, with the rank of its set among all sets by size.
type PrefixEntry = (u64, u32);

/// Calls `found` with every pair of near sets, the smaller number first. Sets without elements are near none. The
/// order of the pairs depends on the sets alone. Stops early if `found` returns false.
pub fn exact_join(sets: &ShingleSets, threshold: NearThreshold, found: impl FnMut(usize, usize) -> bool) {
    let numbers: Vec<u32> = (0..sets.len() as u32).collect();
    exact_join_above(sets, threshold, 0, &numbers, &mut AllPairs(found));
}

/// Wants all pairs.
struct AllPairs<F>(F);

impl<F: FnMut(usize, usize) -> bool> JoinSink for AllPairs<F> {
    fn wants(&mut self, _: u32, _: u32) -> bool {
        true
    }

    fn take(&mut self, left: u32, right: u32, _: [&[u64]; 2]) -> bool {
        (self.0)(left as usize, right as usize)
    }
}

/// Gives `sink` the near pairs of which the larger set has more than so many elements, until it wants no more; then this
/// is false. The sets go by the names that `names` has for them, in ascending order.
pub(super) fn exact_join_above(
    sets: &ShingleSets,
    threshold: NearThreshold,
    above: usize,
    names: &[u32],
    sink: &mut impl JoinSink,
) -> bool {
    let mut by_size: Vec<u32> =
        (0..sets.len() as u32).filter(|set| !sets.get(*set as usize).is_empty()).collect();
    by_size.sort_by_key(|set| (sets.get(*set as usize).len(), *set));
    let size = |rank: u32| sets.get(by_size[rank as usize] as usize).len();

    let lists = PostingLists::new(prefix_entries(sets, &by_size, threshold));
    // Rank of the last set that met this one as a candidate, so that each pair is compared once.
    let mut met_by = vec![u32::MAX; by_size.len()];
    for (rank, positions) in lists.by_rank() {
        let set = sets.get(by_size[rank as usize] as usize);
        if set.len() <= above {
            continue;
        }
        let least = threshold.least_size(set.len());
        for &Position { list_start, place, .. } in positions {
            // The sets before it in the list are not larger; among those, the ones that are too small come first.
            let smaller = &lists.ranks[list_start as usize..place as usize];
            let first = smaller.partition_point(|other| size(*other) < least);
            for &other in &smaller[first..] {
                if std::mem::replace(&mut met_by[other as usize], rank) == rank {
                    continue;
                }
                let (one, two) = (by_size[rank as usize] as usize, by_size[other as usize] as usize);
                let (one, two) = (one.min(two), one.max(two));
                let pair = [sets.get(one), sets.get(two)];
                // To be asked is cheaper than to compare.
                if sink.wants(names[one], names[two])
                    && threshold.accepts(pair[0], pair[1])
                    && !sink.take(names[one], names[two], pair)
                {
                    return false;
                }
            }
        }
    }
    true
}

/// Returns the prefix of every set: its rarest elements, one more than may be missing in a near set.
fn prefix_entries(sets: &ShingleSets, by_size: &[u32], threshold: NearThreshold) -> Vec<PrefixEntry> {
    let counter = |element: u64| (element >> (u64::BITS - COUNTER_BITS)) as usize;
    let mut counts = vec![0_u32; 1 << COUNTER_BITS];
    sets.values().iter().for_each(|element| counts[counter(*element)] += 1);
    let mut entries = Vec::new();
    let mut elements: Vec<u64> = Vec::new();
    for (rank, set) in (0..).zip(by_size) {
        elements.clear();
        elements.extend_from_slice(sets.get(*set as usize));
        let length = elements.len() - threshold.least_size(elements.len()) + 1;
        if length < elements.len() {
            elements.select_nth_unstable_by_key(length - 1, |element| (counts[counter(*element)], *element));
        }
        entries.extend(elements[..length].iter().map(|element| (*element, rank)));
    }
    entries
}

/// Sets that have an element in their prefixes, for all elements that at least two sets have.
struct PostingLists {
    /// Ranks of the sets, ascending in each list.
    ranks: Vec<u32>,
    positions: Vec<Position>,
}

/// A place of a set in a list.
struct Position {
    rank: u32,
    list_start: u32,
    place: u32,
}

impl PostingLists {
    fn new(mut entries: Vec<PrefixEntry>) -> Self {
        entries.sort_unstable();
        let (mut ranks, mut positions) = (Vec::new(), Vec::new());
        for list in entries.chunk_by(|left, right| left.0 == right.0).filter(|list| list.len() > 1) {
            let list_start = ranks.len() as u32;
            for (_, rank) in list {
                positions.push(Position { rank: *rank, list_start, place: ranks.len() as u32 });
                ranks.push(*rank);
            }
        }
        drop(entries);
        positions.sort_unstable_by_key(|position| (position.rank, position.list_start));
        Self { ranks, positions }
    }

    /// Returns the places of each set that has any, in the order of the ranks.
    fn by_rank(&self) -> impl Iterator<Item = (u32, &[Position])> {
        self.positions.chunk_by(|left, right| left.rank == right.rank).map(|places| (places[0].rank, places))
    }
}
