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

use crate::crew::{Inner, News, Shared, Slotted, serve_slot};
use crate::event::{Event, EventKind, Status, millis};
use crate::job::Job;
use crate::journal::Journal;
use crate::options::{Mode, Options};
use crate::rundir::{RunDir, RunDirError};
use crate::schedule::Queue;
use crate::state::State;
use crate::worker::Slot;
use crate::worker::thread::Thread;

/// How often the loop looks around when nothing calls it.
const TICK: Duration = Duration::from_millis(40);

/// How often progress is said.
const PROGRESS: Duration = Duration::from_millis(200);

/// How often it is said what shards wait for.
const DOING: Duration = Duration::from_millis(500);

/// Whoever watches a run. Called from the loop: what takes long belongs on a thread of its own.
pub trait Observer {
    /// Something happened; `state` has it already.
    fn event(&mut self, event: &Event, state: &State) {
        let _ = (event, state);
    }

    /// Time goes by: a moment to draw.
    fn tick(&mut self, state: &State) {
        let _ = state;
    }
}

/// Nobody watches.
impl Observer for () {}

/// What came out of a run.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: Status,
    /// All events, folded.
    pub state: State,
    /// Files that the jobs made, by job and name; empty if there is a [`RunDir`], they are there.
    pub made: Vec<BTreeMap<String, Vec<u8>>>,
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
    NoFolder,
    /// Two jobs of one run have the same name.
    #[error("there are two jobs called {0}")]
    SameName(String),
}

/// Where a job stands, for the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Waiting,
    Planning,
    Running,
    Merging,
    Ended,
}

/// The loop's own things.
struct Loop<'a> {
    shared: Arc<Shared>,
    news: Receiver<News>,
    options: &'a Options,
    dir: Option<&'a RunDir>,
    journal: Option<Journal>,
    observer: &'a mut dyn Observer,
    state: State,
    stages: Vec<Stage>,
    slots: Vec<(Arc<Slot>, JoinHandle<()>)>,
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
/// a [`Status`].
pub fn run(
    jobs: Vec<Arc<dyn Job>>,
    options: &Options,
    dir: Option<&RunDir>,
    observer: &mut dyn Observer,
) -> Result<Finished, RunError> {
    let names: Vec<String> = jobs.iter().map(|job| job.name().to_owned()).collect();
    if let Some(twice) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        return Err(RunError::SameName(twice.1.clone()));
    }
    let count = jobs.len();
    let (sender, news) = mpsc::channel();
    let shared = Arc::new(Shared {
        limits: jobs.iter().map(|job| options.mode.limits(job.limits())).collect(),
        jobs,
        workers: options.workers.max(1),
        start: Instant::now(),
        inner: Mutex::new(Inner {
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
    let mut run = Loop {
        shared,
        news,
        options,
        dir,
        journal: dir.map(|dir| Journal::open(&dir.journal())).transpose().map_err(RunDirError::from)?,
        observer,
        state: State::default(),
        stages: vec![Stage::Waiting; count],
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
    let Loop { state, made, .. } = run;
    Ok(Finished { status: state.status.unwrap_or(Status::Failed), state, made })
}

impl Loop<'_> {
    fn go(&mut self) -> Result<(), RunError> {
        if !self.open_fleet()? {
            let waiting: usize =
                self.shared.limits.iter().map(|limits| limits.waiting(self.shared.workers)).sum();
            for _ in 0..self.shared.workers + waiting {
                self.open_slot()?;
            }
        }
        self.plan_next()?;
        while self.stages.iter().any(|stage| *stage != Stage::Ended) {
            match self.news.recv_timeout(TICK) {
                Ok(news) => self.take(news)?,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
            while let Ok(news) = self.news.try_recv() {
                self.take(news)?;
            }
            self.watch()?;
            self.pump()?;
            self.state.now(millis(self.shared.start.elapsed()));
            self.observer.tick(&self.state);
        }
        self.pump()?;
        self.say([EventKind::RunEnded { status: self.verdict() }])?;
        self.observer.tick(&self.state);
        Ok(())
    }

    fn verdict(&self) -> Status {
        let of = |status| self.state.jobs.iter().filter(|job| job.status == Some(status)).count();
        match self.state.jobs.len() {
            _ if of(Status::Cancelled) > 0 => Status::Cancelled,
            all if of(Status::Complete) == all => Status::Complete,
            all if of(Status::Failed) == all => Status::Failed,
            _ => Status::Partial,
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
                if self.stages[job] == Stage::Running && self.said[job] != records {
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
            if running.and_then(|running| running.doing.as_ref()) != text.as_ref() {
                self.say([EventKind::Doing { job, shard: ticket.shard, text }])?;
            }
        }
        Ok(())
    }

    /// Records of each job: of its finished shards, and of those that run.
    fn progress(&self) -> Vec<u64> {
        let inner = self.shared.lock();
        let of = |queue: &Option<Queue>| {
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
        let slot = Arc::new(Slot::new(self.options.cancel.clone()));
        let own = match &self.options.mode {
            Mode::Process(command) => Some(command.clone()),
            Mode::Threading | Mode::Cluster(_) | Mode::Merge => None,
        };
        let mut worker =
            Slotted { own, memory: self.options.worker_memory, thread: Thread::default(), process: None };
        let (shared, its_slot) = (Arc::clone(&self.shared), Arc::clone(&slot));
        let thread = std::thread::Builder::new()
            .name(format!("worker-{}", self.slots.len()))
            .spawn(move || serve_slot(&shared, &its_slot, &mut worker))
            .map_err(RunError::Thread)?;
        self.slots.push((slot, thread));
        Ok(())
    }

    fn take(&mut self, news: News) -> Result<(), RunError> {
        match news {
            News::Stuck => {}
            News::Planned(job, Ok(planned)) => self.begin(job, planned)?,
            News::Planned(job, Err(error)) => self.job_failed(job, error)?,
            News::Over(job) => self.merge(job)?,
            News::Merged(job, Err(error)) => self.job_failed(job, error)?,
            News::Merged(job, Ok(merged)) => {
                let lost = &self.state.jobs[job].lost;
                let (status, reason) = match (merged.cancelled, lost.as_slice()) {
                    (Some(cancelled), _) => (Status::Cancelled, life::not_done(cancelled)),
                    (None, []) => (Status::Complete, None),
                    (None, [(shard, outcome, why), ..]) => {
                        let text = format!(
                            "{} of its shards are missing; shard {shard} {}: {why}",
                            lost.len(),
                            outcome.name()
                        );
                        let all_lost = self.state.jobs[job].good == 0;
                        (if all_lost { Status::Failed } else { Status::Partial }, Some(text))
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
