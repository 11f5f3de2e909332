//! The run loop: plans jobs, watches over workers, merges, and says what happens.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use thiserror::Error;

use crate::cancel::Cancel;
use crate::crew::{Inner, Merged, News, Shared, Slotted, serve_slot};
use crate::event::{Counters, Event, EventKind, Outcome, Status, millis};
use crate::job::{Job, JobError};
use crate::journal::Journal;
use crate::merge::{Destination, Merge};
use crate::options::{Mode, Options};
use crate::plan::Planning;
use crate::planning::{Planned, plan};
use crate::results::Results;
use crate::rundir::{RunDir, RunDirError};
use crate::schedule::{Fate, Queue, Ticket};
use crate::state::State;
use crate::store::ShardResult;
use crate::summary::Summary;
use crate::worker::thread::{Thread, panic_reason};
use crate::worker::{Slot, Verdict, stopped_fate};

/// How often the loop looks around when nothing calls it.
const TICK: Duration = Duration::from_millis(40);

/// How often progress is said.
const PROGRESS: Duration = Duration::from_millis(200);

/// After a request to stop, shards may finish for so long.
const FINISH: Duration = Duration::from_secs(2);

/// After they were told to stop, they may take so long to do it.
const STOP: Duration = Duration::from_secs(2);

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
    #[error("cannot write {path}: {source}")]
    Destination {
        /// What was to be written.
        path: String,
        /// What the file system said.
        source: io::Error,
    },
    /// The folder cannot be used.
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
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
    made: Vec<BTreeMap<String, Vec<u8>>>,
    hashes: Vec<String>,
    said: Vec<u64>,
    said_at: Instant,
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
        limits: jobs.iter().map(|job| job.limits()).collect(),
        jobs,
        workers: options.workers.max(1),
        start: Instant::now(),
        inner: Mutex::new(Inner {
            queues: (0..count).map(|_| None).collect(),
            stores: vec![None; count],
            events: Vec::new(),
            notes: vec![0; count],
            closing: false,
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
        made: vec![BTreeMap::new(); count],
        hashes: vec![String::new(); count],
        said: vec![0; count],
        said_at: Instant::now(),
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
        let waiting: usize =
            self.shared.limits.iter().map(|limits| limits.waiting(self.shared.workers)).sum();
        for _ in 0..self.shared.workers + waiting {
            self.open_slot()?;
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
            journal.append(events).map_err(|source| RunError::Destination {
                path: dir.journal().display().to_string(),
                source,
            })?;
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
            let path = self.dir.map_or_else(String::new, |dir| dir.root().display().to_string());
            return Err(RunError::Destination { path, source });
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
            Mode::Threading => None,
            Mode::Process(command) => Some(command.clone()),
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

    /// Lets jobs plan: all at once, or the next one if none is at work.
    fn plan_next(&mut self) -> Result<(), RunError> {
        for job in 0..self.stages.len() {
            let busy = self.stages.iter().any(|stage| !matches!(stage, Stage::Waiting | Stage::Ended));
            if busy && !self.options.parallel {
                break;
            }
            if self.stages[job] == Stage::Waiting && self.may_plan(job) {
                self.stages[job] = Stage::Planning;
                let shared = Arc::clone(&self.shared);
                let planning = Planning {
                    clock_ms: self.clock_ms(),
                    cancel: self.options.cancel.clone(),
                    results: self.results_for(job),
                };
                let name = shared.jobs[job].name();
                let places = self.dir.map(|dir| (dir.plan(name), dir.shards(name)));
                aside("plan", move || {
                    let planned = plan(&*shared.jobs[job], &planning, places);
                    let _ = shared.news.send(News::Planned(job, planned));
                })?;
            }
        }
        Ok(())
    }

    fn clock_ms(&self) -> u64 {
        self.dir.map_or(self.state.clock_ms, RunDir::clock_ms)
    }

    /// The earlier jobs of this run that a job comes after.
    fn earlier(&self, job: usize) -> impl Iterator<Item = usize> {
        let after = self.shared.jobs[job].after();
        (0..job).filter(move |at| after.contains(&self.shared.jobs[*at].name()))
    }

    /// Whether the jobs are over that a job comes after.
    fn may_plan(&self, job: usize) -> bool {
        self.earlier(job).all(|at| self.stages[at] == Stage::Ended)
    }

    /// What those jobs made.
    fn results_for(&self, job: usize) -> Results {
        let mut results = Results::default();
        for at in self.earlier(job) {
            let state = &self.state.jobs[at];
            if !matches!(state.status, Some(Status::Complete | Status::Partial)) {
                continue;
            }
            results.identify(&state.name, &self.hashes[at], state.lost.iter().map(|(shard, ..)| *shard));
            match self.dir {
                Some(dir) => results.add_folder(&state.name, dir.root().to_owned()),
                None => results = results.with_made(&state.name, self.made[at].clone()),
            }
        }
        results
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
                    (Some(cancelled), _) => (Status::Cancelled, not_done(cancelled)),
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

    fn begin(&mut self, job: usize, planned: Planned) -> Result<(), RunError> {
        let Planned { plan, hash, store, reused } = planned;
        let shards = u32::try_from(plan.shards().len()).unwrap_or(u32::MAX);
        self.hashes[job].clone_from(&hash);
        self.stages[job] = Stage::Running;
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
            let queue = Queue::new(plan, self.shared.limits[job], reused);
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

    fn say_later(&self, kind: EventKind) {
        let event = self.shared.event(kind);
        self.shared.lock().events.push(event);
    }

    /// All shards of a job are settled.
    fn merge(&mut self, job: usize) -> Result<(), RunError> {
        if self.stages[job] != Stage::Running {
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
                Status::Cancelled,
                not_done(cancelled),
                records,
                sum(&results),
                Summary::default(),
            );
        }
        self.stages[job] = Stage::Merging;
        let destination =
            self.dir.map_or(Destination::Memory, |dir| Destination::Folder(dir.root().to_owned()));
        // The request to stop was heard; what is left of the work is to be merged.
        let cancel = if stopped { Cancel::new() } else { self.options.cancel.clone() };
        let (earlier, clock_ms) = (self.results_for(job), self.clock_ms());
        let shared = Arc::clone(&self.shared);
        aside("merge", move || {
            let missing =
                u32::try_from(results.iter().filter(|result| result.is_none()).count()).unwrap_or(u32::MAX);
            let mut merge = Merge {
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
                .map(|summary| Merged {
                    summary,
                    counters: merge.counters(),
                    records: merge.records(),
                    made: std::mem::take(&mut merge.made),
                    cancelled: stopped.then_some(cancelled),
                });
            results.clear();
            let _ = shared.news.send(News::Merged(job, merged));
        })
    }

    fn job_failed(&mut self, job: usize, error: JobError) -> Result<(), RunError> {
        let (status, reason) = match error {
            JobError::Destination { path, source } => return Err(RunError::Destination { path, source }),
            JobError::Stopped => (Status::Cancelled, None),
            JobError::Failed(reason) => (Status::Failed, Some(reason)),
        };
        let records = self.state.jobs[job].records;
        let counters = self.state.jobs[job].counters.clone();
        self.job_ended(job, status, reason, records, counters, Summary::default())
    }

    fn job_ended(
        &mut self,
        job: usize,
        status: Status,
        reason: Option<String>,
        records: u64,
        counters: Counters,
        summary: Summary,
    ) -> Result<(), RunError> {
        self.stages[job] = Stage::Ended;
        self.say([EventKind::JobEnded { job, status, reason, records, counters, summary }])?;
        if self.stopping.is_none() {
            self.plan_next()?;
        }
        Ok(())
    }

    /// Looks after the workers: who is late, who is silent, who is to stop.
    fn watch(&mut self) -> Result<(), RunError> {
        let cancel = &self.options.cancel;
        if cancel.requested() && self.stopping.is_none() {
            self.stopping = Some(Instant::now());
            self.say([EventKind::CancelRequested])?;
            for job in 0..self.stages.len() {
                self.stop_job(job)?;
            }
        }
        let at_once = self.options.cancel.at_once();
        for at in 0..self.slots.len() {
            let slot = Arc::clone(&self.slots[at].0);
            let Some(busy) = slot.busy() else { continue };
            let limits = &self.shared.limits[busy.job];
            let superfluous = {
                let inner = self.shared.lock();
                inner.queues[busy.job].as_ref().is_some_and(|queue| queue.superfluous(busy.ticket.shard))
            };
            let process = slot.group.load(Ordering::Relaxed) != 0;
            if superfluous || self.stopping.is_some_and(|since| since.elapsed() > FINISH) {
                slot.tell(busy.ticket, Verdict::Cancelled, true);
            } else if busy.since.elapsed() > limits.deadline {
                slot.tell(busy.ticket, Verdict::Late, false);
            } else if process && limits.silence.is_some_and(|silence| slot.silent() > silence) {
                slot.tell(busy.ticket, Verdict::Silent, false);
            }
            if at_once || busy.told.is_some_and(|told| told.elapsed() > STOP) {
                self.replace(at, busy.job, busy.ticket)?;
            }
        }
        Ok(())
    }

    /// Gives up a worker that does not come back, and puts another in its place.
    fn replace(&mut self, at: usize, job: usize, ticket: Ticket) -> Result<(), RunError> {
        let slot = Arc::clone(&self.slots[at].0);
        let Some((lease, next)) = slot.abandon(ticket) else { return Ok(()) };
        let verdict = slot.verdict();
        let fates = lease.tickets.iter().enumerate().map(|(at, &ticket)| {
            let fate = if at == next { stopped_fate(verdict) } else { Fate::Returned { alone: false } };
            (ticket, fate, Duration::ZERO)
        });
        {
            let mut inner = self.shared.lock();
            self.shared.settle(&mut inner, job, fates.collect(), STOP);
        }
        if self.stopping.is_some() {
            return self.stop_job(job);
        }
        self.open_slot()?;
        let (fresh, thread) = self.slots.pop().expect("it was just opened");
        // The old thread is left to itself; it ends as soon as it looks up.
        self.slots[at] = (fresh, thread);
        Ok(())
    }

    /// Drops what a job has not begun; if nothing runs, it is over.
    fn stop_job(&mut self, job: usize) -> Result<(), RunError> {
        match self.stages[job] {
            Stage::Waiting => self.job_failed(job, JobError::Stopped),
            Stage::Running => {
                let over = {
                    let mut inner = self.shared.lock();
                    let Some(queue) = &mut inner.queues[job] else { return Ok(()) };
                    queue.drop_rest();
                    queue.over()
                };
                if over { self.merge(job) } else { Ok(()) }
            }
            Stage::Planning if self.options.cancel.at_once() => self.job_failed(job, JobError::Stopped),
            Stage::Planning | Stage::Merging | Stage::Ended => Ok(()),
        }
    }

    /// Sends the workers home. Who is stuck is not waited for.
    fn close(&mut self) {
        self.shared.lock().closing = true;
        self.shared.work.notify_all();
        for (slot, thread) in self.slots.drain(..) {
            if let Some(busy) = slot.busy() {
                slot.abandon(busy.ticket);
            }
            if !slot.abandoned() {
                // A worker's panic is a fault of the engine's own; it is reported as such elsewhere.
                let _ = thread.join();
            }
        }
    }
}

/// Starts a thread for something that the loop does not wait for.
fn aside(name: &str, what: impl FnOnce() + Send + 'static) -> Result<(), RunError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(what).map(drop).map_err(RunError::Thread)
}

/// Why a job is cancelled, if shards are missing for it.
fn not_done(cancelled: u32) -> Option<String> {
    (cancelled > 0).then(|| format!("{cancelled} of its shards were not done"))
}

fn sum(results: &[Option<ShardResult>]) -> Counters {
    let mut sum = Counters::new();
    for (name, n) in results.iter().flatten().flat_map(|result| &result.counters) {
        *sum.entry(name.clone()).or_default() += n;
    }
    sum
}

/// The wall clock, in milliseconds since 1970-01-01 UTC.
pub(crate) fn wall_clock_ms() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, millis)
}
