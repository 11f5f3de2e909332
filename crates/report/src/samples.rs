//! What came of each job, in samples.

use serde_json::Value;
use streamguard_engine::{JobState, State};

/// What came of a job, in samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// How many: in the result, or so far.
    pub collected: u64,
    /// How many are wanted, where that is known.
    pub target: Option<u64>,
    /// Those with the code before and after the fix: in the result, or so far.
    pub pairs: u64,
    /// Whether another job counts them too: those of the job that made them out of advisories.
    pub is_shared: bool,
}

/// What came of a job. A source of advisories has the samples that the fixes it names gave; one
/// that several sources name counts for each of them. A job of another kind has none.
pub fn samples_of(state: &State, job: &JobState) -> Samples {
    let named = |what: &str| {
        let name = format!("{what}.{}", job.name);
        state
            .jobs
            .iter()
            .find_map(|other| metric(other, &name).or_else(|| other.counters.get(&name).copied()))
    };
    let pairs = metric(job, "pairs").or_else(|| job.counters.get("pairs").copied()).unwrap_or(0);
    match job.unit.as_str() {
        "advisories" => Samples {
            collected: named("samples").unwrap_or(0),
            target: named("target"),
            pairs: 0,
            is_shared: true,
        },
        // Its records are the fixes that were looked for; all its samples are pairs.
        "fixes" => {
            Samples { collected: metric(job, "samples").unwrap_or(pairs), pairs, ..Samples::default() }
        }
        "samples" => Samples { collected: job.records, target: job.expected, pairs, is_shared: false },
        _ => Samples::default(),
    }
}

fn metric(job: &JobState, name: &str) -> Option<u64> {
    job.summary.metrics.get(name).and_then(Value::as_u64)
}
