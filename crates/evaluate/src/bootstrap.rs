//! Bootstrap: how far figures would vary if other code of the same kind had been tested.

use serde::{Deserialize, Serialize};

use crate::chance;

/// Share of the resamples whose figures lie in an interval.
pub const INTERVAL_LEVEL: f64 = 0.95;

/// Settings of a bootstrap by clusters: whole clusters are drawn, with replacement, because the examples of one say
/// the same (Field and Welsh 2007, <https://doi.org/10.1111/j.1467-9868.2007.00593.x>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// Number of resamples.
    pub resamples: u32,
    /// Seed of the draws.
    pub seed: u64,
}

/// A figure with its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure; null where it is not defined, such as the precision of a model that reports nothing.
    pub value: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
}

impl Bootstrap {
    /// Computes figures of all clusters, and their intervals by percentiles. `measure` gets the weight of each cluster, and
    /// returns always as many figures.
    pub fn estimate(self, clusters: usize, measure: impl Fn(&[u32]) -> Vec<Option<f64>>) -> Vec<Estimate> {
        let values = measure(&vec![1; clusters]);
        let mut drawn: Vec<Vec<f64>> = vec![Vec::new(); values.len()];
        let mut weights = vec![0; clusters];
        for resample in 0..self.resamples {
            weights.fill(0);
            for draw in 0..clusters as u64 {
                weights[chance::below(self.seed, u64::from(resample) << 32 | draw, clusters)] += 1;
            }
            for (drawn, value) in drawn.iter_mut().zip(measure(&weights)) {
                drawn.extend(value);
            }
        }
        let estimates = values.into_iter().zip(drawn).map(|(value, mut drawn)| {
            drawn.sort_by(f64::total_cmp);
            let tail = (1.0 - INTERVAL_LEVEL) / 2.0;
            // The interval says nothing about a figure that does not exist.
            let at = |share: f64| value.and(percentile(&drawn, share));
            Estimate { value, low: at(tail), high: at(1.0 - tail) }
        });
        estimates.collect()
    }
}

/// Returns the value below which a share of the sorted values lies, interpolated (type 7 of Hyndman and Fan 1996).
fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64))
}
