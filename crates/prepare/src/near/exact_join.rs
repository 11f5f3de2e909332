//! The exact join: all pairs of sets that are near, without an estimate.
//!
//! Of two near sets, the rarest elements of each must have one in common (prefix filter), and neither may be much larger
//! than the other (length filter). R. Bayardo, Y. Ma, R. Srikant: Scaling Up All Pairs Similarity Search, WWW 2007;
//! C. Xiao, W. Wang, X. Lin, J. Yu: Efficient Similarity Joins for Near Duplicate Detection (PPJoin), WWW 2008, from which
//! the shorter prefixes of the smaller sets are. What is left is compared by [signatures](super::BitSignature) first:
//! code from templates shares even its rare elements with much code that is not near.

use super::bit_signature::BitSignature;
use super::jaccard::NearThreshold;
use super::join_sink::JoinSink;
use super::shingle_sets::ShingleSets;

/// Bits of the number of a counter of elements. Two elements may share a counter: the order by counts is then a little
/// less good, and the result the same, for it holds with any order.
const COUNTER_BITS: u32 = 22;

/// An element of a prefix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PrefixEntry {
    pub(super) element: u64,
    /// Rank of its set among all sets by size.
    rank: u32,
    /// Whether larger sets find this one by the element.
    pub(super) is_found: bool,
}

/// Calls `found` with every pair of near sets, the smaller number first. Sets without elements are near none. The
/// order of the pairs depends on the sets alone. Stops early if `found` returns false.
pub fn exact_join(sets: &ShingleSets, threshold: NearThreshold, found: impl FnMut(usize, usize) -> bool) {
    join_kept(sets, threshold, &mut AllPairs(found));
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

/// Gives `sink` the near pairs of sets that are in memory, until it wants no more.
pub fn join_kept(sets: &ShingleSets, threshold: NearThreshold, sink: &mut impl JoinSink) {
    let numbers: Vec<u32> = (0..sets.len() as u32).collect();
    join_named(sets, threshold, &numbers, sink);
}

/// Does the same with sets that go by the names that `names` has for them, in ascending order.
pub(super) fn join_named(
    sets: &ShingleSets,
    threshold: NearThreshold,
    names: &[u32],
    sink: &mut impl JoinSink,
) {
    let all = || (0..sets.len()).map(|number| sets.get(number)).filter(|set| !set.is_empty());
    let mut counts = ElementCounts::new();
    all().for_each(|set| counts.add(set));
    let numbers = (0..sets.len() as u32).filter(|number| !sets.get(*number as usize).is_empty());
    let ranked = rank(numbers.map(|number| RankedSet::of(number, sets.get(number as usize))).collect());
    let (mut entries, mut elements) = (Vec::new(), Vec::new());
    for (rank, RankedSet { set, .. }) in (0..).zip(&ranked) {
        entries.extend(counts.prefix(sets.get(*set as usize), rank, threshold, &mut elements));
    }
    for_each_candidate(&ranked, threshold, entries, &mut |one, two| {
        let pair = [sets.get(one as usize), sets.get(two as usize)];
        let (one, two) = (names[one as usize], names[two as usize]);
        // To be asked is cheaper than to compare.
        !sink.wants(one, two) || !threshold.accepts(pair[0], pair[1]) || sink.take(one, two, pair)
    });
}

/// A set in the order of sizes.
pub(super) struct RankedSet {
    pub(super) set: u32,
    size: u32,
    signature: BitSignature,
}

impl RankedSet {
    pub(super) fn of(set: u32, elements: &[u64]) -> Self {
        Self { set, size: elements.len() as u32, signature: BitSignature::of(elements) }
    }
}

/// Brings sets into the order of their sizes.
pub(super) fn rank(mut sets: Vec<RankedSet>) -> Vec<RankedSet> {
    sets.sort_unstable_by_key(|set| (set.size, set.set));
    sets
}

/// How many sets have an element.
pub(super) struct ElementCounts(Vec<u32>);

impl ElementCounts {
    pub(super) fn new() -> Self {
        Self(vec![0; 1 << COUNTER_BITS])
    }

    pub(super) fn add(&mut self, set: &[u64]) {
        set.iter().for_each(|element| self.0[Self::counter(*element)] += 1);
    }

    fn counter(element: u64) -> usize {
        (element >> (u64::BITS - COUNTER_BITS)) as usize
    }

    /// Returns the prefix of a set: its rarest elements, one more than may be missing in a near set that is not larger.
    /// The rarest of those, one more than may be missing in a near set that is not smaller, are those by which it is
    /// found. `elements` is memory that is used again.
    pub(super) fn prefix<'e>(
        &self,
        set: &[u64],
        rank: u32,
        threshold: NearThreshold,
        elements: &'e mut Vec<u64>,
    ) -> impl Iterator<Item = PrefixEntry> + use<'e> {
        elements.clear();
        elements.extend_from_slice(set);
        let size = elements.len();
        let rarity = |element: &u64| (self.0[Self::counter(*element)], *element);
        // A set that is empty has no element to be found by.
        let length = (size - threshold.least_size(size) + 1).min(size);
        if length < size {
            elements.select_nth_unstable_by_key(length - 1, rarity);
        }
        let found_by = (size - threshold.least_common(size, size) + 1).min(length);
        if found_by < length {
            elements[..length].select_nth_unstable_by_key(found_by - 1, rarity);
        }
        let prefix = elements[..length].iter().enumerate();
        prefix.map(move |(at, element)| PrefixEntry { element: *element, rank, is_found: at < found_by })
    }
}

/// Calls `meet` with the pairs of sets that may be near, each once and the smaller number first: those that have one of
/// these elements of their prefixes in common, and whose signatures allow it. It ends, with false, once `meet` returns
/// that.
pub(super) fn for_each_candidate(
    ranked: &[RankedSet],
    threshold: NearThreshold,
    entries: Vec<PrefixEntry>,
    meet: &mut impl FnMut(u32, u32) -> bool,
) -> bool {
    let lists = PostingLists::new(entries);
    // Rank of the last set that met this one as a candidate, so that each pair is compared once.
    let mut met_by = vec![u32::MAX; ranked.len()];
    for (rank, positions) in lists.by_rank() {
        let RankedSet { set, size, signature } = &ranked[rank as usize];
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
                if signature.differing_bits(&other.signature) <= most
                    && !meet(*set.min(&other.set), *set.max(&other.set))
                {
                    return false;
                }
            }
        }
    }
    true
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
