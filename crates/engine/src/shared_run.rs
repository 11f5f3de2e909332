//! The state that the run loop and the threads of its workers share, and what the thread of a worker does.

use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::clock::{micros, millis};
use crate::error::JobError;
use crate::event::{Counters, Event, EventKind, LogLevel, Outcome};
use crate::job::Job;
use crate::plan_job::PlannedJob;
use crate::poison_items::PoisonItems;
use crate::schedule::{self, Attempt, AttemptResult, Lease, ShardQueue};
use crate::shard_limits::ShardLimits;
use crate::shard_pack::write_pack;
use crate::shard_store::{ShardStore, StoredOutput};
use crate::summary::JobSummary;
use crate::worker::status::WorkerStatus;
use crate::worker::{LeasedWork, Worker};

/// Longest pause of a worker without work before it looks for work again. Retries become ready without a
/// notification.
pub(crate) const IDLE_INTERVAL: Duration = Duration::from_millis(40);

/// Longest line of the log, in bytes.
const MAX_LOG_BYTES: usize = 16 << 10;

/// Largest number of lines that a job may write to the log.
const MAX_LOG_LINES: usize = 10_000;

/// Message to the run loop.
pub(crate) enum LoopMessage {
    /// A job is planned.
    Planned(usize, PlannedJob),
    /// All shards of a job have ended.
    ShardsDone(usize),
    /// A job is merged.
    Merged(usize, MergedJob),
    /// A job cannot go on.
    Failed(usize, JobError),
    /// Only wakes the loop: it has events to record, or an error of the destination to return.
    Wake,
}

/// Result of merging a job.
pub(crate) struct MergedJob {
    pub(crate) summary: JobSummary,
    pub(crate) counters: Counters,
    pub(crate) records: u64,
    /// Files by name, if they are made in memory; otherwise empty.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Present if the run was stopped, so that the result may be incomplete.
    pub(crate) stopped: Option<StoppedJob>,
}

/// A job of a run that was stopped.
pub(crate) struct StoppedJob {
    /// Number of shards that were not done; may be 0.
    pub(crate) undone_shards: u32,
}

/// Everything that the run loop and the threads of its workers share.
pub(crate) struct SharedRun {
    pub(crate) jobs: Vec<Arc<dyn Job>>,
    pub(crate) limits: Vec<ShardLimits>,
    /// For each job, the items that killed workers.
    pub(crate) poison: Vec<PoisonItems>,
    /// Number of shards that may compute at once.
    pub(crate) worker_count: usize,
    /// See [`crate::RunOptions::holds_failures`].
    pub(crate) holds_failures: bool,
    pub(crate) start: Instant,
    pub(crate) state: Mutex<SharedState>,
    /// Signalled when there may be work for an idle worker, and when the run closes.
    pub(crate) work_changed: Condvar,
    pub(crate) messages: Sender<LoopMessage>,
}

/// The part of a [`SharedRun`] that changes, behind its lock.
#[derive(Default)]
pub(crate) struct SharedState {
    /// Queues of the jobs. None before a job is planned and after its last shard.
    pub(crate) queues: Vec<Option<ShardQueue>>,
    pub(crate) stores: Vec<Option<Arc<ShardStore>>>,
    /// Events that the loop has not recorded yet, in order.
    pub(crate) events: Vec<Event>,
    /// Latest activity of the merge of each job.
    pub(crate) merge_activities: Vec<Option<String>>,
    /// Number of log lines of each job.
    log_lines: Vec<usize>,
    /// True if workers have to end.
    pub(crate) closing: bool,
    pub(crate) paused: bool,
    /// Number of shards that failed for good and hold back others, because the observer has not seen them yet.
    pub(crate) unseen_failures: usize,
    /// First error of the destination.
    pub(crate) write_error: Option<io::Error>,
}

impl SharedState {
    /// Creates the state of a run with this number of jobs, none of which is planned.
    pub(crate) fn new(jobs: usize) -> Self {
        Self {
            queues: (0..jobs).map(|_| None).collect(),
            stores: vec![None; jobs],
            merge_activities: vec![None; jobs],
            log_lines: vec![0; jobs],
            ..Self::default()
        }
    }
}

