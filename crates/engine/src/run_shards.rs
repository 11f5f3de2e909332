//! Runs single shards of a plan on storage that several machines see. This is what a task of a cluster does.
//! A cluster may start a shard twice, even on two machines at the same time.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::Value;
use streamguard_durable::WriteError;

use crate::cancel_token::CancelToken;
use crate::event::{LogLevel, Outcome};
use crate::job::Job;
use crate::plan::Plan;
use crate::plan_dir::{PlanDir, PlanError};
use crate::plan_file::PlanFile;
use crate::poison_items::PoisonItems;
use crate::run_options::RunOptions;
use crate::schedule::{Attempt, AttemptResult, Lease};
use crate::shard_limits::ShardLimits;
use crate::shard_store::ShardStore;
use crate::worker::local::LocalWorker;
use crate::worker::status::{StopReason, WorkerStatus};
use crate::worker::{LeasedWork, Worker};

/// Time between two checks of a shard's limits.
const CHECK_INTERVAL: Duration = Duration::from_millis(40);

/// Time that a shard that was told to stop has to return; then its worker process is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// State in which [`run_shards`] left a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShardStatus {
    /// The shard has a result.
    Done {
        /// True if an earlier call or another machine had made the result.
        reused: bool,
    },
    /// The shard was not done; another attempt may succeed.
    Retryable(Box<str>),
    /// The shard cannot be done.
    Failed(Box<str>),
    /// The shard was told to stop, or a stop had been requested before it began.
    Stopped,
}

/// Runs shards of a plan one after the other. It may be called any number of times: a shard that has a result
/// does not run again. Each shard leaves its output in the folder, or a note why it has none. `report` is called
/// with the status of each shard, and `log` with each line that the job logs.
///
/// # Errors
/// [`PlanError`] if the plan was made for another job or other settings, if it has no shard of one of these numbers, or
/// if the folder cannot be written.
pub fn run_shards(
    dir: &PlanDir,
    plan: PlanFile,
    job: &Arc<dyn Job>,
    shards: &[u32],
    options: &RunOptions,
    log: &(dyn Fn(LogLevel, String) + Sync),
    report: &mut dyn FnMut(u32, &ShardStatus),
) -> Result<(), PlanError> {
    // Compared before anything is written: otherwise the results of another job would be stored under this plan,
    // and would look valid.
    if job.name() != plan.job || job.settings() != plan.settings {
        return Err(PlanError::OtherJob(plan.job));
    }
    let folder = dir.paths.shards(&plan.job);
    let write_error = WriteError::at(&folder);
    let store = ShardStore::open(&folder, plan.hash()).map_err(&write_error)?;
    let (name, settings, plan) = (plan.job.clone(), plan.settings.clone(), plan.into_plan());
    if let Some(&shard) = shards.iter().find(|shard| **shard as usize >= plan.shards().len()) {
        return Err(PlanError::NoShard { job: name, shard, shards: plan.shards().len() });
    }
    let (worker, cancel) = (LocalWorker::new(options), &options.cancel);
    let mut runner =
        ShardRunner { job, settings: &settings, plan: &plan, store: &store, cancel, worker, log };
    for &shard in shards {
        let status = runner.run(shard).map_err(|error| {
            // With its own path, if it is that of a file elsewhere, such as in a cache.
            let error = error.downcast().unwrap_or_else(&write_error);
            store.note_failure(shard, Outcome::Failed, &format!("{error}: {}", error.source), true);
            error
        })?;
        report(shard, &status);
    }
    Ok(())
}

/// Runs shards of one job.
struct ShardRunner<'a> {
    job: &'a Arc<dyn Job>,
    settings: &'a Value,
    plan: &'a Plan,
    store: &'a ShardStore,
    cancel: &'a CancelToken,
    worker: LocalWorker,
    log: &'a (dyn Fn(LogLevel, String) + Sync),
}

