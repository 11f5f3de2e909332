//! The exact join: all pairs of sets that are near, without an estimate.
//!
//! Of two near sets, the rarest elements of each must have one in common (prefix filter), and neither may be much larger
//! than the other (length filter). R. Bayardo, Y. Ma, R. Srikant: Scaling Up All Pairs Similarity Search, WWW 2007;
//! C. Xiao, W. Wang, X. Lin, J. Yu: Efficient Similarity Joins for Near Duplicate Detection (PPJoin), WWW 2008.

use super::jaccard::NearThreshold;
use super::shingle_sets::ShingleSets;

/// Bits of the number of a counter of elements. Two elements may share a counter: the order by counts is then a little
/// less good, and the result the same, for it holds with any order.
const COUNTER_BITS: u32 = 22;

/// An element of a prefix, with the rank of its set among all sets by size.
type PrefixEntry = (u64, u32);

/// Calls `found` with every pair of near sets, the smaller number first. Sets without elements are near none. The
/// order of the pairs depends on the sets alone. Stops early if `found` returns false.
pub fn exact_join(sets: &ShingleSets, threshold: NearThreshold, mut found: impl FnMut(usize, usize) -> bool) {
    let mut by_size: Vec<u32> =
        (0..sets.len() as u32).filter(|set| !sets.get(*set as usize).is_empty()).collect();
    by_size.sort_by_key(|set| (sets.get(*set as usize).len(), *set));
    let size = |rank: u32| sets.get(by_size[rank as usize] as usize).len();

    let lists = PostingLists::new(prefix_entries(sets, &by_size, threshold));
    // Rank of the last set that met this one as a candidate, so that each pair is compared once.
    let mut met_by = vec![u32::MAX; by_size.len()];
    for (rank, positions) in lists.by_rank() {
        let set = sets.get(by_size[rank as usize] as usize);
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
                if threshold.accepts(set, sets.get(two)) && !found(one.min(two), one.max(two)) {
                    return;
                }
            }
        }
    }
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
