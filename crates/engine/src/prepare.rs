//! Planning without running: the plans that machines elsewhere run shards of.

use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::error::JobError;
use crate::job::Job;
use crate::plan::PlanContext;
use crate::planning;
use crate::results::EarlierResults;
use crate::run::RunError;
use crate::rundir::RunDir;

/// What there is to run of a job.
#[derive(Debug)]
pub enum PlanOutcome {
    /// It is planned.
    Planned {
        /// Hash of the plan.
        hash: String,
        /// Number of its shards.
        shards: usize,
        /// The shards that have no result yet.
        missing: Vec<u32>,
    },
    /// It comes after others of the run, and is planned when those are merged.
    Deferred,
    /// It cannot be planned.
    Failed(JobError),
}

/// Plans jobs, as [`crate::run`] does, and leaves the plans in the folder of the run.
///
/// # Errors
/// A folder that cannot be written.
pub fn plan_only(
    jobs: &[Arc<dyn Job>],
    dir: &RunDir,
    cancel: &CancelToken,
) -> Result<Vec<(String, PlanOutcome)>, RunError> {
    let comes_later = |at: usize| {
        let after = jobs[at].after();
        jobs[..at].iter().any(|earlier| after.contains(&earlier.name()))
    };
    let mut prepared = Vec::new();
    for (at, job) in jobs.iter().enumerate() {
        let name = job.name();
        let what = if comes_later(at) {
            PlanOutcome::Deferred
        } else {
            let planning = PlanContext {
                clock_ms: dir.clock_ms(),
                cancel: cancel.clone(),
                results: EarlierResults::default(),
            };
            match planning::plan(&**job, &planning, Some((dir.plan(name), dir.shards(name)))) {
                Ok(planned) => PlanOutcome::Planned {
                    hash: planned.hash,
                    shards: planned.reused.len(),
                    missing: (0..)
                        .zip(&planned.reused)
                        .filter(|(_, result)| result.is_none())
                        .map(|(shard, _)| shard)
                        .collect(),
                },
                Err(JobError::Write(error)) => return Err(error.into()),
                Err(error) => PlanOutcome::Failed(error),
            }
        };
        prepared.push((name.to_owned(), what));
    }
    Ok(prepared)
}
