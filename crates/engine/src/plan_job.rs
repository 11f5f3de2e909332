//! Planning of one job: its plan, and the outputs that an interrupted run left.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use streamguard_durable::WriteError;

use crate::error::JobError;
use crate::job::Job;
use crate::panic_reason::panic_reason;
use crate::plan::{Plan, PlanContext};
use crate::plan_file::PlanFile;
use crate::run_paths::RunPaths;
use crate::shard_pack::read_packs;
use crate::shard_store::{ShardStore, StoredOutput};

/// A plan, and the outputs of its shards that an earlier run left.
pub(crate) struct PlannedJob {
    pub(crate) plan: Arc<Plan>,
    pub(crate) hash: String,
    pub(crate) store: Arc<ShardStore>,
    pub(crate) reused: Vec<Option<StoredOutput>>,
}

/// Plans a job. In a folder, the plan of an interrupted run is used again, and so are the outputs of its
/// finished shards. If shards can run again, those whose outputs lack a part are not used.
pub(crate) fn plan_job(
    job: &dyn Job,
    context: &PlanContext,
    paths: Option<&RunPaths>,
    can_run: bool,
) -> Result<PlannedJob, JobError> {
    let make = || {
        // A panic while one job plans must not end the others.
        catch_unwind(AssertUnwindSafe(|| job.plan(context)))
            .unwrap_or_else(|panic| Err(JobError::Failed(panic_reason(&*panic))))
            .map(|plan| PlanFile::new(job.name(), job.settings(), context, plan))
    };
    let Some(paths) = paths else {
        let file = make()?;
        let hash = file.hash().to_owned();
        let plan = Arc::new(file.into_plan());
        let reused = plan.shards().iter().map(|_| None).collect();
        return Ok(PlannedJob { plan, hash, store: Arc::new(ShardStore::Memory), reused });
    };
    let plan_path = paths.plan(job.name());
    let write_error = WriteError::at(&plan_path);
    let file = match PlanFile::read(&plan_path) {
        Ok(file)
            if file.job == job.name()
                && file.settings == job.settings()
                && file.inputs == context.results.versions() =>
        {
            file
        }
        // A plan that is damaged or no longer fits is made again. Outputs carry the hash of their plan, so those of
        // the old plan are not used.
        _ => {
            let file = make()?;
            // Written before any shard runs: without its plan, an output could not be used again.
            file.write(&plan_path).map_err(&write_error)?;
            file
        }
    };
    let store = ShardStore::create(&paths.shards(job.name()), file.hash()).map_err(&write_error)?;
    let hash = file.hash().to_owned();
    let plan = Arc::new(file.into_plan());
    let mut packed = read_packs(&store);
    let mut reused: Vec<_> = plan
        .shards()
        .iter()
        .map(|shard| packed.remove(&shard.number).or_else(|| store.load_valid(shard.number)))
        .collect();
    if can_run {
        for (shard, output) in plan.shards().iter().zip(&mut reused) {
            if output.take_if(|output| output.is_incomplete()).is_some() {
                store.forget_result(shard.number).map_err(&write_error)?;
            }
        }
    }
    Ok(PlannedJob { plan, hash, store: Arc::new(store), reused })
}
