//! The state of the run loop, its workers, and the events it records.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use streamguard_durable::WriteError;

use super::error::RunError;
use super::recorder::Recorder;
use crate::event::EventKind;
use crate::run_dir::RunDir;
use crate::run_options::RunOptions;
use crate::shared_run::{SharedRun, run_worker};
use crate::worker::local::LocalWorker;
use crate::worker::status::WorkerStatus;

/// Time between two reports of progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);

/// Time between two reports of activities.
const ACTIVITY_INTERVAL: Duration = Duration::from_millis(500);

/// Stage of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum JobStage {
    #[default]
    Waiting,
    Planning,
    Running,
    Merging,
    Ended,
}

/// Data that the loop keeps about one job.
#[derive(Default)]
pub(super) struct JobEntry {
    pub(super) stage: JobStage,
    /// Hash of its plan.
    pub(super) plan_hash: String,
    /// Files that it made in memory, by name.
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// Number of records that was last reported as progress.
    reported_records: u64,
}

/// A worker: its status, and its thread.
pub(super) struct WorkerHandle {
    pub(super) status: Arc<WorkerStatus>,
    pub(super) thread: JoinHandle<()>,
}

/// Timer of an action that is repeated.
pub(super) struct RepeatTimer {
    length: Duration,
    last: Instant,
}

impl RepeatTimer {
    fn new(length: Duration) -> Self {
        Self { length, last: Instant::now() }
    }

    /// Returns true if the time is over, and then starts the timer again.
    fn restart_if_over(&mut self) -> bool {
        let is_over = self.last.elapsed() >= self.length;
        if is_over {
            self.last = Instant::now();
        }
        is_over
    }
}

/// State of the run loop.
pub(super) struct RunLoop<'a> {
    pub(super) shared: Arc<SharedRun>,
    pub(super) options: &'a RunOptions,
    pub(super) dir: Option<&'a RunDir>,
    pub(super) recorder: Recorder<'a>,
    pub(super) jobs: Vec<JobEntry>,
    pub(super) workers: Vec<WorkerHandle>,
    /// Threads of jobs whose shards run on other machines.
    pub(super) remote_threads: Vec<JoinHandle<()>>,
    progress_timer: RepeatTimer,
    activity_timer: RepeatTimer,
    /// Time at which the workers were last supervised.
    pub(super) supervised_at: Instant,
    /// Time at which a stop was first requested.
    pub(super) stopping_since: Option<Instant>,
}

impl<'a> RunLoop<'a> {
    /// Creates the loop of a run that has no workers yet.
    pub(super) fn new(
        shared: Arc<SharedRun>,
        options: &'a RunOptions,
        dir: Option<&'a RunDir>,
        recorder: Recorder<'a>,
    ) -> Self {
        Self {
            jobs: shared.jobs.iter().map(|_| JobEntry::default()).collect(),
            shared,
            options,
            dir,
            recorder,
            workers: Vec::new(),
            remote_threads: Vec::new(),
            progress_timer: RepeatTimer::new(PROGRESS_INTERVAL),
            activity_timer: RepeatTimer::new(ACTIVITY_INTERVAL),
            supervised_at: Instant::now(),
            stopping_since: None,
        }
    }

    /// Records an event of this moment.
    pub(super) fn record(&mut self, kind: EventKind) -> Result<(), RunError> {
        self.recorder.record(&[self.shared.event(kind)])
    }

