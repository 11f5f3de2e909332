//! The exact join of more sets than fit in memory: signatures of all sets are, and of their prefixes those elements that
//! belong to one part at a time. Sets of candidates are read again.

use super::exact_join::{ElementCounts, PrefixEntry, RankedSet, for_each_candidate, join_named, rank};
use super::jaccard::NearThreshold;
use super::join_sink::JoinSink;
use super::shingle_sets::ShingleSets;

/// Number of elements of sets that may be in memory at a time.
pub const MAX_KEPT_ELEMENTS: u64 = 32_000_000;

/// Candidates that are verified together at first; then twice as many, and so on.
const FIRST_CANDIDATES: u64 = 1 << 16;

/// Receiver of sets, one after the other.
pub type SetReceiver<'a> = &'a mut dyn FnMut(&[u64]);

/// Gives `sink` all near pairs that it wants, exactly. `sizes` has the size of each set; sets without elements are near
/// none. `read` gives the sets of these numbers, which ascend, to its second argument, one after the other. In memory are
/// some 80 bytes for each set, and as much again as `max_elements` elements take, twice, or a pair of larger sets.
///
/// # Errors
/// The error of `read`.
pub fn join_sets<E>(
    sizes: &[u32],
    threshold: NearThreshold,
    max_elements: u64,
    sink: &mut impl JoinSink,
    mut read: impl FnMut(&[u32], SetReceiver<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let numbers: Vec<u32> =
        (0..).zip(sizes).filter(|(_, size)| **size > 0).map(|(number, _)| number).collect();
    if numbers.len() < 2 {
        return Ok(()); // A set alone is near none, and to read it may cost a reading of the dataset.
    }
    if sizes.iter().map(|size| u64::from(*size)).sum::<u64>() <= max_elements {
        let mut sets = ShingleSets::default();
        read(&numbers, &mut |set| _ = sets.push(set.iter().copied()))?;
        join_named(&sets, threshold, &numbers, sink);
        return Ok(());
    }
    let (mut counts, mut ranked) = (ElementCounts::new(), Vec::with_capacity(numbers.len()));
    read(&numbers, &mut |set| {
        counts.add(set);
        ranked.push(RankedSet::of(numbers[ranked.len()], set));
    })?;
    let ranked = rank(ranked);
    let mut ranks = vec![0; sizes.len()];
    (0..).zip(&ranked).for_each(|(rank, set)| ranks[set.set as usize] = rank);
    // An entry takes the memory of two elements, and the lists that are made of it as much again.
    let prefix = |size: &u32| (*size as usize - threshold.least_size(*size as usize)) as u64 + 1;
    let entries: u64 = sizes.iter().filter(|size| **size > 0).map(prefix).sum();
    let parts = (4 * entries).div_ceil(max_elements).max(1);
    let mut most_candidates = FIRST_CANDIDATES.min(max_elements / 2);
    let mut join = PartedJoin { sizes, threshold, max_elements, ranks, counts, parts, part: 0, sink };
    for part in 0..parts {
        join.part = part;
        let (mut entries, mut elements) = (Vec::new(), Vec::new());
        let mut next = numbers.iter();
        read(&numbers, &mut |set| {
            let Some(number) = next.next() else { return };
            let prefix = join.counts.prefix(set, join.ranks[*number as usize], threshold, &mut elements);
            entries.extend(prefix.filter(|entry| entry.element % parts == part));
        })?;
        let (mut candidates, mut ended) = (Vec::new(), Ok(true));
        for_each_candidate(&ranked, threshold, entries, &mut |one, two| {
            if join.sink.wants(one, two) {
                candidates.push((one, two));
            }
            if candidates.len() as u64 >= most_candidates {
                // The sink may join what is near, and want few of the next: so the first come soon.
                most_candidates = (2 * most_candidates).min(max_elements / 2);
                ended = join.verify(&mut candidates, &mut read);
            }
            matches!(ended, Ok(true))
        });
        if !ended? || !join.verify(&mut candidates, &mut read)? {
            break;
        }
    }
    Ok(())
}

/// A join, one part of which is done at a time: that of the pairs with a common element of it in their prefixes.
struct PartedJoin<'a, S> {
    sizes: &'a [u32],
    threshold: NearThreshold,
    max_elements: u64,
    /// Rank of each set by size.
    ranks: Vec<u32>,
    counts: ElementCounts,
    parts: u64,
    part: u64,
    sink: &'a mut S,
}

