//! What a run would do, without doing it.

use std::sync::Arc;

use anyhow::{Context, Result};
use streamguard::exit::Exit;
use streamguard::ui::{self, escape::escape};
use streamguard_engine::{CancelToken, EarlierResults, Job, PlanContext};

/// Prints the shards of the jobs in order, one a line. A job that speaks the worker protocol is asked for its plan.
pub(super) fn print(jobs: &[Arc<dyn Job>]) -> Result<Exit> {
    for job in jobs {
        let context =
            PlanContext { clock_ms: 0, cancel: CancelToken::new(), results: EarlierResults::default() };
        let plan = job.plan(&context).with_context(|| format!("the job {}", job.name()))?;
        for shard in plan.shards() {
            // A reader that has seen enough, such as `head`, ends the list.
            if !ui::print_line(&escape(&job.describe(shard)))? {
                return Ok(Exit::Complete);
            }
        }
    }
    Ok(Exit::Complete)
}