impl SharedRun {
    /// Locks the state.
    pub(crate) fn lock(&self) -> MutexGuard<'_, SharedState> {
        // A panic of one worker must not end the others.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates an event that happens now.
    pub(crate) fn event(&self, kind: EventKind) -> Event {
        Event { at_ms: millis(self.start.elapsed()), kind }
    }

    /// Queues an event, which the loop records.
    pub(crate) fn queue_event(&self, kind: EventKind) {
        let event = self.event(kind);
        self.lock().events.push(event);
    }

    /// Queues a line for the log. Both its length and the number of lines of a job are bounded: lines may come
    /// from a program that is out of control.
    pub(crate) fn log(&self, job: usize, level: LogLevel, mut text: String) {
        let mut state = self.lock();
        state.log_lines[job] += 1;
        if state.log_lines[job] > MAX_LOG_LINES {
            return;
        }
        // The last line that is kept says why there are no more.
        if state.log_lines[job] == MAX_LOG_LINES {
            "further lines are not kept".clone_into(&mut text);
        }
        if text.len() > MAX_LOG_BYTES {
            text.truncate(text.floor_char_boundary(MAX_LOG_BYTES));
        }
        let event = self.event(EventKind::Log { job: Some(job), level, text });
        state.events.push(event);
    }

    /// Stops the run because the destination cannot be written.
    pub(crate) fn abort(&self, state: &mut SharedState, error: io::Error) {
        state.write_error.get_or_insert(error);
        state.closing = true;
        // The loop outlives the workers; if it is gone, nobody needs the message.
        let _ = self.messages.send(LoopMessage::Wake);
    }

    /// Records the results of a lease's attempts, and takes the lease back.
    pub(crate) fn return_lease(
        &self,
        state: &mut SharedState,
        job: usize,
        results: Vec<(Attempt, AttemptResult, Duration)>,
        took: Duration,
    ) {
        let finished = self.record_results(state, job, results);
        let Some(queue) = &mut state.queues[job] else { return };
        queue.return_lease(finished, took);
        if queue.is_over() {
            let _ = self.messages.send(LoopMessage::ShardsDone(job));
        }
    }

    /// Records the results of some attempts of a lease. Returns the number of finished ones.
    pub(crate) fn record_results(
        &self,
        state: &mut SharedState,
        job: usize,
        results: Vec<(Attempt, AttemptResult, Duration)>,
    ) -> usize {
        let now = Instant::now();
        let at_ms = millis(now - self.start);
        let Some(queue) = &mut state.queues[job] else { return 0 };
        let mut finished = 0;
        for (attempt, result, took) in results {
            let mut ended_by = None;
            let (outcome, reason, records, counters) = match &result {
                AttemptResult::Finished(output) => {
                    (Outcome::Finished, None, output.records, output.counters.clone())
                }
                AttemptResult::Failed { outcome, reason, .. } => {
                    (*outcome, Some(reason.clone()), 0, Counters::new())
                }
                AttemptResult::Exited { exit, reason } => {
                    ended_by = Some(*exit);
                    (Outcome::Failed, Some(reason.clone()), 0, Counters::new())
                }
                AttemptResult::Cancelled => (Outcome::Cancelled, None, 0, Counters::new()),
                // The shard has not ended, so there is no event.
                AttemptResult::Requeued { .. } => {
                    queue.record(attempt, result, now);
                    continue;
                }
            };
            finished += usize::from(outcome == Outcome::Finished);
            // It will not die there again, so it gets the chance that it would have had without the item.
            if self.poison[job].take_new(attempt.shard) {
                queue.grant_attempt(attempt.shard);
            }
            let delay = queue.record(attempt, result, now);
            let is_lost = !matches!(outcome, Outcome::Finished | Outcome::Cancelled) && delay.is_none();
            if self.holds_failures && is_lost {
                state.unseen_failures += 1;
                let _ = self.messages.send(LoopMessage::Wake);
            }
            state.events.push(Event {
                at_ms,
                kind: EventKind::ShardEnded {
                    job,
                    shard: attempt.shard,
                    attempt: attempt.number,
                    outcome,
                    reason,
                    exit: ended_by,
                    retry_in_ms: delay.map(millis),
                    records,
                    counters,
                    took_us: micros(took),
                },
            });
        }
        finished
    }

