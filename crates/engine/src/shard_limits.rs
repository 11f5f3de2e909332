//! Limits that a job sets for its shards.

use std::time::Duration;

/// Limits of a job's shards: how many run at once, how long they may take, how often they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardLimits {
    /// Largest number of the job's shards that run at once.
    pub max_running: usize,
    /// Number of the job's shards that may run in addition to the workers of the run, because they mostly wait for
    /// network or disk. At most one less than the number of workers is used, so a run with a single worker has none.
    pub extra_io_slots: usize,
    /// Longest time that one attempt may take.
    pub deadline: Duration,
    /// Longest time that a worker process may send nothing at all. Workers of this program send a sign of life
    /// every second; the command of an external job need not, so it has no limit by default.
    pub heartbeat_timeout: Option<Duration>,
    /// Number of attempts before a shard counts as failed, at least 1.
    pub max_attempts: u32,
    /// Delay before the second attempt; it doubles with each further one.
    pub backoff: Duration,
    /// Memory that each of the job's worker processes may use, in bytes; 0 for no limit. `None` leaves it to
    /// [`crate::RunOptions::worker_memory`].
    pub memory_bytes: Option<u64>,
    /// How this memory grows with each attempt at a shard; `None` if it stays.
    pub memory_growth: Option<MemoryGrowth>,
}

/// Growth of the memory of a process with the attempt for which it is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryGrowth {
    /// Factor between two attempts.
    pub factor: u32,
    /// Most memory, in bytes.
    pub most_bytes: u64,
}

impl MemoryGrowth {
    /// Returns the memory of an attempt, counted from 1, of which the first has `first_bytes`.
    pub fn bytes(self, first_bytes: u64, attempt: u32) -> u64 {
        let factor = u64::from(self.factor).saturating_pow(attempt.saturating_sub(1));
        first_bytes.saturating_mul(factor).clamp(first_bytes, self.most_bytes.max(first_bytes))
    }
}

impl ShardLimits {
    /// Returns the number of shards that may run in addition to this number of workers.
    pub(crate) fn extra_io_slots(&self, workers: usize) -> usize {
        self.extra_io_slots.min(workers.saturating_sub(1))
    }
}

impl Default for ShardLimits {
    fn default() -> Self {
        Self {
            max_running: usize::MAX,
            extra_io_slots: 0,
            deadline: Duration::from_secs(600),
            heartbeat_timeout: Some(Duration::from_secs(30)),
            max_attempts: 3,
            backoff: Duration::from_millis(500),
            memory_bytes: None,
            memory_growth: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_grows_up_to_its_limit() {
        let growth = MemoryGrowth { factor: 2, most_bytes: 5000 };
        assert_eq!(
            [1, 2, 3, 4, 99].map(|attempt| growth.bytes(1000, attempt)),
            [1000, 2000, 4000, 5000, 5000]
        );
        let shrinking = MemoryGrowth { factor: 0, ..growth };
        assert_eq!([growth.bytes(9000, 3), shrinking.bytes(9, 3)], [9000, 9], "never less than at first");
    }
}
