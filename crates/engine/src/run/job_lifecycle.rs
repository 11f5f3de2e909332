//! The life of a job: when it is planned, how it begins, how it is merged, how it ends.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::error::RunError;
use super::run_loop::{JobStage, RunLoop};
use crate::cancel_token::CancelToken;
use crate::earlier_results::EarlierResults;
use crate::error::JobError;
use crate::event::{CompletionStatus, Counters, EventKind, INCOMPLETE_COUNTER, LogLevel, Outcome, add_count};
use crate::merge_context::MergeContext;
use crate::output_file::OutputDestination;
use crate::panic_reason::panic_reason;
use crate::plan::PlanContext;
use crate::plan_job::{PlannedJob, plan_job};
use crate::run_dir::RunDir;
use crate::run_options::RunMode;
use crate::schedule::{ResourceNeed, ShardQueue};
use crate::shard_store::StoredOutput;
use crate::shared_run::{LoopMessage, MergedJob, StoppedJob};
use crate::summary::JobSummary;

/// Values of the event that ends a job.
pub(super) struct JobEnd {
    status: CompletionStatus,
    reason: Option<String>,
    records: u64,
    counters: Counters,
    summary: JobSummary,
}

impl RunLoop<'_> {
    /// Starts to plan the jobs that can be planned now: all of them, or only the next one if jobs run one after
    /// the other.
    pub(super) fn plan_next(&mut self) -> Result<(), RunError> {
        for job in 0..self.jobs.len() {
            let is_active = |stage| !matches!(stage, JobStage::Waiting | JobStage::Ended);
            if !self.options.parallel && self.jobs.iter().any(|entry| is_active(entry.stage)) {
                break;
            }
            if self.jobs[job].stage == JobStage::Waiting && self.can_plan(job) {
                self.jobs[job].stage = JobStage::Planning;
                self.start_planning(job)?;
            }
        }
        Ok(())
    }

    fn start_planning(&self, job: usize) -> Result<(), RunError> {
        let shared = Arc::clone(&self.shared);
        let context = PlanContext {
            clock_ms: self.clock_ms(),
            cancel: self.options.cancel.clone(),
            results: self.results_for(job),
        };
        let paths = self.dir.map(|dir| dir.paths().clone());
        let can_run = !matches!(self.options.mode, RunMode::Merge);
        // On a thread of its own: planning may read files for minutes, while other jobs run.
        spawn_detached("plan", move || {
            let message = match plan_job(&*shared.jobs[job], &context, paths.as_ref(), can_run) {
                Ok(planned) => LoopMessage::Planned(job, planned),
                Err(error) => LoopMessage::Failed(job, error),
            };
            let _ = shared.messages.send(message);
        })
    }

    fn clock_ms(&self) -> u64 {
        self.dir.map_or(self.recorder.state.clock_ms, RunDir::clock_ms)
    }

    /// Returns the positions of the earlier jobs whose results a job needs.
    fn earlier_jobs(&self, job: usize) -> impl Iterator<Item = usize> {
        let after = self.shared.jobs[job].after();
        // Only earlier ones, so that jobs can never wait for each other.
        (0..job).filter(move |earlier| after.contains(&self.shared.jobs[*earlier].name()))
    }

    fn can_plan(&self, job: usize) -> bool {
        self.earlier_jobs(job).all(|earlier| self.jobs[earlier].stage == JobStage::Ended)
    }

    /// Returns the results of the jobs whose results a job needs.
    fn results_for(&self, job: usize) -> EarlierResults {
        let mut results = EarlierResults::default();
        // A job that failed or was stopped has no result, even if an older run left files of that name.
        for earlier in self.earlier_jobs(job) {
            let state = &self.recorder.state.jobs[earlier];
            let has_result = [Some(CompletionStatus::Complete), Some(CompletionStatus::Partial)];
            if !has_result.contains(&state.status) {
                results.add_failed(&state.name);
                continue;
            }
            let entry = &self.jobs[earlier];
            let failed = state.failed_shards.iter().map(|(shard, ..)| *shard);
            results.add_version(&state.name, &entry.plan_hash, failed);
            match self.dir {
                Some(dir) => results.add_folder(&state.name, dir.root().to_owned()),
                None => results = results.with_files(&state.name, entry.files.clone()),
            }
        }
        results
    }

    /// Begins to run a job that is planned.
    pub(super) fn begin(&mut self, job: usize, planned: PlannedJob) -> Result<(), RunError> {
        let PlannedJob { plan, hash, store, reused } = planned;
        let chosen = self.options.only.as_ref().and_then(|only| only.get(self.shared.jobs[job].name()));
        let last = chosen.and_then(BTreeSet::last).copied();
        if let Some(shard) = last.filter(|shard| *shard as usize >= plan.shards().len()) {
            let count = plan.shards().len();
            let reason = format!("there is no shard {shard}: its plan has {count}, which are counted from 0");
            return self.fail_job(job, JobError::Failed(reason));
        }
        self.recorder.show_plan(job, &plan);
        self.jobs[job].plan_hash.clone_from(&hash);
        self.jobs[job].stage = JobStage::Running;
        self.record(EventKind::JobPlanned {
            job,
            shards: u32::try_from(plan.shards().len()).unwrap_or(u32::MAX),
            expected: plan.expected(),
            unit: self.shared.jobs[job].unit().to_owned(),
            plan: hash,
        })?;
        for (shard, output) in (0..).zip(&reused) {
            if let Some(output) = output {
                // Queued and not recorded one by one, because each call of `record` syncs the journal to disk.
                self.shared.queue_event(EventKind::ShardEnded {
                    job,
                    shard,
                    attempt: 0,
                    outcome: Outcome::Reused,
                    reason: None,
                    exit: None,
                    retry_in_ms: None,
                    records: output.records,
                    counters: output.counters.clone(),
                    took_us: 0,
                });
            }
        }
        let is_over = {
            let mut state = self.shared.lock();
            let needs = ResourceNeed::of_job(self.shared.jobs[job].resources(), &self.options.resources);
            let mut queue = ShardQueue::new(plan, self.shared.limits[job], reused).with_needs(needs);
            if let Some(only) = &self.options.only {
                queue.keep_only(only.get(self.shared.jobs[job].name()));
            }
            let is_over = queue.is_over();
            state.queues[job] = Some(queue);
            state.stores[job] = Some(store);
            is_over
        };
        if self.stopping_since.is_some() {
            self.stop_job(job)?;
        } else if is_over {
            self.merge(job)?;
        }
        self.shared.work_changed.notify_all();
        Ok(())
    }

    /// Merges a job if all of its shards have ended.
    pub(super) fn merge(&mut self, job: usize) -> Result<(), RunError> {
        if self.jobs[job].stage != JobStage::Running {
            return Ok(());
        }
        // The events of the job's last shards must stand in the journal before the event of its end.
        self.drain_events()?;
        let (outputs, target, cancelled) = {
            let mut state = self.shared.lock();
            let Some(queue) = &mut state.queues[job] else { return Ok(()) };
            if !queue.is_over() {
                return Ok(());
            }
            let mut outputs = std::mem::take(&mut queue.outputs);
            outputs.truncate(queue.needed_count());
            let taken = (outputs, queue.plan.target(), queue.cancelled_shards);
            state.queues[job] = None;
            taken
        };
        let is_stopped = cancelled > 0 || self.stopping_since.is_some();
        let keeps_partial = self.shared.jobs[job].keeps_partial() && outputs.iter().any(Option::is_some);
        if is_stopped && !keeps_partial {
            let end = JobEnd {
                status: CompletionStatus::Cancelled,
                reason: cancelled_reason(cancelled),
                records: outputs.iter().flatten().map(|output| output.records).sum(),
                counters: sum_counters(&outputs),
                summary: JobSummary::default(),
            };
            return self.end_job(job, end);
        }
        self.jobs[job].stage = JobStage::Merging;
        let stopped = is_stopped.then_some(StoppedJob { undone_shards: cancelled });
        self.start_merging(job, outputs, target, stopped)
    }

    fn start_merging(
        &self,
        job: usize,
        outputs: Vec<Option<StoredOutput>>,
        target: Option<u64>,
        stopped: Option<StoppedJob>,
    ) -> Result<(), RunError> {
        let destination = self
            .dir
            .map_or(OutputDestination::Memory, |dir| OutputDestination::Folder(dir.root().to_owned()));
        // A stopped run merges its finished shards in spite of the request to stop, so this merge gets a token
        // without a request.
        let cancel = match &stopped {
            Some(_) => CancelToken::new(),
            None => self.options.cancel.clone(),
        };
        let (results, clock_ms) = (self.results_for(job), self.clock_ms());
        let shared = Arc::clone(&self.shared);
        spawn_detached("merge", move || {
            let missing = outputs.iter().filter(|output| output.is_none()).count();
            let mut context = MergeContext {
                outputs: outputs.iter().flatten().collect(),
                target,
                missing_shards: u32::try_from(missing).unwrap_or(u32::MAX),
                destination: &destination,
                files: BTreeMap::new(),
                cancel: &cancel,
                results,
                clock_ms,
                activity: &|text| shared.lock().merge_activities[job] = Some(text),
            };
            let message = match catch_unwind(AssertUnwindSafe(|| shared.jobs[job].merge(&mut context))) {
                Ok(Ok(summary)) => {
                    let merged = MergedJob {
                        summary,
                        counters: context.counters(),
                        records: context.records(),
                        files: context.files,
                        stopped,
                    };
                    LoopMessage::Merged(job, merged)
                }
                Ok(Err(error)) => LoopMessage::Failed(job, error),
                Err(panic) => LoopMessage::Failed(job, JobError::Failed(panic_reason(&*panic))),
            };
            // Before the message: the memory of the outputs is free when the next job begins.
            drop(outputs);
            let _ = shared.messages.send(message);
        })
    }

    /// Ends a job whose outputs have been merged.
    pub(super) fn end_merged(&mut self, job: usize, merged: MergedJob) -> Result<(), RunError> {
        let MergedJob { summary, counters, records, files, stopped } = merged;
        let state = &self.recorder.state.jobs[job];
        let incomplete = counters.get(INCOMPLETE_COUNTER).copied().unwrap_or_default();
        let (status, reason) = match (stopped, state.failed_shards.as_slice()) {
            (Some(stopped), _) => (CompletionStatus::Cancelled, cancelled_reason(stopped.undone_shards)),
            (None, []) if incomplete == 0 => (CompletionStatus::Complete, None),
            (None, []) => (CompletionStatus::Partial, Some(self.incomplete_reason(job, incomplete))),
            (None, failed @ [(shard, outcome, why), ..]) => {
                let (count, outcome) = (failed.len(), outcome.name());
                let shards_are = if count == 1 { "shard is" } else { "shards are" };
                let reason = format!("{count} {shards_are} missing; shard {shard} {outcome}: {why}");
                match state.completed_shards {
                    0 => (CompletionStatus::Failed, Some(reason)),
                    _ => (CompletionStatus::Partial, Some(reason)),
                }
            }
        };
        self.jobs[job].files = files;
        self.end_job(job, JobEnd { status, reason, records, counters, summary })
    }

    /// Returns why a job is incomplete of which so many parts are missing.
    fn incomplete_reason(&self, job: usize, parts: u64) -> String {
        let mut log = self.recorder.state.log.iter();
        let error = log.find(|(level, about, _)| *level == LogLevel::Error && *about == Some(job));
        let what = match parts {
            1 => "a part of the input is missing".to_owned(),
            more => format!("{more} parts of the input are missing"),
        };
        match error {
            Some((.., text)) if parts == 1 => format!("{what}: {text}"),
            Some((.., text)) => format!("{what}; the first: {text}"),
            None => format!("{what}; the log says which"),
        }
    }

    /// Ends a job that cannot go on. If a file of the run cannot be written, the whole run ends.
    pub(super) fn fail_job(&mut self, job: usize, error: JobError) -> Result<(), RunError> {
        let (status, reason) = match error {
            JobError::Write(error) => return Err(error.into()),
            JobError::Stopped => (CompletionStatus::Cancelled, None),
            JobError::Failed(reason) => (CompletionStatus::Failed, Some(reason)),
        };
        let state = &self.recorder.state.jobs[job];
        let (records, counters) = (state.records, state.counters.clone());
        self.end_job(job, JobEnd { status, reason, records, counters, summary: JobSummary::default() })
    }

    fn end_job(&mut self, job: usize, end: JobEnd) -> Result<(), RunError> {
        let JobEnd { status, reason, records, counters, summary } = end;
        self.jobs[job].stage = JobStage::Ended;
        self.record(EventKind::JobEnded { job, status, reason, records, counters, summary })?;
        if self.stopping_since.is_none() {
            self.plan_next()?;
        }
        Ok(())
    }

    /// Cancels the shards of a job that have not begun. If no shard runs, the job is merged if it keeps partial
    /// results, and ends otherwise.
    pub(super) fn stop_job(&mut self, job: usize) -> Result<(), RunError> {
        match self.jobs[job].stage {
            JobStage::Waiting => self.fail_job(job, JobError::Stopped),
            JobStage::Running => {
                let is_over = {
                    let mut state = self.shared.lock();
                    let Some(queue) = &mut state.queues[job] else { return Ok(()) };
                    queue.cancel_rest();
                    queue.is_over()
                };
                if is_over { self.merge(job) } else { Ok(()) }
            }
            // A job that is planning checks the cancel token itself, and the run waits a while until it returns (see
            // `give_up_planning`). The run does not wait if a stop was requested twice before this loop noticed the
            // first request. A second request that comes later is left to the program, which can simply exit.
            JobStage::Planning if self.options.cancel.at_once() => self.fail_job(job, JobError::Stopped),
            JobStage::Planning | JobStage::Merging | JobStage::Ended => Ok(()),
        }
    }

    /// Tells whether a job has ended.
    pub(super) fn has_ended(&self, job: usize) -> bool {
        self.jobs[job].stage == JobStage::Ended
    }

    /// Ends the jobs that are still planning. Their threads are not waited for, and what they send is ignored.
    pub(super) fn give_up_planning(&mut self) -> Result<(), RunError> {
        for job in 0..self.jobs.len() {
            if self.jobs[job].stage == JobStage::Planning {
                self.fail_job(job, JobError::Stopped)?;
            }
        }
        Ok(())
    }
}

/// Starts a thread that the loop does not wait for.
fn spawn_detached(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), RunError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(body).map(drop).map_err(RunError::Thread)
}

/// Returns why the result of a cancelled job is incomplete; `None` if all its shards were done.
fn cancelled_reason(undone_shards: u32) -> Option<String> {
    match undone_shards {
        0 => None,
        1 => Some("1 shard was not done".to_owned()),
        more => Some(format!("{more} shards were not done")),
    }
}

fn sum_counters(outputs: &[Option<StoredOutput>]) -> Counters {
    let mut sums = Counters::new();
    for (name, n) in outputs.iter().flatten().flat_map(|output| &output.counters) {
        add_count(&mut sums, name, *n);
    }
    sums
}
