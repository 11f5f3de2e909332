//! Quantiles of any number of values, with a relative error of 0.1 %.

use serde::{Deserialize, Serialize};

/// Bits of a value's mantissa that tell buckets apart.
const MANTISSA: u32 = 9;

/// The greatest relative error of a value that is read from the sketch: half a bucket's width.
pub(super) const RELATIVE_ERROR: f64 = 1.0 / (1 << (MANTISSA + 1)) as f64;

/// How often values lie in buckets whose bounds grow like powers of two, each power cut in 512
/// equal parts: DDSketch with the linearly interpolated mapping (Masson, Rim and Lee, "DDSketch: A
/// Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", VLDB 2019). It is
/// integer arithmetic, so it is the same on every machine, and adding up two sketches loses nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sketch {
    /// Counts of the buckets, up to the last one that holds anything.
    counts: Vec<u64>,
}

impl Sketch {
    pub(super) fn add(&mut self, value: u64, times: u64) {
        let bucket = bucket(value);
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += times;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (sum, count) in self.counts.iter_mut().zip(&other.counts) {
            *sum += count;
        }
    }

    /// About the value of this rank, counted from 0.
    pub(super) fn at(&self, rank: u64) -> u64 {
        let mut passed = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            passed += count;
            if passed > rank {
                return middle(bucket);
            }
        }
        0
    }
}

/// The bucket of a value; below 2^10 each value has its own.
fn bucket(value: u64) -> usize {
    let shift = (63 - (value | 1).leading_zeros()).saturating_sub(MANTISSA);
    // The upper bit of the mantissa is always set, and counts the power of two up by one.
    ((shift << MANTISSA) as usize) + (value >> shift) as usize
}

/// The value in the middle of a bucket.
fn middle(bucket: usize) -> u64 {
    let shift = ((bucket >> MANTISSA) as u32).saturating_sub(1);
    let mantissa = bucket as u64 - (u64::from(shift) << MANTISSA);
    (mantissa << shift) + ((1 << shift) >> 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn values_come_back_within_the_error(value in 0u64..1 << 46) {
            let mut sketch = Sketch::default();
            sketch.add(value, 1);
            let error = sketch.at(0).abs_diff(value) as f64;
            prop_assert!(error <= value as f64 * RELATIVE_ERROR, "{value}: {}", sketch.at(0));
        }

        #[test]
        fn greater_values_are_in_greater_buckets(value in 0u64..1 << 46, other in 0u64..1 << 46) {
            prop_assert_eq!(bucket(value) <= bucket(other), value <= other || bucket(value) == bucket(other));
        }
    }
}
