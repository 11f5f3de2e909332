//! Planning without running: plans whose shards run on other machines.

use std::sync::Arc;

use crate::cancel_token::CancelToken;
use crate::earlier_results::EarlierResults;
use crate::error::JobError;
use crate::job::Job;
use crate::plan::PlanContext;
use crate::plan_job::plan_job;
use crate::run::RunError;
use crate::run_dir::RunDir;

/// Result of planning one job.
#[derive(Debug)]
pub enum PlanOutcome {
    /// The plan is in the folder of the run.
    Planned {
        /// Hash of the plan.
        hash: String,
        /// Number of its shards.
        shards: usize,
        /// Shards that have no result yet.
        missing: Vec<u32>,
    },
    /// The job needs the results of others of the run, and is planned when those are merged.
    Deferred,
    /// The job cannot be planned.
    Failed(JobError),
}

/// Plans jobs, as [`crate::run`] does, and leaves the plans in the folder of the run. Returns each job's name
/// with the result.
///
/// # Errors
/// [`RunError::Write`] if the folder cannot be written.
pub fn plan_only(
    jobs: &[Arc<dyn Job>],
    dir: &RunDir,
    cancel: &CancelToken,
) -> Result<Vec<(String, PlanOutcome)>, RunError> {
    let mut outcomes = Vec::new();
    for (position, job) in jobs.iter().enumerate() {
        let after = job.after();
        let is_deferred = jobs[..position].iter().any(|earlier| after.contains(&earlier.name()));
        let outcome = if is_deferred { PlanOutcome::Deferred } else { plan_one(&**job, dir, cancel)? };
        outcomes.push((job.name().to_owned(), outcome));
    }
    Ok(outcomes)
}

fn plan_one(job: &dyn Job, dir: &RunDir, cancel: &CancelToken) -> Result<PlanOutcome, RunError> {
    let context =
        PlanContext { clock_ms: dir.clock_ms(), cancel: cancel.clone(), results: EarlierResults::default() };
    match plan_job(job, &context, Some(dir.paths()), false) {
        Ok(planned) => {
            let missing = (0..).zip(&planned.reused).filter(|(_, output)| output.is_none());
            Ok(PlanOutcome::Planned {
                hash: planned.hash,
                shards: planned.reused.len(),
                missing: missing.map(|(shard, _)| shard).collect(),
            })
        }
        Err(JobError::Write(error)) => Err(error.into()),
        Err(error) => Ok(PlanOutcome::Failed(error)),
    }
}
