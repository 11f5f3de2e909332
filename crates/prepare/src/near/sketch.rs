//! Sketch of one text: what is kept of it until near duplicates are looked for.

use super::bit_signature::BitSignature;
use super::jaccard::NearThreshold;
use super::min_hash::{SketchShape, Sketcher};
use super::shingles::ShingledText;
use streamguard_dataset::CommentSyntax;

/// Largest set of shingles that has no sketch. Pairs of such sets are found exactly; sketches of few shingles have
/// many borrowed bins, which are less independent than the promise needs.
pub const MAX_SMALL_SET: usize = 80;

/// What is kept of one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextSketch {
    /// Digest of the sequence of tokens.
    pub digest: u128,
    /// Number of tokens.
    pub tokens: u32,
    /// Keys of the bands; none if all sets that may be near are small ones.
    pub bands: Vec<u32>,
    /// Signature of the shingles of a text that has bands.
    pub signature: BitSignature,
    /// Size of the set of shingles, if it is small; otherwise 0.
    pub small_size: u32,
}

/// Makes sketches of texts.
#[derive(Debug)]
pub struct TextSketcher {
    threshold: NearThreshold,
    sketcher: Sketcher,
    text: ShingledText,
}

impl TextSketcher {
    /// Returns a maker of sketches for a threshold.
    pub fn new(threshold: NearThreshold) -> Self {
        let sketcher = Sketcher::new(SketchShape::for_threshold(threshold));
        Self { threshold, sketcher, text: ShingledText::default() }
    }

    /// Returns the sketch of a text.
    pub fn sketch(&mut self, code: &str, syntax: CommentSyntax) -> TextSketch {
        self.text.read(code, syntax);
        let shingles = self.text.shingles();
        let mut sketch = TextSketch {
            digest: self.text.token_digest(),
            tokens: self.text.token_count() as u32,
            ..TextSketch::default()
        };
        self.sketcher.read(shingles);
        // Sorting a set costs more than all the rest, so it is done only where the set may be small.
        if self.sketcher.filled_bins() <= MAX_SMALL_SET {
            let size = self.text.shingle_set().len();
            if size <= MAX_SMALL_SET {
                sketch.small_size = size as u32;
            }
        }
        // Without bands only if every near set is a small one too.
        let is_small = sketch.small_size > 0;
        let least_beside_a_large_one = self.threshold.least_size(MAX_SMALL_SET + 1);
        if !(is_small && (sketch.small_size as usize) < least_beside_a_large_one) {
            self.sketcher.band_keys(&mut sketch.bands);
            sketch.signature = BitSignature::of(self.text.shingles());
        }
        sketch
    }
}
