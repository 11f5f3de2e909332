//! The near index: candidates among many sketches.

use super::bit_signature::BitSignature;
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
    /// Their signatures.
    signatures: Vec<BitSignature>,
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
            signatures: Vec::new(),
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
            self.signatures.push(sketch.signature);
        }
        if sketch.small_size > 0 {
            self.small.push(text);
            self.small_sizes.push(sketch.small_size);
        }
    }

    /// Returns the texts with small sets that are wanted, and the sizes of those.
    pub(super) fn small(&self, is_wanted: impl Fn(u32) -> bool) -> (Vec<u32>, Vec<u32>) {
        let small = self.small.iter().copied().zip(self.small_sizes.iter().copied());
        small.filter(|(text, _)| is_wanted(*text)).unzip()
    }

    /// Returns the number of texts with bands.
    pub(super) fn banded_count(&self) -> usize {
        self.banded.len()
    }

    /// Returns the text at a place among those with bands, and the number of its tokens.
    pub(super) fn banded(&self, place: usize) -> (u32, u32) {
        (self.banded[place], self.banded_tokens[place])
    }

    /// Tells whether the texts at two places may be near, by their signatures.
    pub(super) fn may_be_near(&self, threshold: NearThreshold, left: usize, right: usize) -> bool {
        let together = self.banded_tokens[left] as usize + self.banded_tokens[right] as usize;
        self.signatures[left].differing_bits(&self.signatures[right]) <= threshold.most_different(together)
    }

    /// Tells whether the texts at two places share a key in a band before this one.
    pub(super) fn share_key_before(&self, band: usize, left: usize, right: usize) -> bool {
        let keys = |place: usize| {
            let first = place * self.shape.bands();
            &self.keys[first..first + band]
        };
        keys(left).iter().zip(keys(right)).any(|(one, two)| one == two)
    }

    /// Calls `found` with each band and those of some places whose texts share a key in it: every pair of them is a
    /// candidate. The places are given, and returned, in ascending order.
    pub(super) fn buckets(&self, places: &[u32], mut found: impl FnMut(usize, &[u32])) {
        let bands = self.shape.bands();
        let mut entries: Vec<u64> = Vec::with_capacity(places.len());
        let mut bucket_places = Vec::new();
        for band in 0..bands {
            entries.clear();
            let key = |place: u32| u64::from(self.keys[place as usize * bands + band]);
            entries.extend(places.iter().map(|place| key(*place) << 32 | u64::from(*place)));
            entries.sort_unstable();
            for bucket in
                entries.chunk_by(|left, right| left >> 32 == right >> 32).filter(|bucket| bucket.len() > 1)
            {
                bucket_places.clear();
                bucket_places.extend(bucket.iter().map(|entry| *entry as u32));
                found(band, &bucket_places);
            }
        }
    }
}
