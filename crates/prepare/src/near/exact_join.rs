//! The exact join: all pairs of sets that are near, without an estimate.
//!
//! Of two near sets, the rarest elements of each must have one in common (prefix filter), and neither may be much larger
//! than the other (length filter). R. Bayardo, Y. Ma, R. Srikant: Scaling Up All Pairs Similarity Search, WWW 2007;
//! C. Xiao, W. Wang, X. Lin, J. Yu: Efficient Similarity Joins for Near Duplicate Detection (PPJoin), WWW 2008, from which
//! the shorter prefixes of the smaller sets are. What is left is compared by [signatures](super::BitSignature) first:
//! code from templates shares even its rare elements with much code that is not near.

use super::bit_signature::BitSignature;
use super::jaccard::NearThreshold;
use super::shingle_sets::ShingleSets;
use super::size_windows::JoinSink;

/// Bits of the number of a counter of elements. Two elements may share a counter: the order by counts is then a little
/// less good, and the result the same, for it holds with any order.
const COUNTER_BITS: u32 = 22;

/// An element of a prefix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct PrefixEntry {
    element: u64,
    /// Rank of its set among all sets by size.
    rank: u32,
    /// Whether larger sets find this one by the element.
    is_found: bool,
}

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
    let ranked: Vec<RankedSet> = by_size.iter().map(|set| RankedSet::of(sets, *set)).collect();

    let lists = PostingLists::new(prefix_entries(sets, &ranked, threshold));
    // Rank of the last set that met this one as a candidate, so that each pair is compared once.
    let mut met_by = vec![u32::MAX; ranked.len()];
    for (rank, positions) in lists.by_rank() {
        let RankedSet { set, size, signature } = &ranked[rank as usize];
        if *size as usize <= above {
            continue;
        }
        let least_size = threshold.least_size(*size as usize) as u32;
        let least_rank = ranked.partition_point(|other| other.size < least_size) as u32;
        for &Position { list_start, place, .. } in positions {
            // The sets before it in the list are not larger; among those, the ones that are too small come first.
            let smaller = &lists.ranks[list_start as usize..place as usize];
            let first = smaller.partition_point(|other| *other < least_rank);
            for &other in &smaller[first..] {
                if std::mem::replace(&mut met_by[other as usize], rank) == rank {
                    continue;
                }
                let other = &ranked[other as usize];
                let most = threshold.most_different((size + other.size) as usize);
                if signature.differing_bits(&other.signature) > most {
                    continue;
                }
                let (one, two) = (*set.min(&other.set) as usize, *set.max(&other.set) as usize);
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

/// A set in the order of sizes.
struct RankedSet {
    set: u32,
    size: u32,
    signature: BitSignature,
}

impl RankedSet {
    fn of(sets: &ShingleSets, set: u32) -> Self {
        let elements = sets.get(set as usize);
        Self { set, size: elements.len() as u32, signature: BitSignature::of(elements) }
    }
}

/// Returns the prefix of every set: its rarest elements, one more than may be missing in a near set that is not larger.
/// The rarest of those, one more than may be missing in a near set that is not smaller, are those by which it is found.
fn prefix_entries(sets: &ShingleSets, ranked: &[RankedSet], threshold: NearThreshold) -> Vec<PrefixEntry> {
    let counter = |element: u64| (element >> (u64::BITS - COUNTER_BITS)) as usize;
    let mut counts = vec![0_u32; 1 << COUNTER_BITS];
    sets.values().iter().for_each(|element| counts[counter(*element)] += 1);
    let mut entries = Vec::new();
    let mut elements: Vec<u64> = Vec::new();
    for (rank, RankedSet { set, .. }) in (0..).zip(ranked) {
        elements.clear();
        elements.extend_from_slice(sets.get(*set as usize));
        let size = elements.len();
        let rarity = |element: &u64| (counts[counter(*element)], *element);
        let length = size - threshold.least_size(size) + 1;
        if length < size {
            elements.select_nth_unstable_by_key(length - 1, rarity);
        }
        let found_by = size - threshold.least_common(size, size) + 1;
        if found_by < length {
            elements[..length].select_nth_unstable_by_key(found_by - 1, rarity);
        }
        let prefix = elements[..length].iter().enumerate();
        entries.extend(prefix.map(|(at, element)| PrefixEntry {
            element: *element,
            rank,
            is_found: at < found_by,
        }));
    }
    entries
}

/// Sets that have an element in their prefixes, element by element.
struct PostingLists {
    /// Ranks of the sets that are found by the element, ascending in each list.
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
        for list in entries.chunk_by(|left, right| left.element == right.element) {
            let list_start = ranks.len() as u32;
            for PrefixEntry { rank, is_found, .. } in list {
                let place = ranks.len() as u32;
                // The first set of a list finds none.
                if place > list_start {
                    positions.push(Position { rank: *rank, list_start, place });
                }
                if *is_found {
                    ranks.push(*rank);
                }
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
