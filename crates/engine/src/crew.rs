//! The workers of a run: what they share with the loop, and how each goes about its work.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::JobError;
use crate::event::{ClusterProgress, Counters, Event, EventKind, LogLevel, Outcome, micros, millis};
use crate::job::{Job, ShardLimits};
use crate::planning::PlannedJob;
use crate::schedule::{self, Attempt, AttemptResult, ShardQueue};
use crate::store::ShardStore;
use crate::summary::JobSummary;
use crate::worker::process::ProcessWorker;
use crate::worker::thread::ThreadWorker;
use crate::worker::{CommandLine, LeasedWork, Worker, WorkerStatus};

/// How long a worker without work waits before it looks again.
const PAUSE: Duration = Duration::from_millis(40);

/// Longest note that is passed on, in bytes, and how many of them a job may write.
const NOTE: (usize, usize) = (16 << 10, 10_000);

/// What the loop waits for.
pub(crate) enum LoopMessage {
    Planned(usize, Result<PlannedJob, JobError>),
    Over(usize),
    Merged(usize, Result<MergedJob, JobError>),
    Stuck,
}

pub(crate) struct MergedJob {
    pub(crate) summary: JobSummary,
    pub(crate) counters: Counters,
    pub(crate) records: u64,
    pub(crate) made: BTreeMap<String, Vec<u8>>,
    /// How many shards were not done, if the run was stopped.
    pub(crate) cancelled: Option<u32>,
}

/// What workers and loop share.
pub(crate) struct WorkerPool {
    pub(crate) jobs: Vec<Arc<dyn Job>>,
    pub(crate) limits: Vec<ShardLimits>,
    pub(crate) workers: usize,
    pub(crate) start: Instant,
    pub(crate) inner: Mutex<PoolState>,
    pub(crate) work: Condvar,
    pub(crate) news: Sender<LoopMessage>,
}

pub(crate) struct PoolState {
    pub(crate) queues: Vec<Option<ShardQueue>>,
    pub(crate) stores: Vec<Option<Arc<ShardStore>>>,
    pub(crate) events: Vec<Event>,
    pub(crate) notes: Vec<usize>,
    pub(crate) closing: bool,
    pub(crate) paused: bool,
    pub(crate) broken: Option<io::Error>,
}

impl WorkerPool {
    pub(crate) fn lock(&self) -> MutexGuard<'_, PoolState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn event(&self, kind: EventKind) -> Event {
        Event { at_ms: millis(self.start.elapsed()), kind }
    }

    pub(crate) fn note(&self, job: usize, level: LogLevel, mut text: String) {
        let mut inner = self.lock();
        inner.notes[job] += 1;
        if inner.notes[job] > NOTE.1 {
            return;
        }
        if inner.notes[job] == NOTE.1 {
            "further notes are not kept".clone_into(&mut text);
        }
        if text.len() > NOTE.0 {
            text.truncate(text.floor_char_boundary(NOTE.0));
        }
        let event = self.event(EventKind::Log { job: Some(job), level, text });
        inner.events.push(event);
    }

    /// Says what a cluster has of a job.
    pub(crate) fn tell_elsewhere(&self, job: usize, elsewhere: ClusterProgress) {
        let event = self.event(EventKind::ClusterProgress { job, progress: elsewhere });
        self.lock().events.push(event);
    }

    /// Takes the fates of a lease's tickets in, and the lease back.
    pub(crate) fn settle(
        &self,
        inner: &mut PoolState,
        job: usize,
        fates: Vec<(Attempt, AttemptResult, Duration)>,
        took: Duration,
    ) {
        let finished = self.account(inner, job, fates);
        let Some(queue) = &mut inner.queues[job] else { return };
        queue.returned(finished, took);
        if queue.over() {
            // The loop outlives the workers; if it is gone, nobody needs the news.
            let _ = self.news.send(LoopMessage::Over(job));
        }
    }

    /// Takes the fates of some tickets of a lease in. Returns how many of them were finished.
    pub(crate) fn account(
        &self,
        inner: &mut PoolState,
        job: usize,
        fates: Vec<(Attempt, AttemptResult, Duration)>,
    ) -> usize {
        let now = Instant::now();
        let at_ms = millis(now - self.start);
        let Some(queue) = &mut inner.queues[job] else { return 0 };
        let mut finished = 0;
        for (ticket, fate, took) in fates {
            let (outcome, reason, records, counters) = match &fate {
                AttemptResult::Finished(result) => {
                    (Outcome::Finished, None, result.records, result.counters.clone())
                }
                AttemptResult::Bad(outcome, reason, _) => {
                    (*outcome, Some(reason.clone()), 0, Counters::new())
                }
                AttemptResult::Cancelled => (Outcome::Cancelled, None, 0, Counters::new()),
                AttemptResult::Returned { .. } => {
                    queue.ended(ticket, fate, now);
                    continue;
                }
            };
            finished += usize::from(outcome == Outcome::Finished);
            let pause = queue.ended(ticket, fate, now);
            inner.events.push(Event {
                at_ms,
                kind: EventKind::ShardEnded {
                    job,
                    shard: ticket.shard,
                    attempt: ticket.attempt,
                    outcome,
                    reason,
                    retry_in_ms: pause.map(millis),
                    records,
                    counters,
                    took_us: micros(took),
                },
            });
        }
        finished
    }
}

