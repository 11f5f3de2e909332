//! The exact join of more sets than fit in memory: near sets have about the same size, so that few sizes at a time are
//! enough.

use super::exact_join::exact_join_above;
use super::jaccard::NearThreshold;
use super::shingle_sets::ShingleSets;

/// Number of elements of sets that may be in memory at a time. With the lists of the join, each takes about 13 bytes.
pub const MAX_WINDOW_ELEMENTS: u64 = 32_000_000;

/// Sets that are compared with each other: those of sizes from `least` to `last`, of which the larger one of a pair has
/// more elements than `after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SizeWindow {
    least: u32,
    after: u32,
    last: u32,
}

/// What a join does with pairs of sets, which are named by their numbers.
pub trait JoinSink {
    /// Tells whether it matters if these sets are near. Called for every candidate that is not ruled out at once.
    fn wants(&mut self, left: u32, right: u32) -> bool;

    /// Takes a near pair with both sets, the smaller number first. Returns false to end the join.
    fn take(&mut self, left: u32, right: u32, sets: [&[u64]; 2]) -> bool;
}

/// Gives `sink` all near pairs that it wants, exactly. `sizes` has the size of each set; sets without elements are near
/// none. At most `max_elements` of sets are in memory at a time, unless those of one size are more. `fetch` returns the sets of these numbers, which are given in ascending order.
///
/// # Errors
/// The error of `fetch`.
pub fn join_by_size<E>(
    sizes: &[u32],
    threshold: NearThreshold,
    max_elements: u64,
    sink: &mut impl JoinSink,
    mut fetch: impl FnMut(&[u32]) -> Result<ShingleSets, E>,
) -> Result<(), E> {
    for SizeWindow { least, after, last } in windows(sizes, threshold, max_elements) {
        let numbers: Vec<u32> = (0..)
            .zip(sizes)
            .filter(|(_, size)| (least.max(1)..=last).contains(*size))
            .map(|(number, _)| number)
            .collect();
        let sets = fetch(&numbers)?;
        if !exact_join_above(&sets, threshold, after as usize, &numbers, sink) {
            break;
        }
    }
    Ok(())
}

/// Returns the windows, which together have all pairs that may be near.
fn windows(sizes: &[u32], threshold: NearThreshold, max_elements: u64) -> Vec<SizeWindow> {
    let mut counts: Vec<u64> = vec![0; sizes.iter().max().map_or(0, |largest| *largest as usize) + 1];
    sizes.iter().for_each(|size| counts[*size as usize] += 1);
    // A set of all code of the world would be a size of its own; so no size is skipped one by one.
    let present: Vec<u32> =
        (1..).zip(&counts[1..]).filter(|(_, count)| **count > 0).map(|(size, _)| size).collect();
    let elements = |size: u32| counts[size as usize] * u64::from(size);
    let mut windows = Vec::new();
    let (mut after, mut next) = (0, 0);
    while next < present.len() {
        let least = threshold.least_size(present[next] as usize) as u32;
        let begin = present.partition_point(|size| *size < least);
        let mut sum: u64 = present[begin..=next].iter().map(|size| elements(*size)).sum();
        let mut last = next;
        while let Some(size) = present.get(last + 1)
            && sum + elements(*size) <= max_elements
        {
            sum += elements(*size);
            last += 1;
        }
        windows.push(SizeWindow { least, after, last: present[last] });
        (after, next) = (present[last], last + 1);
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_every_pair_of_sizes_once() {
        let sizes: Vec<u32> = (0..200).map(|number| 1 + number * 7 % 90).collect();
        let threshold = NearThreshold::from_thousandths(800).expect("a share");
        for max_elements in [1, 500, 2_000, 1_000_000] {
            let windows = windows(&sizes, threshold, max_elements);
            for (small, large) in (1..=90_u32).flat_map(|large| (1..=large).map(move |small| (small, large)))
            {
                if threshold.least_size(large as usize) > small as usize {
                    continue;
                }
                let holds = |window: &&SizeWindow| {
                    (window.after + 1..=window.last).contains(&large) && small >= window.least
                };
                assert_eq!(windows.iter().filter(holds).count(), 1, "{small} {large} {max_elements}");
            }
        }
        assert_eq!(windows(&sizes, threshold, 1_000_000).len(), 1);
    }
}
