//! Choice of the samples to read: at random, but as many of each stratum of confidence.

use std::collections::BTreeMap;

use streamguard_dataset::{Sample, SampleKind};

use crate::review_table::{ReviewSubject, ReviewTable};

/// Lower ends of the strata of confidence; the last one ends at 1.0.
pub const STRATA: [f64; 5] = [0.0, 0.5, 0.8, 0.9, 0.95];

/// Settings of the choice.
#[derive(Clone, Debug)]
pub struct ReviewSelection<'a> {
    /// Number of samples.
    pub count: usize,
    /// Seed: the same one chooses the same samples.
    pub seed: u64,
    /// Reader, whose earlier verdicts are not asked for again.
    pub reader: &'a str,
    /// Whether strata are chosen from alike; otherwise all samples are one stratum.
    pub is_stratified: bool,
}

/// Returns the stratum of a confidence.
pub(crate) fn stratum(confidence: f64) -> usize {
    STRATA.partition_point(|start| *start <= confidence).saturating_sub(1)
}

/// Chooses pairs of commits to read. Returns them in an order that the seed decides, so that who stops early has read a
/// random part.
///
/// A sample's place is BLAKE3 of the seed and its id, so that the choice does not depend on the order of the dataset. At
/// most `count` samples of each stratum are in memory.
///
/// # Errors
/// The first one that reading a sample gives.
pub fn select<E>(
    samples: impl Iterator<Item = Result<Sample, E>>,
    selection: &ReviewSelection<'_>,
    table: &ReviewTable,
) -> Result<Vec<Sample>, E> {
    let mut strata: BTreeMap<usize, BTreeMap<[u8; 32], Sample>> = BTreeMap::new();
    for sample in samples {
        let sample = sample?;
        let Some(subject) = ReviewSubject::of(&sample).filter(|_| sample.kind == SampleKind::Pair) else {
            continue;
        };
        if table.has(&subject, selection.reader) {
            continue;
        }
        let confidence = sample.label_confidence.unwrap_or_default();
        let chosen = strata.entry(if selection.is_stratified { stratum(confidence) } else { 0 }).or_default();
        chosen.insert(place(selection.seed, &sample.id), sample);
        if chosen.len() > selection.count {
            chosen.pop_last();
        }
    }
    // One of each stratum in turn, until there are enough.
    let mut queues: Vec<_> = strata.into_values().map(BTreeMap::into_iter).collect();
    let mut found: Vec<([u8; 32], Sample)> = Vec::new();
    while found.len() < selection.count {
        let before = found.len();
        found.extend(queues.iter_mut().filter_map(Iterator::next));
        if found.len() == before {
            break;
        }
    }
    found.truncate(selection.count);
    found.sort_by_key(|(place, _)| *place);
    Ok(found.into_iter().map(|(_, sample)| sample).collect())
}

fn place(seed: u64, id: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes()).update(id.as_bytes());
    *hasher.finalize().as_bytes()
}
