//! What came of each job, in samples.

use engine::{JobState, State};
use serde_json::Value;

/// What came of a job, in samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// How many: in the result, or so far.
    pub collected: u64,
    /// How many are wanted, where that is known.
    pub target: Option<u64>,
    /// Whether another job counts them too: those of the job that made them out of advisories.
    pub is_shared: bool,
}

/// What came of a job. A source of advisories has the samples that the fixes it names gave; one
/// that several sources name counts for each of them.
pub fn samples_of(state: &State, job: &JobState) -> Samples {
    let metric = |job: &JobState, name: &str| job.summary.metrics.get(name).and_then(Value::as_u64);
    let named =
        |what: &str| state.jobs.iter().find_map(|other| metric(other, &format!("{what}.{}", job.name)));
    match job.unit.as_str() {
        "advisories" => {
            Samples { collected: named("samples").unwrap_or(0), target: named("target"), is_shared: true }
        }
        // Its records are the fixes that were looked for.
        "fixes" => Samples { collected: metric(job, "samples").unwrap_or(0), ..Samples::default() },
        _ => Samples { collected: job.records, target: job.expected, is_shared: false },
    }
}
