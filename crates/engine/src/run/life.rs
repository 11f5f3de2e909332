//! The life of a job: when it plans, how it begins, what is merged, how it ended.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::{JobStage, RunError, RunLoop};
use crate::cancel::CancelToken;
use crate::crew::{LoopMessage, MergedJob};
use crate::error::JobError;
use crate::event::{CompletionStatus, Counters, EventKind, Outcome};
use crate::merge::{MergeContext, OutputDestination};
use crate::plan::PlanContext;
use crate::planning::{PlannedJob, plan};
use crate::results::EarlierResults;
use crate::rundir::RunDir;
use crate::schedule::ShardQueue;
use crate::store::StoredOutput;
use crate::summary::JobSummary;
use crate::worker::thread::panic_reason;

impl RunLoop<'_> {
    /// Lets jobs plan: all at once, or the next one if none is at work.
    pub(super) fn plan_next(&mut self) -> Result<(), RunError> {
        for job in 0..self.stages.len() {
            let busy = self.stages.iter().any(|stage| !matches!(stage, JobStage::Waiting | JobStage::Ended));
            if busy && !self.options.parallel {
                break;
            }
            if self.stages[job] == JobStage::Waiting && self.may_plan(job) {
                self.stages[job] = JobStage::Planning;
                let shared = Arc::clone(&self.shared);
                let planning = PlanContext {
                    clock_ms: self.clock_ms(),
                    cancel: self.options.cancel.clone(),
                    results: self.results_for(job),
                };
                let name = shared.jobs[job].name();
                let places = self.dir.map(|dir| (dir.plan(name), dir.shards(name)));
                aside("plan", move || {
                    let planned = plan(&*shared.jobs[job], &planning, places);
                    let _ = shared.news.send(LoopMessage::Planned(job, planned));
                })?;
            }
        }
        Ok(())
    }

    pub(super) fn clock_ms(&self) -> u64 {
        self.dir.map_or(self.state.clock_ms, RunDir::clock_ms)
    }

    /// The earlier jobs of this run that a job comes after.
    pub(super) fn earlier(&self, job: usize) -> impl Iterator<Item = usize> {
        let after = self.shared.jobs[job].after();
        (0..job).filter(move |at| after.contains(&self.shared.jobs[*at].name()))
    }

    /// Whether the jobs are over that a job comes after.
    pub(super) fn may_plan(&self, job: usize) -> bool {
        self.earlier(job).all(|at| self.stages[at] == JobStage::Ended)
    }

    /// What those jobs made.
    pub(super) fn results_for(&self, job: usize) -> EarlierResults {
        let mut results = EarlierResults::default();
        for at in self.earlier(job) {
            let state = &self.state.jobs[at];
            if !matches!(state.status, Some(CompletionStatus::Complete | CompletionStatus::Partial)) {
                continue;
            }
            results.identify(
                &state.name,
                &self.hashes[at],
                state.failed_shards.iter().map(|(shard, ..)| *shard),
            );
            match self.dir {
                Some(dir) => results.add_folder(&state.name, dir.root().to_owned()),
                None => results = results.with_files(&state.name, self.made[at].clone()),
            }
        }
        results
    }

    pub(super) fn begin(&mut self, job: usize, planned: PlannedJob) -> Result<(), RunError> {
        let PlannedJob { plan, hash, store, reused } = planned;
        let shards = u32::try_from(plan.shards().len()).unwrap_or(u32::MAX);
        self.hashes[job].clone_from(&hash);
        self.stages[job] = JobStage::Running;
        let unit = self.shared.jobs[job].unit().to_owned();
        self.say([EventKind::JobPlanned { job, shards, expected: plan.expected(), unit, plan: hash }])?;
        for (shard, result) in (0..).zip(&reused) {
            if let Some(result) = result {
                let (records, counters) = (result.records, result.counters.clone());
                let kind = EventKind::ShardEnded {
                    job,
                    shard,
                    attempt: 0,
                    outcome: Outcome::Reused,
                    reason: None,
                    retry_in_ms: None,
                    records,
                    counters,
                    took_us: 0,
                };
                self.say_later(kind);
            }
        }
        let over = {
            let mut inner = self.shared.lock();
            let queue = ShardQueue::new(plan, self.shared.limits[job], reused);
            let over = queue.over();
            inner.queues[job] = Some(queue);
            inner.stores[job] = Some(store);
            over
        };
        if self.stopping.is_some() {
            self.stop_job(job)?;
        } else if over {
            self.merge(job)?;
        }
        self.shared.work.notify_all();
        Ok(())
    }

    /// All shards of a job are settled.
    pub(super) fn merge(&mut self, job: usize) -> Result<(), RunError> {
        if self.stages[job] != JobStage::Running {
            return Ok(());
        }
        self.pump()?;
        let (mut results, target, cancelled) = {
            let mut inner = self.shared.lock();
            let Some(queue) = &mut inner.queues[job] else { return Ok(()) };
            if !queue.over() {
                return Ok(());
            }
            let mut results = std::mem::take(&mut queue.results);
            results.truncate(queue.wanted());
            let answer = (results, queue.plan.target(), queue.cancelled);
            inner.queues[job] = None;
            answer
        };
        let records = results.iter().flatten().map(|result| result.records).sum();
        let stopped = cancelled > 0 || self.stopping.is_some();
        let is_worth_it = self.shared.jobs[job].keeps_partial() && results.iter().any(Option::is_some);
        if stopped && !is_worth_it {
            return self.job_ended(
                job,
                CompletionStatus::Cancelled,
                not_done(cancelled),
                records,
                sum(&results),
                JobSummary::default(),
            );
        }
        self.stages[job] = JobStage::Merging;
        let destination = self
            .dir
            .map_or(OutputDestination::Memory, |dir| OutputDestination::Folder(dir.root().to_owned()));
        // The request to stop was heard; what is left of the work is to be merged.
        let cancel = if stopped { CancelToken::new() } else { self.options.cancel.clone() };
        let (earlier, clock_ms) = (self.results_for(job), self.clock_ms());
        let shared = Arc::clone(&self.shared);
        aside("merge", move || {
            let missing =
                u32::try_from(results.iter().filter(|result| result.is_none()).count()).unwrap_or(u32::MAX);
            let mut merge = MergeContext {
                outputs: results.iter().flatten().collect(),
                target,
                missing,
                destination: &destination,
                made: BTreeMap::new(),
                cancel: &cancel,
                results: earlier,
                clock_ms,
            };
            let merged = catch_unwind(AssertUnwindSafe(|| shared.jobs[job].merge(&mut merge)))
                .unwrap_or_else(|panic| Err(JobError::Failed(panic_reason(&*panic))))
                .map(|summary| MergedJob {
                    summary,
                    counters: merge.counters(),
                    records: merge.records(),
                    made: std::mem::take(&mut merge.made),
                    cancelled: stopped.then_some(cancelled),
                });
            results.clear();
            let _ = shared.news.send(LoopMessage::Merged(job, merged));
        })
    }

    pub(super) fn job_failed(&mut self, job: usize, error: JobError) -> Result<(), RunError> {
        let (status, reason) = match error {
            JobError::Write(error) => return Err(error.into()),
            JobError::Stopped => (CompletionStatus::Cancelled, None),
            JobError::Failed(reason) => (CompletionStatus::Failed, Some(reason)),
        };
        let records = self.state.jobs[job].records;
        let counters = self.state.jobs[job].counters.clone();
        self.job_ended(job, status, reason, records, counters, JobSummary::default())
    }

    pub(super) fn job_ended(
        &mut self,
        job: usize,
        status: CompletionStatus,
        reason: Option<String>,
        records: u64,
        counters: Counters,
        summary: JobSummary,
    ) -> Result<(), RunError> {
        self.stages[job] = JobStage::Ended;
        self.say([EventKind::JobEnded { job, status, reason, records, counters, summary }])?;
        if self.stopping.is_none() {
            self.plan_next()?;
        }
        Ok(())
    }
}

/// Starts a thread for something that the loop does not wait for.
fn aside(name: &str, what: impl FnOnce() + Send + 'static) -> Result<(), RunError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(what).map(drop).map_err(RunError::Thread)
}

/// Why a job is cancelled, if shards are missing for it.
pub(super) fn not_done(cancelled: u32) -> Option<String> {
    (cancelled > 0).then(|| format!("{cancelled} of its shards were not done"))
}

fn sum(results: &[Option<StoredOutput>]) -> Counters {
    let mut sum = Counters::new();
    for (name, n) in results.iter().flatten().flat_map(|result| &result.counters) {
        *sum.entry(name.clone()).or_default() += n;
    }
    sum
}
