//! Near pairs: candidates of an index, verified by their true similarity.

use super::jaccard::NearThreshold;
use super::near_index::NearIndex;
use super::shingle_sets::ShingleSets;
use super::size_windows::{JoinSink, MAX_WINDOW_ELEMENTS, join_by_size};

/// Receiver of near pairs of texts.
pub trait PairSink {
    /// Tells whether it matters if these texts are near. Called for every candidate.
    fn wants(&mut self, left: u32, right: u32) -> bool;

    /// Takes a pair of texts that are near.
    fn take(&mut self, left: u32, right: u32);

    /// Returns the group of a text: texts of one group are never wanted together any more. Without groups, many copies of
    /// one text would cost the square of their number.
    fn group(&mut self, text: u32) -> u32 {
        text
    }
}

/// Gives `sink` the near pairs that it wants. `fetch` returns the sets of shingles of some texts, which are given in
/// ascending order. It is called several times if the sets are too many to be in memory at once.
///
/// # Errors
/// The error of `fetch`.
pub fn find_near_pairs<E>(
    index: &NearIndex,
    threshold: NearThreshold,
    sink: &mut impl PairSink,
    fetch: impl FnMut(&[u32]) -> Result<ShingleSets, E>,
) -> Result<(), E> {
    find_near_pairs_within(index, threshold, MAX_WINDOW_ELEMENTS, sink, fetch)
}

/// Does the same with sets of at most so many elements in memory, or twice as many where texts are large.
///
/// # Errors
/// The error of `fetch`.
pub fn find_near_pairs_within<E>(
    index: &NearIndex,
    threshold: NearThreshold,
    max_elements: u64,
    sink: &mut impl PairSink,
    mut fetch: impl FnMut(&[u32]) -> Result<ShingleSets, E>,
) -> Result<(), E> {
    // Most wanted pairs of small texts are found here, and need no set any more.
    let (small, sizes) = index.small();
    let texts_of = |numbers: &[u32]| numbers.iter().map(|number| small[*number as usize]).collect::<Vec<_>>();
    let mut pairs = SmallPairs { sink, small };
    join_by_size(sizes, threshold, max_elements, &mut pairs, |numbers| fetch(&texts_of(numbers)))?;

    let blocks = blocks(index, &candidates(index, sink), max_elements);
    for (number, left) in blocks.iter().enumerate() {
        let left_sets = fetch_block(index, left, &mut fetch)?;
        verify(index, threshold, sink, [(left, &left_sets); 2]);
        for right in &blocks[number + 1..] {
            let right_sets = fetch_block(index, right, &mut fetch)?;
            verify(index, threshold, sink, [(left, &left_sets), (right, &right_sets)]);
        }
    }
    Ok(())
}

/// The join of small sets, whose numbers are places in `small`.
struct SmallPairs<'a, S> {
    sink: &'a mut S,
    small: &'a [u32],
}

impl<S: PairSink> JoinSink for SmallPairs<'_, S> {
    fn wants(&mut self, left: u32, right: u32) -> bool {
        self.sink.wants(self.small[left as usize], self.small[right as usize])
    }

    fn take(&mut self, left: u32, right: u32, _: [&[u64]; 2]) -> bool {
        self.sink.take(self.small[left as usize], self.small[right as usize]);
        true
    }
}

/// Returns the places of the texts that share a key with a text whose likeness matters.
fn candidates(index: &NearIndex, sink: &mut impl PairSink) -> Vec<u32> {
    let mut is_candidate = vec![false; index.banded_count()];
    index.buckets(|places| {
        let grouped = by_group(index, places, sink);
        // One of each group speaks for the others.
        let mut firsts = grouped.clone();
        firsts.dedup_by_key(|(group, _)| *group);
        for (group, left) in grouped {
            if is_candidate[left as usize] {
                continue;
            }
            let text = index.banded(left as usize).0;
            let mut others = firsts.iter().filter(|(other, _)| *other != group);
            is_candidate[left as usize] =
                others.any(|(_, right)| sink.wants(text, index.banded(*right as usize).0));
        }
    });
    (0..).zip(is_candidate).filter(|(_, is_candidate)| *is_candidate).map(|(place, _)| place).collect()
}

/// Returns places with the groups of their texts, by group.
fn by_group(index: &NearIndex, places: &[u32], sink: &mut impl PairSink) -> Vec<(u32, u32)> {
    let group = |place: &u32| (sink.group(index.banded(*place as usize).0), *place);
    let mut grouped: Vec<(u32, u32)> = places.iter().map(group).collect();
    grouped.sort_unstable();
    grouped
}

/// Cuts places into blocks of which two fit into memory.
fn blocks(index: &NearIndex, places: &[u32], max_elements: u64) -> Vec<Vec<u32>> {
    let mut blocks: Vec<Vec<u32>> = Vec::new();
    let mut elements = u64::MAX;
    let all: u64 = places.iter().map(|place| u64::from(index.banded(*place as usize).1)).sum();
    // All in one block needs no second one beside it.
    let max_elements = if all <= 2 * max_elements { all } else { max_elements };
    for place in places {
        let tokens = u64::from(index.banded(*place as usize).1);
        if elements.saturating_add(tokens) > max_elements {
            blocks.push(Vec::new());
            elements = 0;
        }
        elements += tokens;
        blocks.last_mut().expect("a block was begun").push(*place);
    }
    blocks
}

fn fetch_block<E>(
    index: &NearIndex,
    places: &[u32],
    fetch: &mut impl FnMut(&[u32]) -> Result<ShingleSets, E>,
) -> Result<ShingleSets, E> {
    let texts: Vec<u32> = places.iter().map(|place| index.banded(*place as usize).0).collect();
    fetch(&texts)
}

/// Verifies the candidates of which one text is in each block.
fn verify(
    index: &NearIndex,
    threshold: NearThreshold,
    sink: &mut impl PairSink,
    blocks: [(&Vec<u32>, &ShingleSets); 2],
) {
    index.buckets(|places| {
        let grouped = by_group(index, places, sink);
        let mut next = 0;
        for group in grouped.chunk_by(|left, right| left.0 == right.0) {
            next += group.len();
            for ((_, one), (_, other)) in
                group.iter().flat_map(|one| grouped[next..].iter().map(move |other| (one, other)))
            {
                // The blocks are in the order of the places.
                let (left, right) = (*one.min(other), *one.max(other));
                let texts = [left, right].map(|place| index.banded(place as usize).0);
                // Sets come last: a pair that is joined already costs a look at two numbers.
                if sink.wants(texts[0], texts[1])
                    && let Some(one) = set_of(blocks[0], left)
                    && let Some(two) = set_of(blocks[1], right)
                    && threshold.accepts(one, two)
                {
                    sink.take(texts[0], texts[1]);
                }
            }
        }
    });
}

fn set_of<'s>((block, sets): (&Vec<u32>, &'s ShingleSets), place: u32) -> Option<&'s [u64]> {
    block.binary_search(&place).ok().map(|number| sets.get(number))
}
