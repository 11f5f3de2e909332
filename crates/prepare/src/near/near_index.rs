//! The near index: candidates among many sketches.

use super::exact_join::exact_join;
use super::jaccard::NearThreshold;
use super::min_hash::SketchShape;
use super::shingle_sets::ShingleSets;
use super::sketch::TextSketch;

/// Sketches of many texts.
#[derive(Debug)]
pub struct NearIndex {
    threshold: NearThreshold,
    shape: SketchShape,
    /// Keys of all bands of the texts in `banded`, text by text.
    keys: Vec<u32>,
    /// Texts that have bands.
    banded: Vec<u32>,
    small_sets: ShingleSets,
    /// Texts with small sets.
    small: Vec<u32>,
}

impl NearIndex {
    /// Returns an empty index.
    pub fn new(threshold: NearThreshold) -> Self {
        Self {
            threshold,
            shape: SketchShape::for_threshold(threshold),
            keys: Vec::new(),
            banded: Vec::new(),
            small_sets: ShingleSets::default(),
            small: Vec::new(),
        }
    }

    /// Adds a text under a number of the caller.
    pub fn add(&mut self, text: u32, sketch: &TextSketch) {
        if sketch.bands.len() == self.shape.bands() {
            self.keys.extend_from_slice(&sketch.bands);
            self.banded.push(text);
        }
        if !sketch.small_set.is_empty() {
            self.small_sets.push(sketch.small_set.iter().copied());
            self.small.push(text);
        }
    }

    /// Calls `found` with the pairs of texts whose small sets are near. These are no mere candidates.
    pub fn small_pairs(&self, mut found: impl FnMut(u32, u32)) {
        exact_join(&self.small_sets, self.threshold, |left, right| {
            found(self.small[left], self.small[right]);
            true
        });
    }

    /// Calls `found` with the texts that share a key, band by band: every pair of them is a candidate. The texts are in
    /// the order in which they were added.
    pub fn buckets(&self, mut found: impl FnMut(&[u32])) {
        let bands = self.shape.bands();
        let mut entries: Vec<u64> = Vec::with_capacity(self.banded.len());
        let mut texts = Vec::new();
        for band in 0..bands {
            entries.clear();
            entries.extend(
                (0..self.banded.len()).map(|at| u64::from(self.keys[at * bands + band]) << 32 | at as u64),
            );
            entries.sort_unstable();
            for bucket in
                entries.chunk_by(|left, right| left >> 32 == right >> 32).filter(|bucket| bucket.len() > 1)
            {
                texts.clear();
                texts.extend(bucket.iter().map(|entry| self.banded[*entry as u32 as usize]));
                found(&texts);
            }
        }
    }
}
