//! Use of the machine.

use serde::Serialize;
use streamguard_engine::RunState;

use crate::history::AttemptTotals;
use crate::rounding::{percent, round};

/// Use of the machine, over the run and all its resumptions.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RunPerformance {
    /// Attempts at shards that ended in any way.
    pub attempts: u64,
    /// Attempts that failed and were followed by another one.
    pub retries: u64,
    /// Uses of outputs that an earlier, interrupted run had left. A shard counts once for each resumption that used
    /// its output.
    pub reused_shards: u64,
    /// Times that the run was resumed.
    pub resumptions: u64,
    /// Seconds that workers were busy, summed over all workers.
    pub busy_seconds: f64,
    /// Busy seconds as a share of the time that the workers had, in percent; null if the run took no
    /// time. May exceed 100: shards that mostly wait for the network run in addition to the workers.
    pub utilization: Option<f64>,
}

impl RunPerformance {
    pub(crate) fn of(state: &RunState, totals: &AttemptTotals) -> Self {
        // Without the time in which the dataset was written: no shards run then.
        let available_us = state.elapsed_ms * 1000 * state.workers as u64;
        Self {
            attempts: totals.attempts,
            retries: totals.retries,
            reused_shards: totals.reused,
            resumptions: totals.resumptions,
            busy_seconds: round(totals.busy_us as f64 / 1e6),
            utilization: percent(totals.busy_us, Some(available_us)),
        }
    }
}
