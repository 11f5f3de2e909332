//! Counts the samples that came from each job.

use serde_json::Value;
use streamguard_engine::{JobState, RunState};

use crate::record_unit::RecordUnit;

/// Samples that came from a job: those of its result, or those so far while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SampleCount {
    /// All samples.
    pub collected: u64,
    /// Number of samples that are wanted, if there is one.
    pub target: Option<u64>,
    /// Samples that have the code before and after the fix.
    pub pairs: u64,
    /// True if the job `fixes` counts these samples too, so that sums over all jobs must leave them out here.
    pub is_shared: bool,
}

impl SampleCount {
    /// Counts the samples of a job. A job that does not collect has none.
    pub fn of(state: &RunState, job: &JobState) -> Self {
        match RecordUnit::from(job.unit.as_str()) {
            RecordUnit::Samples => {
                Self { collected: job.records, target: job.expected, pairs: pairs(job), is_shared: false }
            }
            RecordUnit::Fixes => {
                let pairs = pairs(job);
                // All samples made of fixes are pairs, so until the job has ended their number is that of the pairs.
                let collected = metric(job, "samples").unwrap_or(pairs);
                Self { collected, pairs, ..Self::default() }
            }
            // The job `fixes` makes and counts these samples, so sums over jobs must leave them out here.
            RecordUnit::Advisories => Self {
                collected: by_source(state, job, "samples").unwrap_or_default(),
                target: by_source(state, job, "target"),
                pairs: 0,
                is_shared: true,
            },
            RecordUnit::Other(_) => Self::default(),
        }
    }
}

/// Returns a figure that the job `fixes` counts for each source of advisories, such as `samples.github`.
/// A sample whose fix several sources name counts for each of them, up to its target.
fn by_source(state: &RunState, source: &JobState, figure: &str) -> Option<u64> {
    let name = format!("{figure}.{}", source.name);
    state.jobs.iter().find_map(|job| metric(job, &name).or_else(|| counter(job, &name)))
}

/// Returns the number of pairs of a job: from its result, or from the counters of its shards while it runs.
fn pairs(job: &JobState) -> u64 {
    metric(job, "pairs").or_else(|| counter(job, "pairs")).unwrap_or_default()
}

fn metric(job: &JobState, name: &str) -> Option<u64> {
    job.summary.metrics.get(name).and_then(Value::as_u64)
}

fn counter(job: &JobState, name: &str) -> Option<u64> {
    job.counters.get(name).copied()
}