impl ShardRunner<'_> {
    fn run(&mut self, shard: u32) -> io::Result<ShardStatus> {
        if self.store.load_valid(shard).is_some() {
            self.store.forget_failure(shard);
            return Ok(ShardStatus::Done { reused: true });
        }
        if self.cancel.requested() {
            return Ok(ShardStatus::Stopped);
        }
        Ok(match self.attempt(shard)? {
            // The cluster may run a shard twice at the same time. Normally both write the same bytes. If an
            // upstream answered them differently, the records of one may now lie beside the result file of the
            // other.
            AttemptResult::Finished(_) if self.store.load_valid(shard).is_none() => {
                self.note_retryable(shard, "another copy of it wrote something else at the same time")
            }
            AttemptResult::Finished(_) => {
                self.store.forget_failure(shard);
                ShardStatus::Done { reused: false }
            }
            // Commands are tried again only where somebody allowed it: they may have effects.
            AttemptResult::Exited { reason, .. } => {
                self.note_failure(shard, Outcome::Failed, reason, self.job.limits().max_attempts > 1)
            }
            AttemptResult::Failed { outcome, reason, retryable } => {
                self.note_failure(shard, outcome, reason, retryable)
            }
            AttemptResult::Cancelled => ShardStatus::Stopped,
            AttemptResult::Requeued { .. } => self.note_retryable(shard, "its worker did not begin it"),
        })
    }

    /// Notes that the shard has no result, and why.
    fn note_failure(&self, shard: u32, outcome: Outcome, reason: Box<str>, retryable: bool) -> ShardStatus {
        let reason = match missing_path(self.settings) {
            None => reason,
            Some(path) => format!(
                "{reason} ({path} does not exist here: paths in settings must be on storage that all machines see)"
            )
            .into(),
        };
        self.store.note_failure(shard, outcome, &reason, retryable);
        if retryable { ShardStatus::Retryable(reason) } else { ShardStatus::Failed(reason) }
    }

    /// Notes that the shard has no result, and that another attempt may succeed.
    fn note_retryable(&self, shard: u32, reason: &str) -> ShardStatus {
        self.store.note_failure(shard, Outcome::Crashed, reason, true);
        ShardStatus::Retryable(reason.into())
    }

    fn attempt(&mut self, shard: u32) -> io::Result<AttemptResult> {
        // The shard is alone in its lease, so that a crash is blamed on it. The number is always 1: the cluster
        // counts the attempts, not this process.
        let attempt = Attempt { shard, number: 1, isolated: true };
        let lease = Lease { job: 0, attempts: vec![attempt] };
        let status = WorkerStatus::new(self.cancel.clone());
        status.begin_lease(lease.clone());
        let (job, plan, store, log) = (self.job, self.plan, self.store, self.log);
        let poison = &PoisonItems::default();
        let work =
            LeasedWork { job, plan, store, is_deferred: false, lease: &lease, poison, status: &status, log };
        let mut result = AttemptResult::Requeued { isolate: false };
        std::thread::scope(|scope| {
            let (done, until) = mpsc::channel::<()>();
            let (status, limits, cancel) = (&status, job.limits(), self.cancel);
            scope.spawn(move || supervise(status, attempt, &limits, cancel, &until));
            let ran = self.worker.run(&work, &mut |_, its_result, _| result = its_result);
            // Ends the supervising thread, for which the scope waits.
            drop(done);
            ran
        })?;
        status.end_lease();
        Ok(result)
    }
}

/// Returns the first absolute path in the settings that does not exist on this machine.
fn missing_path(settings: &Value) -> Option<&str> {
    match settings {
        Value::String(text) => (text.starts_with('/') && !Path::new(text).exists()).then_some(text.as_str()),
        Value::Array(items) => items.iter().find_map(missing_path),
        Value::Object(items) => items.values().find_map(missing_path),
        _ => None,
    }
}

/// Supervises a shard until it ends: stops it if it exceeds its limits, or if a stop is requested.
fn supervise(
    status: &WorkerStatus,
    attempt: Attempt,
    limits: &ShardLimits,
    cancel: &CancelToken,
    until: &Receiver<()>,
) {
    let mut stopping_since: Option<Instant> = None;
    while let Err(RecvTimeoutError::Timeout) = until.recv_timeout(CHECK_INTERVAL) {
        if cancel.requested() {
            match stopping_since.get_or_insert_with(Instant::now).elapsed() < STOP_TIMEOUT {
                true => status.request_stop(attempt, StopReason::Cancelled),
                false => status.kill(attempt, StopReason::Cancelled),
            }
        } else if let Some(reason) = status.exceeded_limit(limits) {
            status.kill(attempt, reason);
        }
    }
}