/// A worker's thread: takes leases until the run is over.
pub(crate) fn serve_slot(shared: &WorkerPool, slot: &WorkerStatus, worker: &mut dyn Worker) {
    let mut last = None;
    let mut fates = Vec::new();
    loop {
        let mut inner = shared.lock();
        let lease = loop {
            if inner.closing || slot.abandoned() {
                return;
            }
            if !inner.paused
                && let Some(lease) = schedule::next(&mut inner.queues, last, shared.workers, Instant::now())
            {
                break lease;
            }
            let waited = shared.work.wait_timeout(inner, PAUSE);
            inner = waited.unwrap_or_else(PoisonError::into_inner).0;
        };
        let job = lease.job;
        // Shards that are handed out in numbers take microseconds: nobody could see them start.
        if let [ticket] = lease.tickets[..] {
            let kind = EventKind::ShardStarted { job, shard: ticket.shard, attempt: ticket.attempt };
            inner.events.push(shared.event(kind));
        }
        let held = inner.queues[job].as_ref().map(|queue| Arc::clone(&queue.plan));
        let (Some(plan), Some(store)) = (held, inner.stores[job].clone()) else { return };
        drop(inner);

        last = Some(job);
        slot.lease(lease.clone());
        let since = Instant::now();
        let say = |level, text| shared.note(job, level, text);
        let work =
            LeasedWork { job: &shared.jobs[job], plan: &plan, store: &store, lease: &lease, slot, say: &say };
        let done = worker.run(&work, &mut |ticket, fate, took| fates.push((ticket, fate, took)));

        let mut inner = shared.lock();
        if !slot.end() {
            // Somebody else has accounted for the lease.
            return;
        }
        if let Err(error) = done {
            inner.broken.get_or_insert(error);
            inner.closing = true;
            let _ = shared.news.send(LoopMessage::Stuck);
            return;
        }
        shared.settle(&mut inner, job, std::mem::take(&mut fates), since.elapsed());
        drop(inner);
        shared.work.notify_all();
    }
}

/// A worker's place: runs each job's shards where they belong.
pub(crate) struct LocalWorker {
    pub(crate) own: Option<CommandLine>,
    pub(crate) memory: Option<u64>,
    pub(crate) thread: ThreadWorker,
    pub(crate) process: Option<ProcessWorker>,
}

impl Worker for LocalWorker {
    fn run(
        &mut self,
        work: &LeasedWork<'_>,
        report: &mut dyn FnMut(Attempt, AttemptResult, Duration),
    ) -> io::Result<()> {
        match work.job.command().or(self.own.as_ref()) {
            None => {
                work.slot.group.store(0, Ordering::Relaxed);
                self.thread.run(work, report)
            }
            Some(command) => {
                let memory = self.memory;
                let own = self.own.as_ref().unwrap_or(command);
                self.process.get_or_insert_with(|| ProcessWorker::new(own.clone(), memory)).run(work, report)
            }
        }
    }
}