    /// Waits for a lease. Returns `None` when the run closes, or when the worker was given up.
    fn wait_for_lease<'a>(
        &'a self,
        last: Option<usize>,
        status: &WorkerStatus,
    ) -> Option<(MutexGuard<'a, SharedState>, Lease)> {
        let mut state = self.lock();
        loop {
            if state.closing || status.is_abandoned() {
                return None;
            }
            if !state.paused
                && state.unseen_failures == 0
                && let Some(lease) =
                    schedule::next(&mut state.queues, last, self.worker_count, Instant::now())
            {
                return Some((state, lease));
            }
            let waited = self.work_changed.wait_timeout(state, IDLE_INTERVAL);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Runs on a worker's thread: takes leases and runs their shards until the run closes.
pub(crate) fn run_worker(shared: &SharedRun, status: &WorkerStatus, worker: &mut dyn Worker) {
    run_leases(shared, status, worker);
    worker.end(&|job, level, text| shared.log(job, level, text));
}

fn run_leases(shared: &SharedRun, status: &WorkerStatus, worker: &mut dyn Worker) {
    let mut last = None;
    let mut results = Vec::new();
    while let Some((mut state, lease)) = shared.wait_for_lease(last, status) {
        let job = lease.job;
        // Shards that share a lease take microseconds each, so their start is not worth an event. The event is
        // queued under the lock that leased the shard, so that it comes before the event of its end.
        if let [attempt] = lease.attempts[..] {
            let kind = EventKind::ShardStarted { job, shard: attempt.shard, attempt: attempt.number };
            state.events.push(shared.event(kind));
        }
        let plan = state.queues[job].as_ref().map(|queue| Arc::clone(&queue.plan));
        let (Some(plan), Some(store)) = (plan, state.stores[job].clone()) else { return };
        // The lock must not be held while the shard runs, which may take minutes.
        drop(state);

        last = Some(job);
        status.begin_lease(lease.clone());
        let since = Instant::now();
        let log = |level, text| shared.log(job, level, text);
        let work = LeasedWork {
            job: &shared.jobs[job],
            plan: &plan,
            store: &store,
            is_deferred: true,
            lease: &lease,
            poison: &shared.poison[job],
            status,
            log: &log,
        };
        let ran = worker.run(&work, &mut |attempt, result, took| results.push((attempt, result, took)));
        // Without the time to write: the next lease is to be as large as its shards are short.
        let took = since.elapsed();
        // Also if the worker could not go on: what it finished need not be done again.
        let stored = write_pack(&store, finished_outputs(&mut results));

        let mut state = shared.lock();
        if !status.end_lease() {
            // The loop took the lease away, and has recorded its results already.
            return;
        }
        let is_stored = stored.is_ok();
        if let Err(error) = ran.and(stored) {
            if is_stored {
                shared.record_results(&mut state, job, std::mem::take(&mut results));
            }
            shared.abort(&mut state, error);
            return;
        }
        shared.return_lease(&mut state, job, std::mem::take(&mut results), took);
        drop(state);
        // Now the job may run one shard more, or it may have ended.
        shared.work_changed.notify_all();
    }
}

/// Returns the outputs of finished shards, with the numbers of the shards.
fn finished_outputs(results: &mut [(Attempt, AttemptResult, Duration)]) -> Vec<(u32, &mut StoredOutput)> {
    let finished = results.iter_mut().filter_map(|(attempt, result, _)| match result {
        AttemptResult::Finished(output) => Some((attempt.shard, output)),
        AttemptResult::Failed { .. }
        | AttemptResult::Exited { .. }
        | AttemptResult::Cancelled
        | AttemptResult::Requeued { .. } => None,
    });
    finished.collect()
}
