//! Sums of latencies, from which mean and standard deviation follow.

use serde::{Deserialize, Serialize};

/// Exact sums of some latencies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LatencySums {
    /// Number of latencies.
    pub(crate) count: u64,
    /// Sum of the latencies.
    pub(crate) sum: u128,
    /// Sum of the squares.
    pub(crate) squares: u128,
    /// Least latency; 0 if there is none.
    #[serde(rename = "least")]
    pub(crate) min: u64,
    /// Greatest latency.
    #[serde(rename = "greatest")]
    pub(crate) max: u64,
}

impl LatencySums {
    /// Sums latencies below 2^32 ns.
    pub(crate) fn of_short(latencies: &[u32]) -> Self {
        let sum: u64 = latencies.iter().map(|latency| u64::from(*latency)).sum();
        let squares = latencies.iter().map(|latency| u128::from(u64::from(*latency).pow(2))).sum();
        Self {
            count: latencies.len() as u64,
            sum: sum.into(),
            squares,
            min: latencies.iter().min().copied().unwrap_or(0).into(),
            max: latencies.iter().max().copied().unwrap_or(0).into(),
        }
    }

    /// Adds a latency.
    pub(crate) fn add(&mut self, latency: u64) {
        self.min = if self.count == 0 { latency } else { self.min.min(latency) };
        self.max = self.max.max(latency);
        self.count += 1;
        self.sum += u128::from(latency);
        self.squares += u128::from(latency).pow(2);
    }

    /// Adds the sums of other latencies.
    pub(crate) fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.min = if self.count == 0 { other.min } else { self.min.min(other.min) };
        self.max = self.max.max(other.max);
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// Returns the mean in nanoseconds.
    pub(crate) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// Returns the standard deviation of a sample (divided by the count less one) in nanoseconds.
    pub(crate) fn standard_deviation(&self) -> Option<f64> {
        let count = u128::from(self.count);
        if count < 2 {
            return None;
        }
        let (mean, rest) = (self.sum / count, self.sum % count);
        // Computed in integers until the last step, so that no digits cancel out. `around` is the sum of squared
        // distances from the mean rounded down; rest^2 / count corrects it to the true mean.
        let around = self.squares - mean * (self.sum + rest);
        let squares = around as f64 - rest as f64 * rest as f64 / count as f64;
        Some((squares / (count - 1) as f64).sqrt())
    }
}
