//! Near pairs: candidates of an index, verified by their true similarity.

use super::clusters::Clusters;
use super::jaccard::NearThreshold;
use super::join_sink::JoinSink;
use super::near_index::NearIndex;
use super::parted_join::{MAX_KEPT_ELEMENTS, SetReceiver, join_sets};
use super::shingle_sets::ShingleSets;

/// Receiver of near pairs of texts.
pub trait PairSink {
    /// Tells whether it matters if these texts are near. Called for every candidate that is not ruled out at once.
    fn wants(&mut self, left: u32, right: u32) -> bool;

    /// Takes a pair of texts that are near.
    fn take(&mut self, left: u32, right: u32);

    /// Returns the group of a text: texts of one group are never wanted together any more. Without groups, many near
    /// copies of one text would cost the square of their number.
    fn group(&mut self, text: u32) -> u32 {
        text
    }

    /// Tells whether all that is to be known of a text follows from its copies.
    fn is_covered(&self, _text: u32) -> bool {
        false
    }
}

/// Gives `sink` the near pairs that it wants. `read` gives the sets of shingles of some texts, whose numbers ascend, to its
/// second argument, one after the other. It is called several times if the sets are too many to be in memory at once.
///
/// # Errors
/// The error of `read`.
pub fn find_near_pairs<E>(
    index: &NearIndex,
    threshold: NearThreshold,
    sink: &mut impl PairSink,
    read: impl FnMut(&[u32], SetReceiver<'_>) -> Result<(), E>,
) -> Result<(), E> {
    find_near_pairs_within(index, threshold, MAX_KEPT_ELEMENTS, sink, read)
}

/// Does the same with sets of at most so many elements in memory, or twice as many where texts are large.
///
/// # Errors
/// The error of `read`.
pub fn find_near_pairs_within<E>(
    index: &NearIndex,
    threshold: NearThreshold,
    max_elements: u64,
    sink: &mut impl PairSink,
    mut read: impl FnMut(&[u32], SetReceiver<'_>) -> Result<(), E>,
) -> Result<(), E> {
    // Most wanted pairs of small texts are found here, and need no set any more.
    let (small, sizes) = index.small(|text| !sink.is_covered(text));
    let texts_of = |numbers: &[u32]| numbers.iter().map(|number| small[*number as usize]).collect::<Vec<_>>();
    let mut pairs = SmallPairs { sink, small: &small };
    join_sets(&sizes, threshold, max_elements, &mut pairs, |numbers, take| read(&texts_of(numbers), take))?;

    // Texts of different groups are never near, so that a group is all that has to be in memory at once.
    let mut block = Block::default();
    for group in candidate_groups(index, threshold, sink) {
        let group = Block::of(index, group);
        // One block without a second one beside it may be twice as large.
        if group.elements > 2 * max_elements {
            verify_apart(index, threshold, max_elements, sink, &group.places, &mut read)?;
            continue;
        }
        if block.elements + group.elements > 2 * max_elements {
            verify_together(index, threshold, sink, std::mem::take(&mut block), &mut read)?;
        }
        block.elements += group.elements;
        block.places.extend(group.places);
    }
    verify_together(index, threshold, sink, block, &mut read)
}

/// Places of texts that are in memory together, with the number of their tokens.
#[derive(Default)]
struct Block {
    places: Vec<u32>,
    elements: u64,
}

impl Block {
    fn of(index: &NearIndex, places: Vec<u32>) -> Self {
        let elements = places.iter().map(|place| u64::from(index.banded(*place as usize).1)).sum();
        Self { places, elements }
    }
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

/// Returns the places of the texts that may be near others, where that matters, in groups: whatever may be near a text is
/// in its group. The places of a group ascend.
fn candidate_groups(index: &NearIndex, threshold: NearThreshold, sink: &mut impl PairSink) -> Vec<Vec<u32>> {
    let places: Vec<u32> = (0..index.banded_count() as u32)
        .filter(|place| !sink.is_covered(index.banded(*place as usize).0))
        .collect();
    let mut linked = Clusters::new(index.banded_count());
    index.buckets(&places, |_, places| {
        let mut by_group: Vec<(u32, u32)> =
            places.iter().map(|place| (linked.find(*place as usize) as u32, *place)).collect();
        by_group.sort_unstable();
        let mut apart: Vec<&[(u32, u32)]> = by_group.chunk_by(|left, right| left.0 == right.0).collect();
        // Each group takes in what its members may be near to, and what those may be near to. What is linked is not
        // compared again, so that many near copies cost no more than their number.
        while let Some(first) = apart.pop() {
            let mut members = vec![first];
            while let Some(group) = members.pop() {
                for (_, left) in group {
                    let text = index.banded(*left as usize).0;
                    let mut may_be_near = |(_, right): &(u32, u32)| {
                        // A look at two signatures is cheaper than to ask.
                        index.may_be_near(threshold, *left as usize, *right as usize)
                            && sink.wants(text, index.banded(*right as usize).0)
                    };
                    members.extend(apart.extract_if(.., |other| {
                        let is_linked = other.iter().any(&mut may_be_near);
                        if is_linked {
                            linked.join(*left as usize, other[0].1 as usize);
                        }
                        is_linked
                    }));
                }
            }
        }
    });
    let mut numbered: Vec<(u32, u32)> =
        places.iter().map(|place| (linked.find(*place as usize) as u32, *place)).collect();
    numbered.sort_unstable();
    let groups = numbered.chunk_by(|left, right| left.0 == right.0).filter(|group| group.len() > 1);
    groups.map(|group| group.iter().map(|(_, place)| *place).collect()).collect()
}

/// Returns places with the groups of their texts, by group.
fn by_group(index: &NearIndex, places: &[u32], sink: &mut impl PairSink) -> Vec<(u32, u32)> {
    let group = |place: &u32| (sink.group(index.banded(*place as usize).0), *place);
    let mut grouped: Vec<(u32, u32)> = places.iter().map(group).collect();
    grouped.sort_unstable();
    grouped
}

/// Verifies the candidates among texts that fit into memory together.
fn verify_together<E>(
    index: &NearIndex,
    threshold: NearThreshold,
    sink: &mut impl PairSink,
    Block { mut places, .. }: Block,
    read: &mut impl FnMut(&[u32], SetReceiver<'_>) -> Result<(), E>,
) -> Result<(), E> {
    // To fetch nothing may cost a reading of the dataset.
    if places.is_empty() {
        return Ok(());
    }
    places.sort_unstable();
    let sets = fetch_block(index, &places, read)?;
    verify(index, threshold, sink, [(&places, &sets); 2]);
    Ok(())
}

/// Verifies the candidates of a group that is too large for that: in blocks, of which two are in memory at a time.
fn verify_apart<E>(
    index: &NearIndex,
    threshold: NearThreshold,
    max_elements: u64,
    sink: &mut impl PairSink,
    places: &[u32],
    read: &mut impl FnMut(&[u32], SetReceiver<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let blocks = blocks(index, places, max_elements);
    for (number, left) in blocks.iter().enumerate() {
        let left_sets = fetch_block(index, left, read)?;
        verify(index, threshold, sink, [(left, &left_sets); 2]);
        for right in &blocks[number + 1..] {
            let right_sets = fetch_block(index, right, read)?;
            verify(index, threshold, sink, [(left, &left_sets), (right, &right_sets)]);
        }
    }
    Ok(())
}

/// Cuts places into blocks of which two fit into memory.
fn blocks(index: &NearIndex, places: &[u32], max_elements: u64) -> Vec<Vec<u32>> {
    let mut blocks: Vec<Vec<u32>> = Vec::new();
    let mut elements = u64::MAX;
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
    read: &mut impl FnMut(&[u32], SetReceiver<'_>) -> Result<(), E>,
) -> Result<ShingleSets, E> {
    let texts: Vec<u32> = places.iter().map(|place| index.banded(*place as usize).0).collect();
    let mut sets = ShingleSets::default();
    read(&texts, &mut |set| _ = sets.push(set.iter().copied()))?;
    Ok(sets)
}

/// Verifies the candidates of which one text is in each block.
fn verify(
    index: &NearIndex,
    threshold: NearThreshold,
    sink: &mut impl PairSink,
    blocks: [(&Vec<u32>, &ShingleSets); 2],
) {
    let mut places: Vec<u32> = blocks[0].0.iter().chain(blocks[1].0).copied().collect();
    places.sort_unstable();
    places.dedup();
    index.buckets(&places, |band, places| {
        let grouped = by_group(index, places, sink);
        let mut next = 0;
        for group in grouped.chunk_by(|left, right| left.0 == right.0) {
            next += group.len();
            for ((_, one), (_, other)) in
                group.iter().flat_map(|one| grouped[next..].iter().map(move |other| (one, other)))
            {
                // The blocks are in the order of the places.
                let (left, right) = (*one.min(other), *one.max(other));
                let (left_place, right_place) = (left as usize, right as usize);
                let texts = [left, right].map(|place| index.banded(place as usize).0);
                // Sets come last, and each pair once: in the first band in which it shares a key.
                if index.may_be_near(threshold, left_place, right_place)
                    && sink.wants(texts[0], texts[1])
                    && !index.share_key_before(band, left_place, right_place)
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
