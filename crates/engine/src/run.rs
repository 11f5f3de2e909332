//! The run loop: plans jobs, watches over workers, merges, and says what happens.

mod fleet;
mod life;
mod watch;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use streamguard_durable::WriteError;
use thiserror::Error;

use crate::crew::{LocalWorker, LoopMessage, PoolState, WorkerPool, serve_slot};
use crate::event::{CompletionStatus, Event, EventKind, millis};
use crate::job::Job;
use crate::journal::Journal;
use crate::options::{RunMode, RunOptions};
use crate::rundir::{RunDir, RunDirError};
use crate::schedule::ShardQueue;
use crate::state::RunState;
use crate::worker::WorkerStatus;
use crate::worker::thread::ThreadWorker;

/// How often the loop looks around when nothing calls it.
const TICK: Duration = Duration::from_millis(40);

/// How often progress is said.
const PROGRESS: Duration = Duration::from_millis(200);

/// How often it is said what shards wait for.
const DOING: Duration = Duration::from_millis(500);

/// Whoever watches a run. Called from the loop: what takes long belongs on a thread of its own.
pub trait Observer {
    /// Something happened; `state` has it already.
    fn event(&mut self, event: &Event, state: &RunState) {
        let _ = (event, state);
    }

    /// Time goes by: a moment to draw.
    fn tick(&mut self, state: &RunState) {
        let _ = state;
    }
}

/// Nobody watches.
impl Observer for () {}

/// What came out of a run.
#[derive(Debug)]
pub struct FinishedRun {
    /// How it ended.
    pub status: CompletionStatus,
    /// All events, folded.
    pub state: RunState,
    /// Files that the jobs made, by job and name; empty if there is a [`RunDir`], they are there.
    pub files: Vec<BTreeMap<String, Vec<u8>>>,
}

/// Why a run could not go on. What was finished is kept.
#[derive(Debug, Error)]
pub enum RunError {
    /// The destination cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The folder cannot be used.
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
    /// Shards are to run elsewhere, and there is no folder for what they leave.
    #[error("shards that run elsewhere need a folder that all machines see")]
    NoRunDir,
    /// Two jobs of one run have the same name.
    #[error("there are two jobs called {0}")]
    DuplicateJob(String),
}

/// Where a job stands, for the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JobStage {
    Waiting,
    Planning,
    Running,
    Merging,
    Ended,
}

/// The loop's own things.
struct RunLoop<'a> {
    shared: Arc<WorkerPool>,
    news: Receiver<LoopMessage>,
    options: &'a RunOptions,
    dir: Option<&'a RunDir>,
    journal: Option<Journal>,
    observer: &'a mut dyn Observer,
    state: RunState,
    stages: Vec<JobStage>,
    slots: Vec<(Arc<WorkerStatus>, JoinHandle<()>)>,
    /// Threads of jobs whose shards run elsewhere.
    fleet: Vec<JoinHandle<()>>,
    made: Vec<BTreeMap<String, Vec<u8>>>,
    hashes: Vec<String>,
    said: Vec<u64>,
    said_at: Instant,
    told_at: Instant,
    looked_at: Instant,
    stopping: Option<Instant>,
}

