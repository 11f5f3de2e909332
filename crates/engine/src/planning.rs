//! Planning: from a job to its plan, and to what an interrupted run left of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use streamguard_durable::WriteError;

use crate::error::JobError;
use crate::job::Job;
use crate::plan::{Plan, PlanContext, PlanFile};
use crate::store::{ShardStore, StoredOutput};
use crate::worker::thread::panic_reason;

/// A plan, and what is known of its shards.
pub(crate) struct PlannedJob {
    pub(crate) plan: Arc<Plan>,
    pub(crate) hash: String,
    pub(crate) store: Arc<ShardStore>,
    pub(crate) reused: Vec<Option<StoredOutput>>,
}

/// Makes a job's plan, or finds the one that an interrupted run made, and what is left of it.
pub(crate) fn plan(
    job: &dyn Job,
    planning: &PlanContext,
    places: Option<(PathBuf, PathBuf)>,
) -> Result<PlannedJob, JobError> {
    let make = || {
        catch_unwind(AssertUnwindSafe(|| job.plan(planning)))
            .unwrap_or_else(|panic| Err(JobError::Failed(panic_reason(&*panic))))
            .map(|plan| PlanFile::new(job.name(), job.settings(), planning, plan))
    };
    let Some((plan_path, shards_path)) = places else {
        let file = make()?;
        let hash = file.hash().to_owned();
        let plan = Arc::new(file.into_plan());
        let reused = plan.shards().iter().map(|_| None).collect();
        return Ok(PlannedJob { plan, hash, store: Arc::new(ShardStore::Memory), reused });
    };
    let cannot = |source| JobError::Write(WriteError { path: plan_path.clone(), source });
    // A plan that cannot be used is made anew; results of another plan are then not taken.
    let file = match PlanFile::read(&plan_path) {
        Ok(file)
            if file.job == job.name()
                && file.settings == job.settings()
                && file.after == planning.results.identity() =>
        {
            file
        }
        _ => {
            let file = make()?;
            file.write(&plan_path).map_err(cannot)?;
            file
        }
    };
    let store = ShardStore::folder(&shards_path, file.hash()).map_err(cannot)?;
    let hash = file.hash().to_owned();
    let plan = Arc::new(file.into_plan());
    let reused = plan.shards().iter().map(|shard| store.reuse(shard.number)).collect();
    Ok(PlannedJob { plan, hash, store: Arc::new(store), reused })
}
