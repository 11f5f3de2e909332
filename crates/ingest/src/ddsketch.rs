//! DDSketch: quantiles of any number of values with a bounded relative error.

use serde::{Deserialize, Serialize};

/// Bits of the mantissa that distinguish buckets: 512 buckets for each power of two.
const MANTISSA_BITS: u32 = 9;

/// Greatest relative error of a value that is read from the sketch: half a bucket's width.
pub(crate) const MAX_RELATIVE_ERROR: f64 = 1.0 / (1 << (MANTISSA_BITS + 1)) as f64;

/// Counts of values in buckets whose bounds grow like powers of two, each power cut into 2^`BITS` equal parts, by
/// default 512.
///
/// This is DDSketch with the linearly interpolated mapping (Masson, Rim and Lee, "DDSketch: A Fast and
/// Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", VLDB 2019). All arithmetic is on
/// integers: the result is the same on every machine, and merging two sketches loses nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DdSketch<const BITS: u32 = MANTISSA_BITS> {
    /// Counts of the buckets, up to the last one that is not empty.
    counts: Vec<u64>,
}

impl<const BITS: u32> DdSketch<BITS> {
    /// Adds a value `count` times.
    pub(crate) fn add(&mut self, value: u64, count: u64) {
        let bucket = bucket_of::<BITS>(value);
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += count;
    }

    /// Adds the counts of another sketch.
    pub(crate) fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (sum, count) in self.counts.iter_mut().zip(&other.counts) {
            *sum += count;
        }
    }

    /// Returns the sketch of the values that were added since an earlier state of this sketch. Values that only the
    /// earlier one has are left out.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let before = earlier.counts.iter().chain(std::iter::repeat(&0));
        Self {
            counts: self.counts.iter().zip(before).map(|(now, before)| now.saturating_sub(*before)).collect(),
        }
    }

    /// Returns the number of values.
    pub(crate) fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns the value in the middle of each bucket that is not empty, and its count.
    pub(crate) fn buckets(&self) -> impl Iterator<Item = (u64, u64)> {
        let filled = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        filled.map(|(bucket, count)| (bucket_middle::<BITS>(bucket), *count))
    }

    /// Returns the approximate value of a rank, counted from 0.
    pub(crate) fn value_at_rank(&self, rank: u64) -> u64 {
        let mut passed = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            passed += count;
            if passed > rank {
                return bucket_middle::<BITS>(bucket);
            }
        }
        0
    }
}

/// Returns the bucket of a value. Below 2^10 each value has a bucket of its own.
fn bucket_of<const BITS: u32>(value: u64) -> usize {
    let shift = (63 - (value | 1).leading_zeros()).saturating_sub(BITS);
    // The top bit of the mantissa is not masked off: adding it counts the power of two up by one.
    ((shift << BITS) as usize) + (value >> shift) as usize
}

/// Returns the value in the middle of a bucket.
fn bucket_middle<const BITS: u32>(bucket: usize) -> u64 {
    let shift = ((bucket >> BITS) as u32).saturating_sub(1);
    let mantissa = bucket as u64 - (u64::from(shift) << BITS);
    (mantissa << shift) + ((1 << shift) >> 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn values_are_within_the_relative_error(value in 0u64..1 << 46) {
            let mut sketch = <DdSketch>::default();
            sketch.add(value, 1);
            let error = sketch.value_at_rank(0).abs_diff(value) as f64;
            prop_assert!(error <= value as f64 * MAX_RELATIVE_ERROR, "{value}: {}", sketch.value_at_rank(0));
        }

        #[test]
        fn greater_values_are_in_greater_buckets(value in 0u64..1 << 46, other in 0u64..1 << 46) {
            let bucket = bucket_of::<MANTISSA_BITS>;
            prop_assert_eq!(bucket(value) <= bucket(other), value <= other || bucket(value) == bucket(other));
        }
    }
}
