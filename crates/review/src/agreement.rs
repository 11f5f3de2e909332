//! Agreement of readers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::review_table::{ReviewSubject, ReviewTable};
use crate::verdict::ReviewVerdict;

/// Agreement of two readers on what both have read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReaderAgreement {
    /// Names of the readers.
    pub readers: [String; 2],
    /// Number of samples that both have read.
    pub both: u64,
    /// Number of samples on which they say the same.
    pub equal: u64,
    /// Cohen's kappa (A Coefficient of Agreement for Nominal Scales, 1960): 1.0 if they always agree, 0.0 if no more often
    /// than by chance; `None` if chance alone would make them agree always.
    pub kappa: Option<f64>,
}

/// Compares each two readers that have something in common.
pub fn agreements(table: &ReviewTable) -> Vec<ReaderAgreement> {
    let mut by_reader: BTreeMap<&str, BTreeMap<ReviewSubject, ReviewVerdict>> = BTreeMap::new();
    for review in table.reviews() {
        by_reader.entry(&review.reader).or_default().insert(review.subject(), review.verdict);
    }
    let readers: Vec<_> = by_reader.iter().collect();
    let pairs = readers
        .iter()
        .enumerate()
        .flat_map(|(at, one)| readers[at + 1..].iter().map(move |other| (one, other)));
    pairs.filter_map(|((one, said), (other, answered))| compare([one, other], said, answered)).collect()
}

fn compare(
    readers: [&str; 2],
    said: &BTreeMap<ReviewSubject, ReviewVerdict>,
    answered: &BTreeMap<ReviewSubject, ReviewVerdict>,
) -> Option<ReaderAgreement> {
    let both: Vec<(ReviewVerdict, ReviewVerdict)> =
        said.iter().filter_map(|(subject, verdict)| Some((*verdict, *answered.get(subject)?))).collect();
    let n = both.len() as f64;
    if both.is_empty() {
        return None;
    }
    let equal = both.iter().filter(|(one, other)| one == other).count();
    let verdicts: BTreeSet<ReviewVerdict> = both.iter().flat_map(|(one, other)| [*one, *other]).collect();
    let by_chance: f64 = verdicts
        .iter()
        .map(|verdict| {
            let share = |of: fn(&(ReviewVerdict, ReviewVerdict)) -> ReviewVerdict| {
                both.iter().filter(|pair| of(pair) == *verdict).count() as f64 / n
            };
            share(|pair| pair.0) * share(|pair| pair.1)
        })
        .sum();
    let observed = equal as f64 / n;
    let kappa = (by_chance < 1.0).then(|| (observed - by_chance) / (1.0 - by_chance));
    Some(ReaderAgreement {
        readers: readers.map(str::to_owned),
        both: both.len() as u64,
        equal: equal as u64,
        kappa,
    })
}