    /// Records the events that workers have queued, and from time to time progress and activities.
    pub(super) fn drain_events(&mut self) -> Result<(), RunError> {
        // The lock is held only to take the events: the journal's sync must not stop the workers.
        let (events, write_error, failures) = {
            let mut state = self.shared.lock();
            (std::mem::take(&mut state.events), state.write_error.take(), state.unseen_failures)
        };
        // Shards that finished before the error are recorded first: a resumed run need not repeat them.
        self.recorder.record(&events)?;
        // An observer that stopped the run because of these failures has done so now, and nothing begins any more.
        if failures > 0 && !self.options.cancel.requested() {
            self.shared.lock().unseen_failures -= failures;
            self.shared.work_changed.notify_all();
        }
        if let Some(source) = write_error {
            let in_run = |source| {
                let path = self.dir.map_or_else(PathBuf::new, |dir| dir.root().to_owned());
                WriteError { path, source }
            };
            return Err(source.downcast().unwrap_or_else(in_run).into());
        }
        if self.progress_timer.restart_if_over() {
            self.record_progress()?;
        }
        if self.activity_timer.restart_if_over() {
            self.record_activities()?;
        }
        Ok(())
    }

    /// Records the number of records of each running job, if it has changed.
    fn record_progress(&mut self) -> Result<(), RunError> {
        for (job, records) in self.count_records().into_iter().enumerate() {
            let entry = &mut self.jobs[job];
            if entry.stage == JobStage::Running && entry.reported_records != records {
                entry.reported_records = records;
                self.record(EventKind::Progress { job, records })?;
            }
        }
        Ok(())
    }

    /// Counts the records of each job: those of its finished shards, and of those that run.
    fn count_records(&self) -> Vec<u64> {
        let state = self.shared.lock();
        let finished = state.queues.iter().map(|queue| {
            let outputs = queue.iter().flat_map(|queue| queue.outputs.iter().flatten());
            outputs.map(|output| output.records).sum()
        });
        let mut records: Vec<u64> = finished.collect();
        drop(state);
        // A shard that ends between these two reads is missing from this count; the next count, a moment later,
        // includes it.
        for worker in &self.workers {
            if let Some(busy) = worker.status.busy() {
                records[busy.job] += worker.status.records();
            }
        }
        records
    }

    /// Records the activities of running shards and merges, if they have changed.
    fn record_activities(&mut self) -> Result<(), RunError> {
        for job in 0..self.jobs.len() {
            let text = self.shared.lock().merge_activities[job].take();
            if self.jobs[job].stage == JobStage::Merging
                && let Some(text) = text
                && self.recorder.state.jobs[job].merge_activity.as_ref() != Some(&text)
            {
                self.record(EventKind::MergeActivity { job, text })?;
            }
        }
        for worker in 0..self.workers.len() {
            let Some((job, attempt, text)) = self.workers[worker].status.activity() else { continue };
            let running = self.recorder.state.jobs[job].running.get(&attempt.shard);
            if running.and_then(|running| running.activity.as_ref()) != text.as_ref() {
                self.record(EventKind::Activity { job, shard: attempt.shard, text })?;
            }
        }
        Ok(())
    }

    /// Starts a worker.
    pub(super) fn start_worker(&mut self) -> Result<WorkerHandle, RunError> {
        let status = Arc::new(WorkerStatus::new(self.options.cancel.clone()));
        let mut worker = LocalWorker::new(self.options);
        let (shared, its_status) = (Arc::clone(&self.shared), Arc::clone(&status));
        let thread = std::thread::Builder::new()
            .name(format!("worker-{}", self.workers.len()))
            .spawn(move || run_worker(&shared, &its_status, &mut worker))
            .map_err(RunError::Thread)?;
        Ok(WorkerHandle { status, thread })
    }

    /// Ends all workers. Idle ones are waited for; busy ones are given up at once, and their processes killed.
    pub(super) fn close(&mut self) {
        self.shared.lock().closing = true;
        self.shared.work_changed.notify_all();
        for WorkerHandle { status, thread } in self.workers.drain(..) {
            if let Some(busy) = status.busy() {
                status.abandon(busy.attempt);
            }
            if !status.is_abandoned() {
                // `join` fails only if the engine's own code panicked, and then the message has been printed.
                // Panics of jobs are caught earlier.
                let _ = thread.join();
            }
        }
        for thread in self.remote_threads.drain(..) {
            let _ = thread.join();
        }
    }
}
