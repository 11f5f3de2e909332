//! What a run would do, without doing it.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use streamguard::exit::Exit;
use streamguard::ui::{self, escape::escape};
use streamguard_engine::{CancelToken, EarlierResults, Job, PlanContext, Shard};

use super::shard_choice::ShardChoice;

/// Prints the shards of the jobs in order, one a line: all, or those that were chosen. A job that speaks the worker protocol
/// is asked for its plan.
pub(super) fn print(jobs: &[Arc<dyn Job>], chosen: Option<&ShardChoice>) -> Result<Exit> {
    for job in jobs {
        let context =
            PlanContext { clock_ms: 0, cancel: CancelToken::new(), results: EarlierResults::default() };
        let plan = job.plan(&context).with_context(|| format!("the job {}", job.name()))?;
        let chosen = chosen.and_then(|chosen| chosen.get(job.name()));
        let count = plan.shards().len();
        if let Some(shard) = chosen.and_then(BTreeSet::last).filter(|shard| **shard as usize >= count) {
            bail!(
                "there is no shard {shard}: the plan of {} has {count}, which are counted from 0",
                job.name()
            );
        }
        let is_chosen = |shard: &&Shard| chosen.is_none_or(|chosen| chosen.contains(&shard.number));
        for shard in plan.shards().iter().filter(is_chosen) {
            // A reader that has seen enough, such as `head`, ends the list.
            if !ui::print_line(&escape(&job.describe(shard)))? {
                return Ok(Exit::Complete);
            }
        }
    }
    Ok(Exit::Complete)
}