impl<S: JoinSink> PartedJoin<'_, S> {
    /// Gives the near ones of the candidates to the sink, in the order of their numbers, and takes them all away. Returns
    /// whether the sink wants more.
    fn verify<E>(
        &mut self,
        candidates: &mut Vec<(u32, u32)>,
        read: &mut impl FnMut(&[u32], SetReceiver<'_>) -> Result<(), E>,
    ) -> Result<bool, E> {
        candidates.sort_unstable();
        loop {
            // What was taken may have settled others.
            candidates.retain(|&(one, two)| self.sink.wants(one, two));
            if candidates.is_empty() {
                return Ok(true);
            }
            let (numbers, count) = self.first_sets(candidates);
            let mut sets = ShingleSets::default();
            read(&numbers, &mut |set| _ = sets.push(set.iter().copied()))?;
            let set_of = |number: u32| sets.get(numbers.partition_point(|other| *other < number));
            for (one, two) in candidates.drain(..count) {
                let pair = [set_of(one), set_of(two)];
                if self.sink.wants(one, two)
                    && self.threshold.accepts(pair[0], pair[1])
                    && self.is_first_part(one, two, pair)
                    && !self.sink.take(one, two, pair)
                {
                    return Ok(false);
                }
            }
        }
    }

    /// Returns the sets of the first pairs, as many as may be kept, and how many pairs these are: at least one.
    fn first_sets(&self, pairs: &[(u32, u32)]) -> (Vec<u32>, usize) {
        let (mut is_kept, mut elements) = (vec![false; self.sizes.len()], 0);
        let mut count = 0;
        for &(one, two) in pairs {
            let new = [one, two].into_iter().filter(|number| !is_kept[*number as usize]);
            elements += new.map(|number| u64::from(self.sizes[number as usize])).sum::<u64>();
            if count > 0 && elements > self.max_elements {
                break;
            }
            (is_kept[one as usize], is_kept[two as usize], count) = (true, true, count + 1);
        }
        let kept = (0..).zip(is_kept).filter(|(_, is_kept)| *is_kept);
        (kept.map(|(number, _)| number).collect(), count)
    }

    /// Tells whether no part before this one has a common element of the prefixes, so that each pair is taken once.
    fn is_first_part(&self, one: u32, two: u32, [set_one, set_two]: [&[u64]; 2]) -> bool {
        if self.part == 0 {
            return true;
        }
        let (mut elements, mut others) = (Vec::new(), Vec::new());
        let prefix = |set, memory| -> Vec<PrefixEntry> {
            self.counts.prefix(set, 0, self.threshold, memory).collect()
        };
        let (one, two) = match self.ranks[one as usize] < self.ranks[two as usize] {
            true => (prefix(set_one, &mut elements), prefix(set_two, &mut others)),
            false => (prefix(set_two, &mut elements), prefix(set_one, &mut others)),
        };
        let is_before = |entry: &PrefixEntry| entry.element % self.parts < self.part;
        let elements = two.into_iter().filter(is_before).map(|entry| entry.element);
        let mut elements: Vec<u64> = elements.collect();
        elements.sort_unstable();
        // The smaller set is found by some of its elements only.
        let mut found_by = one.into_iter().filter(|entry| entry.is_found && is_before(entry));
        !found_by.any(|entry| elements.binary_search(&entry.element).is_ok())
    }
}
