//! How the machine was used.

use schemars::JsonSchema;
use serde::Serialize;
use streamguard_engine::RunState;

use super::{percent, round};
use crate::history::Effort;

/// How the machine was used, over all runs that were resumed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Performance {
    /// Attempts at shards that ended, however.
    pub attempts: u64,
    /// Attempts that failed and were followed by another one.
    pub retries: u64,
    /// Shards whose output an earlier, interrupted run had left.
    pub reused_shards: u64,
    /// How often an interrupted run was gone on with.
    pub resumptions: u64,
    /// Seconds that workers were busy, summed over all of them.
    pub busy_seconds: f64,
    /// Those of all that the workers had, in percent. Shards that wait for others run beside the
    /// workers, so it may exceed 100; null if the run took no time.
    pub utilization: Option<f64>,
}

impl Performance {
    pub(crate) fn of(state: &RunState, effort: &Effort) -> Self {
        let had_us = state.elapsed_ms * 1000 * state.workers as u64;
        Self {
            attempts: effort.attempts,
            retries: effort.retries,
            reused_shards: effort.reused,
            resumptions: effort.resumptions,
            busy_seconds: round(effort.busy_us as f64 / 1e6),
            utilization: percent(effort.busy_us, Some(had_us)),
        }
    }
}
