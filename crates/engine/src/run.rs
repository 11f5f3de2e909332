//! Runs: jobs are planned, their shards run, their outputs are merged, and everything is recorded.

mod error;
mod job_lifecycle;
mod observer;
mod recorder;
mod remote_jobs;
mod run_loop;
mod supervision;

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

pub use error::RunError;
pub use observer::Observer;

use crate::clock::{millis, wall_clock_ms};
use crate::event::{CompletionStatus, EventKind};
use crate::job::Job;
use crate::poison_items::PoisonItems;
use crate::run_dir::RunDir;
use crate::run_options::RunOptions;
use crate::shared_run::{LoopMessage, SharedRun, SharedState};
use crate::state::RunState;
use recorder::Recorder;
use run_loop::{JobStage, RunLoop};

/// Longest time that the loop waits for a message before it supervises the workers.
const TICK: Duration = Duration::from_millis(40);

/// Result of a run.
#[derive(Debug)]
pub struct FinishedRun {
    /// Way in which the run ended.
    pub status: CompletionStatus,
    /// State after all events.
    pub state: RunState,
    /// Files that each job made, by name. Empty if there is a [`RunDir`]: then the files are in its folder.
    pub files: Vec<BTreeMap<String, Vec<u8>>>,
}

/// Runs jobs to their end: plans them, runs their shards, merges their outputs. With a
/// [`RunDir`] every finished shard survives the process, and the run can be resumed.
///
/// The calling thread becomes the loop of the run. The records of a run that completes do not depend on the
/// options, only on the jobs.
///
/// # Errors
/// [`RunError`] if two jobs have the same name, if the folder of the run is missing, unusable or cannot be written, or
/// if a thread cannot be started. Failed shards or jobs are not an error but a [`CompletionStatus`].
pub fn run(
    jobs: Vec<Arc<dyn Job>>,
    options: &RunOptions,
    dir: Option<&RunDir>,
    observer: &mut dyn Observer,
) -> Result<FinishedRun, RunError> {
    let names: Vec<String> = jobs.iter().map(|job| job.name().to_owned()).collect();
    if let Some((_, name)) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        return Err(RunError::DuplicateJob(name.clone()));
    }
    let (sender, messages) = mpsc::channel();
    let shared = Arc::new(SharedRun {
        poison: jobs.iter().map(|_| PoisonItems::default()).collect(),
        limits: jobs.iter().map(|job| options.mode.limits(job.limits())).collect(),
        state: Mutex::new(SharedState::new(jobs.len())),
        jobs,
        worker_count: options.workers.max(1),
        holds_failures: options.holds_failures,
        start: Instant::now(),
        work_changed: Condvar::new(),
        messages: sender,
    });
    let mut run = RunLoop::new(shared, options, dir, Recorder::open(dir, observer)?);
    run.record(EventKind::RunStarted {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        clock_ms: dir.map_or_else(wall_clock_ms, RunDir::clock_ms),
        jobs: names,
        resumed: dir.is_some_and(RunDir::resumed),
        mode: options.mode.name().to_owned(),
        workers: options.workers,
    })?;
    let ended = drive(&mut run, &messages);
    // Workers must end on errors too.
    run.close();
    ended?;
    let RunLoop { recorder, jobs, .. } = run;
    let state = recorder.state;
    let files = jobs.into_iter().map(|job| job.files).collect();
    Ok(FinishedRun { status: state.status.unwrap_or(CompletionStatus::Failed), state, files })
}

/// Drives the run until all jobs have ended.
fn drive(run: &mut RunLoop<'_>, messages: &Receiver<LoopMessage>) -> Result<(), RunError> {
    if run.options.mode.is_remote() {
        run.start_remote_jobs()?;
    } else {
        run.warn_of_submissions();
        // One thread for every shard that may run at the same time. Shards that mostly wait for the network get
        // extra threads, so that they do not take threads from shards that compute.
        let extra = run.shared.limits.iter().map(|limits| limits.extra_io_slots(run.shared.worker_count));
        for _ in 0..run.shared.worker_count + extra.sum::<usize>() {
            let worker = run.start_worker()?;
            run.workers.push(worker);
        }
    }
    run.plan_next()?;
    while run.jobs.iter().any(|job| job.stage != JobStage::Ended) {
        match messages.recv_timeout(TICK) {
            Ok(message) => handle(run, message)?,
            // The timeout keeps supervision going while no message comes. `SharedRun` itself holds a sender, so
            // the channel never closes.
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        // All messages that have arrived are handled first, so that supervision runs once per batch and not
        // once per message.
        while let Ok(message) = messages.try_recv() {
            handle(run, message)?;
        }
        run.supervise()?;
        // Once per round, so that one sync of the journal covers the events of many shards.
        run.drain_events()?;
        run.recorder.tick(millis(run.shared.start.elapsed()));
    }
    // Before the end of the run, which is its last event: what the processes of the workers leave behind is reported.
    run.close();
    run.drain_events()?;
    let status = status_of(&run.recorder.state);
    run.record(EventKind::RunEnded { status })?;
    run.recorder.tick(millis(run.shared.start.elapsed()));
    Ok(())
}

fn handle(run: &mut RunLoop<'_>, message: LoopMessage) -> Result<(), RunError> {
    match message {
        // From a job that the run no longer waits for.
        LoopMessage::Planned(job, _) | LoopMessage::Failed(job, _) if run.has_ended(job) => Ok(()),
        LoopMessage::Planned(job, planned) => run.begin(job, planned),
        LoopMessage::ShardsDone(job) => run.merge(job),
        LoopMessage::Merged(job, merged) => run.end_merged(job, merged),
        LoopMessage::Failed(job, error) => run.fail_job(job, error),
        LoopMessage::Wake => Ok(()),
    }
}

/// Returns the status of a run whose jobs have ended.
fn status_of(state: &RunState) -> CompletionStatus {
    let count = |status| state.jobs.iter().filter(|job| job.status == Some(status)).count();
    match state.jobs.len() {
        _ if count(CompletionStatus::Cancelled) > 0 => CompletionStatus::Cancelled,
        all if count(CompletionStatus::Complete) == all => CompletionStatus::Complete,
        all if count(CompletionStatus::Failed) == all => CompletionStatus::Failed,
        _ => CompletionStatus::Partial,
    }
}
