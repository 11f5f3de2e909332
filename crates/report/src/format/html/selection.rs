//! Selects the samples that the page contains, if it cannot contain all.

use std::collections::{BTreeMap, BTreeSet};

use streamguard_dataset::{Sample, SampleFileError};

/// For each position of the dataset: whether its sample is selected.
pub(super) struct SampleSelection(Vec<bool>);

impl SampleSelection {
    /// Selects `most` samples: first one of each collector, weakness, language, severity and kind, as
    /// long as there is room; then equally many of each weakness of each collector, evenly spaced.
    ///
    /// # Errors
    /// [`SampleFileError`] if a sample cannot be read.
    pub(super) fn of(
        samples: impl Iterator<Item = Result<Sample, SampleFileError>>,
        most: usize,
    ) -> Result<Self, SampleFileError> {
        let mut seen: BTreeSet<(usize, String)> = BTreeSet::new();
        let mut groups: BTreeMap<(String, Option<String>), Vec<usize>> = BTreeMap::new();
        let mut chosen = Vec::new();
        let mut left = most;
        for (place, sample) in samples.enumerate() {
            let sample = sample?;
            let is_first = left > 0 && labels(&sample).map(|label| seen.insert(label)).contains(&true);
            chosen.push(is_first);
            if is_first {
                left -= 1;
            } else {
                groups.entry((sample.collector, sample.vulnerability_type)).or_default().push(place);
            }
        }
        let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
        groups.sort_by_key(Vec::len);
        let mut waiting = groups.len();
        for group in &groups {
            // Groups are sorted by size, so room that a small group leaves goes to the larger ones
            // after it.
            let size = group.len();
            let share = size.min(left / waiting);
            for (n, place) in group.iter().enumerate() {
                // Spreads `share` picks evenly over `size` places, in whole numbers: the quotient
                // steps up exactly `share` times.
                chosen[*place] = (n + 1) * share / size > n * share / size;
            }
            // `waiting` is at least 1 here; the shares of those still waiting are computed from
            // what is left, so nothing is lost to rounding.
            left -= share;
            waiting -= 1;
        }
        Ok(Self(chosen))
    }

    /// Tells whether the sample at this position of the dataset is selected.
    pub(super) fn holds(&self, place: usize) -> bool {
        self.0.get(place).copied().unwrap_or_default()
    }
}

/// Returns the labels of a sample. The page should show every label at least once.
fn labels(sample: &Sample) -> [(usize, String); 5] {
    // Numbered by their kind, since a language may be called like a collector.
    [
        (0, sample.collector.clone()),
        (1, sample.vulnerability_type.clone().unwrap_or_default()),
        (2, sample.language.map(|language| language.name().to_owned()).unwrap_or_default()),
        (3, sample.severity.map(|severity| severity.name().to_owned()).unwrap_or_default()),
        (4, sample.kind.name().to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use streamguard_dataset::{SampleKind, SampleLevel};

    use super::*;

    #[test]
    fn the_rare_is_shown_and_the_rest_is_even() {
        let sample = |n: usize| {
            let mut sample =
                Sample::new(if n == 90 { "rare" } else { "much" }, SampleKind::Pair, SampleLevel::File);
            sample.vulnerability_type = Some(if n % 10 == 3 { "seldom" } else { "often" }.to_owned());
            Ok(sample)
        };
        let choice = |most| {
            let choice = SampleSelection::of((0..100).map(sample), most).unwrap();
            (0..100).filter(|place| choice.holds(*place)).collect::<Vec<_>>()
        };
        assert!(choice(0).is_empty());
        assert_eq!(choice(3), [0, 3, 90]);
        let twenty = choice(20);
        assert_eq!(twenty.len(), 20);
        assert_eq!(twenty.iter().filter(|place| *place % 10 == 3).count(), 9);
        assert!(twenty.contains(&90) && twenty.last() >= Some(&97));
        assert_eq!(choice(100), (0..100).collect::<Vec<_>>());
        assert_eq!(choice(1000), choice(100));
    }
}