/// Runs jobs to their end: plans them, runs their shards, merges what came out. With a
/// [`RunDir`] every finished shard survives the process, and the run can be resumed.
///
/// The thread that calls this is the loop. What comes out does not depend on the options,
/// only on the jobs.
///
/// # Errors
/// [`RunError`], when the destination fails. That shards or whole jobs fail is no error but
/// a [`CompletionStatus`].
pub fn run(
    jobs: Vec<Arc<dyn Job>>,
    options: &RunOptions,
    dir: Option<&RunDir>,
    observer: &mut dyn Observer,
) -> Result<FinishedRun, RunError> {
    let names: Vec<String> = jobs.iter().map(|job| job.name().to_owned()).collect();
    if let Some(twice) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        return Err(RunError::DuplicateJob(twice.1.clone()));
    }
    let count = jobs.len();
    let (sender, news) = mpsc::channel();
    let shared = Arc::new(WorkerPool {
        limits: jobs.iter().map(|job| options.mode.limits(job.limits())).collect(),
        jobs,
        workers: options.workers.max(1),
        start: Instant::now(),
        inner: Mutex::new(PoolState {
            queues: (0..count).map(|_| None).collect(),
            stores: vec![None; count],
            events: Vec::new(),
            notes: vec![0; count],
            closing: false,
            paused: false,
            broken: None,
        }),
        work: Condvar::new(),
        news: sender,
    });
    let mut run = RunLoop {
        shared,
        news,
        options,
        dir,
        journal: dir.map(|dir| Journal::open(&dir.journal())).transpose().map_err(RunDirError::from)?,
        observer,
        state: RunState::default(),
        stages: vec![JobStage::Waiting; count],
        slots: Vec::new(),
        fleet: Vec::new(),
        made: vec![BTreeMap::new(); count],
        hashes: vec![String::new(); count],
        said: vec![0; count],
        said_at: Instant::now(),
        told_at: Instant::now(),
        looked_at: Instant::now(),
        stopping: None,
    };
    if let (Some(dir), true) = (dir, dir.is_some_and(RunDir::resumed)) {
        let earlier = crate::journal::read(&dir.journal()).map_err(RunDirError::from)?;
        earlier.iter().for_each(|event| run.state.apply(event));
    }
    run.say([EventKind::RunStarted {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        clock_ms: dir.map_or_else(wall_clock_ms, RunDir::clock_ms),
        jobs: names,
        resumed: dir.is_some_and(RunDir::resumed),
        mode: options.mode.name().to_owned(),
        workers: options.workers,
    }])?;
    let ended = run.go();
    run.close();
    ended?;
    let RunLoop { state, made, .. } = run;
    Ok(FinishedRun { status: state.status.unwrap_or(CompletionStatus::Failed), state, files: made })
}

