//! The near index: candidates among many sketches.

use super::jaccard::NearThreshold;
use super::min_hash::SketchShape;
use super::sketch::TextSketch;

/// Sketches of many texts.
#[derive(Debug)]
pub struct NearIndex {
    shape: SketchShape,
    /// Keys of all bands of the texts in `banded`, text by text.
    keys: Vec<u32>,
    /// Texts that have bands.
    banded: Vec<u32>,
    /// Their numbers of tokens: their sets are not larger.
    banded_tokens: Vec<u32>,
    /// Texts with small sets, and the sizes of those.
    small: Vec<u32>,
    small_sizes: Vec<u32>,
}

impl NearIndex {
    /// Returns an empty index.
    pub fn new(threshold: NearThreshold) -> Self {
        Self {
            shape: SketchShape::for_threshold(threshold),
            keys: Vec::new(),
            banded: Vec::new(),
            banded_tokens: Vec::new(),
            small: Vec::new(),
            small_sizes: Vec::new(),
        }
    }

    /// Adds a text under a number of the caller. Numbers ascend.
    pub fn add(&mut self, text: u32, sketch: &TextSketch) {
        if sketch.bands.len() == self.shape.bands() {
            self.keys.extend_from_slice(&sketch.bands);
            self.banded.push(text);
            self.banded_tokens.push(sketch.tokens);
        }
        if sketch.small_size > 0 {
            self.small.push(text);
            self.small_sizes.push(sketch.small_size);
        }
    }

    /// Returns the texts with small sets, and the sizes of those.
    pub(super) fn small(&self) -> (&[u32], &[u32]) {
        (&self.small, &self.small_sizes)
    }

    /// Returns the number of texts with bands.
    pub(super) fn banded_count(&self) -> usize {
        self.banded.len()
    }

    /// Returns the text at a place among those with bands, and the number of its tokens.
    pub(super) fn banded(&self, place: usize) -> (u32, u32) {
        (self.banded[place], self.banded_tokens[place])
    }

    /// Calls `found` with the places of texts that share a key, band by band: every pair of them is a candidate. The places
    /// ascend.
    pub(super) fn buckets(&self, mut found: impl FnMut(&[u32])) {
        let bands = self.shape.bands();
        let mut entries: Vec<u64> = Vec::with_capacity(self.banded.len());
        let mut places = Vec::new();
        for band in 0..bands {
            entries.clear();
            entries.extend(
                (0..self.banded.len()).map(|at| u64::from(self.keys[at * bands + band]) << 32 | at as u64),
            );
            entries.sort_unstable();
            for bucket in
                entries.chunk_by(|left, right| left >> 32 == right >> 32).filter(|bucket| bucket.len() > 1)
            {
                places.clear();
                places.extend(bucket.iter().map(|entry| *entry as u32));
                found(&places);
            }
        }
    }
}
