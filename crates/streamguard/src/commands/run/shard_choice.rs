//! The shards that `--only` names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Result};
use streamguard::exit::UsageError;
use streamguard_engine::{Job, RunPaths, RunState, journal};

use crate::commands::shard::numbers;

/// Word for the shards that failed.
const FAILED: &str = "failed";

/// Shards to run, by the name of their job.
pub(super) type ShardChoice = BTreeMap<String, BTreeSet<u32>>;

/// Understands `--only`: numbers of shards of the one job, or the shards that failed in the run that is resumed.
pub(super) fn choose(text: &str, jobs: &[Arc<dyn Job>], resumed: Option<&RunPaths>) -> Result<ShardChoice> {
    if text != FAILED {
        let [job] = jobs else {
            return Err(UsageError(format!("--only {text}: name one job, whose shards these are")).into());
        };
        return Ok([(job.name().to_owned(), numbers("only", text)?.into_iter().collect())].into());
    }
    let Some(paths) = resumed else {
        return Err(
            UsageError("--only failed: say which run, by --resume and --output-dir".to_owned()).into()
        );
    };
    let events = journal::read(&paths.journal()).context("cannot read which shards failed")?;
    let failed = RunState::from_events(&events)
        .jobs
        .into_iter()
        .map(|job| (job.name, job.failed_shards.iter().map(|(shard, ..)| *shard).collect()));
    Ok(failed.collect())
}