impl RunLoop<'_> {
    fn go(&mut self) -> Result<(), RunError> {
        if !self.open_fleet()? {
            let waiting: usize =
                self.shared.limits.iter().map(|limits| limits.extra_io_slots(self.shared.workers)).sum();
            for _ in 0..self.shared.workers + waiting {
                self.open_slot()?;
            }
        }
        self.plan_next()?;
        while self.stages.iter().any(|stage| *stage != JobStage::Ended) {
            match self.news.recv_timeout(TICK) {
                Ok(news) => self.take(news)?,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
            while let Ok(news) = self.news.try_recv() {
                self.take(news)?;
            }
            self.watch()?;
            self.pump()?;
            self.state.advance_to(millis(self.shared.start.elapsed()));
            self.observer.tick(&self.state);
        }
        self.pump()?;
        self.say([EventKind::RunEnded { status: self.verdict() }])?;
        self.observer.tick(&self.state);
        Ok(())
    }

    fn verdict(&self) -> CompletionStatus {
        let of = |status| self.state.jobs.iter().filter(|job| job.status == Some(status)).count();
        match self.state.jobs.len() {
            _ if of(CompletionStatus::Cancelled) > 0 => CompletionStatus::Cancelled,
            all if of(CompletionStatus::Complete) == all => CompletionStatus::Complete,
            all if of(CompletionStatus::Failed) == all => CompletionStatus::Failed,
            _ => CompletionStatus::Partial,
        }
    }

    /// Writes events down, folds them, shows them.
    fn record(&mut self, events: &[Event]) -> Result<(), RunError> {
        if let (Some(journal), Some(dir)) = (&mut self.journal, self.dir) {
            journal.append(events).map_err(WriteError::at(dir.journal()))?;
        }
        for event in events {
            self.state.apply(event);
            self.observer.event(event, &self.state);
        }
        Ok(())
    }

    fn say<const N: usize>(&mut self, kinds: [EventKind; N]) -> Result<(), RunError> {
        let events = kinds.map(|kind| self.shared.event(kind));
        self.record(&events)
    }

    /// Takes in what the workers said meanwhile, and how far they are.
    fn pump(&mut self) -> Result<(), RunError> {
        let (events, broken) = {
            let mut inner = self.shared.lock();
            (std::mem::take(&mut inner.events), inner.broken.take())
        };
        self.record(&events)?;
        if let Some(source) = broken {
            let path = self.dir.map_or_else(PathBuf::new, |dir| dir.root().to_owned());
            return Err(WriteError { path, source }.into());
        }
        if self.said_at.elapsed() >= PROGRESS {
            self.said_at = Instant::now();
            for (job, records) in self.progress().into_iter().enumerate() {
                if self.stages[job] == JobStage::Running && self.said[job] != records {
                    self.said[job] = records;
                    self.say([EventKind::Progress { job, records }])?;
                }
            }
        }
        if self.told_at.elapsed() >= DOING {
            self.told_at = Instant::now();
            self.tell()?;
        }
        Ok(())
    }

    /// Says what shards wait for, where that has changed.
    fn tell(&mut self) -> Result<(), RunError> {
        for at in 0..self.slots.len() {
            let Some((job, ticket, text)) = self.slots[at].0.said() else { continue };
            let running = self.state.jobs[job].running.get(&ticket.shard);
            if running.and_then(|running| running.activity.as_ref()) != text.as_ref() {
                self.say([EventKind::Activity { job, shard: ticket.shard, text }])?;
            }
        }
        Ok(())
    }

    /// Records of each job: of its finished shards, and of those that run.
    fn progress(&self) -> Vec<u64> {
        let inner = self.shared.lock();
        let of = |queue: &Option<ShardQueue>| {
            queue
                .as_ref()
                .map_or(0, |queue| queue.results.iter().flatten().map(|result| result.records).sum())
        };
        let mut records: Vec<u64> = inner.queues.iter().map(of).collect();
        drop(inner);
        for (slot, _) in &self.slots {
            if let Some(busy) = slot.busy() {
                records[busy.job] += slot.live.load(Ordering::Relaxed);
            }
        }
        records
    }

    fn open_slot(&mut self) -> Result<(), RunError> {
        let slot = Arc::new(WorkerStatus::new(self.options.cancel.clone()));
        let own = match &self.options.mode {
            RunMode::Process(command) => Some(command.clone()),
            RunMode::Threading | RunMode::Cluster(_) | RunMode::Merge => None,
        };
        let mut worker = LocalWorker {
            own,
            memory: self.options.worker_memory,
            thread: ThreadWorker::default(),
            process: None,
        };
        let (shared, its_slot) = (Arc::clone(&self.shared), Arc::clone(&slot));
        let thread = std::thread::Builder::new()
            .name(format!("worker-{}", self.slots.len()))
            .spawn(move || serve_slot(&shared, &its_slot, &mut worker))
            .map_err(RunError::Thread)?;
        self.slots.push((slot, thread));
        Ok(())
    }

    fn take(&mut self, news: LoopMessage) -> Result<(), RunError> {
        match news {
            LoopMessage::Stuck => {}
            LoopMessage::Planned(job, Ok(planned)) => self.begin(job, planned)?,
            LoopMessage::Planned(job, Err(error)) => self.job_failed(job, error)?,
            LoopMessage::Over(job) => self.merge(job)?,
            LoopMessage::Merged(job, Err(error)) => self.job_failed(job, error)?,
            LoopMessage::Merged(job, Ok(merged)) => {
                let lost = &self.state.jobs[job].failed_shards;
                let (status, reason) = match (merged.cancelled, lost.as_slice()) {
                    (Some(cancelled), _) => (CompletionStatus::Cancelled, life::not_done(cancelled)),
                    (None, []) => (CompletionStatus::Complete, None),
                    (None, [(shard, outcome, why), ..]) => {
                        let text = format!(
                            "{} of its shards are missing; shard {shard} {}: {why}",
                            lost.len(),
                            outcome.name()
                        );
                        let all_lost = self.state.jobs[job].completed_shards == 0;
                        (
                            if all_lost { CompletionStatus::Failed } else { CompletionStatus::Partial },
                            Some(text),
                        )
                    }
                };
                self.made[job] = merged.made;
                self.job_ended(job, status, reason, merged.records, merged.counters, merged.summary)?;
            }
        }
        Ok(())
    }

    fn say_later(&self, kind: EventKind) {
        let event = self.shared.event(kind);
        self.shared.lock().events.push(event);
    }
}

/// The wall clock, in milliseconds since 1970-01-01 UTC.
pub(crate) fn wall_clock_ms() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, millis)
}
