//! Sketches: one-permutation MinHash with optimal densification, cut into bands.
//!
//! One hash of each shingle says both in which bin it falls and its rank in the bin (P. Li, A. Owen, C.-H. Zhang: One
//! Permutation Hashing, NIPS 2012). A bin that stays empty borrows from another one that a hash of its number and of the
//! attempt chooses (A. Shrivastava: Optimal Densification for Fast and Accurate Minwise Hashing, ICML 2017). Texts whose
//! bins agree in all places of a band are candidates (A. Broder: On the resemblance and containment of documents, 1997;
//! J. Leskovec, A. Rajaraman, J. Ullman: Mining of Massive Datasets, section 3.4).

use super::jaccard::NearThreshold;

/// Largest probability with which a pair at the threshold is in no common band, if bins were independent. Borrowed bins
/// are not quite: a tenth of the promised [`MISS_PROBABILITY`] leaves room for that.
const BAND_MISS: f64 = MISS_PROBABILITY / 10.0;

/// Promised probability with which a pair exactly at the threshold is missed.
pub const MISS_PROBABILITY: f64 = 1e-6;

/// Most bins of a sketch. More bins allow longer bands, with fewer needless candidates, but make a sketch larger and
/// leave more bins of short texts empty.
const MAX_BINS: usize = 128;

/// Bands of a sketch, chosen for a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SketchShape {
    bands: usize,
    rows: usize,
}

impl SketchShape {
    /// Returns the shape with the longest bands that keep the promise within the most bins. Thresholds too low for any
    /// get as many bands of one bin as there are bins.
    pub fn for_threshold(threshold: NearThreshold) -> Self {
        let bands = |rows: i32| {
            let agrees = threshold.share().powi(rows);
            if agrees >= 1.0 { 1.0 } else { (BAND_MISS.ln() / (-agrees).ln_1p()).ceil().max(1.0) }
        };
        let fits = |rows: &i32| bands(*rows) * f64::from(*rows) <= MAX_BINS as f64;
        match (1..=16).rev().find(fits) {
            Some(rows) => Self { bands: bands(rows) as usize, rows: rows as usize },
            None => Self { bands: MAX_BINS, rows: 1 },
        }
    }

    /// Returns the number of bands.
    pub fn bands(self) -> usize {
        self.bands
    }

    /// Returns the number of bins in a band.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// Returns the number of bins.
    pub fn bins(self) -> usize {
        self.bands * self.rows
    }
}

/// Makes sketches; the buffers are used again.
#[derive(Debug)]
pub struct Sketcher {
    shape: SketchShape,
    bins: Vec<u32>,
    filled: usize,
}

/// Value of an empty bin. The least value of a bin is this one with a probability of 2^-32, and then it is borrowed
/// for: both sides of a pair do the same.
const EMPTY: u32 = u32::MAX;

impl Sketcher {
    /// Returns a maker of sketches of this shape.
    pub fn new(shape: SketchShape) -> Self {
        Self { shape, bins: vec![EMPTY; shape.bins()], filled: 0 }
    }

    /// Reads the shingles of a text, in any order and with any repetition.
    pub fn read(&mut self, shingles: &[u64]) {
        self.bins.fill(EMPTY);
        let count = self.bins.len() as u128;
        for shingle in shingles {
            // The high half of the product is a bin (D. Lemire: Fast Random Integer Generation in an Interval, 2019),
            // the low half an almost independent rank.
            let product = u128::from(*shingle) * count;
            let (bin, rank) = ((product >> 64) as usize, (product as u64 >> 32) as u32);
            self.bins[bin] = self.bins[bin].min(rank);
        }
        self.filled = self.bins.iter().filter(|rank| **rank != EMPTY).count();
    }

    /// Returns the number of bins that are not empty: a text has at least as many different shingles.
    pub fn filled_bins(&self) -> usize {
        self.filled
    }

    /// Writes a key of each band to `keys`. A text without shingles has none.
    pub fn band_keys(&self, keys: &mut Vec<u32>) {
        keys.clear();
        if self.filled == 0 {
            return;
        }
        keys.extend((0..self.shape.bands).map(|band| {
            let first = band * self.shape.rows;
            let key = (first..first + self.shape.rows).fold(band as u64, |key, bin| {
                let joined = (key ^ u64::from(self.densified(bin))).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                joined ^ joined >> 29
            });
            (key >> 32) as u32
        }));
    }

    /// Returns the value of a bin, borrowed if it is empty.
    fn densified(&self, bin: usize) -> u32 {
        let mut lender = bin;
        let mut attempt = 0;
        while self.bins[lender] == EMPTY {
            attempt += 1;
            lender = chosen_bin(bin as u64, attempt, self.bins.len() as u64);
        }
        // Without the distance of the loan: the same loan is made for both texts only if both have the bin empty.
        self.bins[lender]
    }
}

/// Returns the bin that lends to an empty one at an attempt: a hash of both (the finaliser of SplitMix64).
fn chosen_bin(bin: u64, attempt: u64, bins: u64) -> usize {
    let mut mixed = (bin << 32 | attempt).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    ((u128::from(mixed) * u128::from(bins)) >> 64) as usize
}
