//! Calibration: whether code with a probability of 0.8 is vulnerable in 8 of 10 cases.

use serde::{Deserialize, Serialize};

use crate::judged_set::JudgedSet;

/// Bins of equal width of the expected calibration error, as in Guo et al. 2017
/// (<https://arxiv.org/abs/1706.04599>), here of the probability that code is vulnerable.
pub const MAX_BINS: usize = 15;

/// Names of the measures of [`measures`].
pub(crate) const CALIBRATION_MEASURES: [&str; 2] = ["ece", "brier"];

/// Examples whose probabilities are in one bin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Lower end of the bin.
    pub from: f64,
    /// Upper end of the bin.
    pub to: f64,
    /// Number of examples.
    pub examples: u64,
    /// Mean of the probabilities.
    pub mean_probability: f64,
    /// Share of the examples that are vulnerable.
    pub vulnerable_share: f64,
}

/// Sums of one bin.
#[derive(Clone, Copy, Debug, Default)]
struct BinSums {
    weight: u64,
    vulnerable: u64,
    probability: f64,
}

pub(crate) fn is_probability(score: f64) -> bool {
    (0.0..=1.0).contains(&score)
}

/// Returns the sums of all bins and the sum of squared errors; `None` if the scores are not probabilities.
fn sums(set: &JudgedSet, weights: &[u32]) -> Option<([BinSums; MAX_BINS], f64)> {
    let scores = set.scores.as_ref().filter(|scores| scores.iter().all(|score| is_probability(*score)))?;
    let mut bins = [BinSums::default(); MAX_BINS];
    let mut squares = 0.0;
    for (example, score) in set.examples.iter().zip(scores) {
        let weight = weights[example.cluster as usize];
        let bin = &mut bins[((score * MAX_BINS as f64) as usize).min(MAX_BINS - 1)];
        bin.weight += u64::from(weight);
        bin.vulnerable += u64::from(weight) * u64::from(example.label);
        bin.probability += f64::from(weight) * score;
        let error = score - f64::from(u8::from(example.label));
        squares += f64::from(weight) * error * error;
    }
    Some((bins, squares))
}

/// Returns the expected calibration error and the Brier score with a weight for each cluster.
pub(crate) fn measures(set: &JudgedSet, weights: &[u32]) -> [Option<f64>; 2] {
    let Some((bins, squares)) = sums(set, weights) else { return [None; 2] };
    let all: u64 = bins.iter().map(|bin| bin.weight).sum();
    if all == 0 {
        return [None; 2];
    }
    let gap: f64 = bins.iter().map(|bin| (bin.probability - bin.vulnerable as f64).abs()).sum();
    [Some(gap / all as f64), Some(squares / all as f64)]
}

/// Returns the bins that hold any example.
pub(crate) fn bins(set: &JudgedSet, weights: &[u32]) -> Vec<CalibrationBin> {
    let Some((sums, _)) = sums(set, weights) else { return Vec::new() };
    let bin = |(number, sums): (usize, &BinSums)| CalibrationBin {
        from: number as f64 / MAX_BINS as f64,
        to: (number + 1) as f64 / MAX_BINS as f64,
        examples: sums.weight,
        mean_probability: sums.probability / sums.weight as f64,
        vulnerable_share: sums.vulnerable as f64 / sums.weight as f64,
    };
    sums.iter().enumerate().filter(|(_, sums)| sums.weight > 0).map(bin).collect()
}
