//! Runs: jobs are planned, their shards run, their outputs are merged, and everything is recorded.

mod cluster_jobs;
mod error;
mod job_lifecycle;
mod observer;
mod recorder;
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
use crate::run_dir::RunDir;
use crate::run_options::RunOptions;
use crate::state::RunState;
use crate::worker_pool::{LoopMessage, PoolState, WorkerPool};
use recorder::Recorder;
use run_loop::{JobStage, RunLoop};

/// Longest time that the loop waits for a message before it looks after the workers.
const TICK: Duration = Duration::from_millis(40);

/// Result of a run.
#[derive(Debug)]
pub struct FinishedRun {
    /// End of the run.
    pub status: CompletionStatus,
    /// State after all events.
    pub state: RunState,
    /// Files that each job made, by name; empty if there is a [`RunDir`], where they are then.
    pub files: Vec<BTreeMap<String, Vec<u8>>>,
}

/// Runs jobs to their end: plans them, runs their shards, merges their outputs. With a
/// [`RunDir`] every finished shard survives the process, and the run can be resumed.
///
/// The calling thread becomes the loop of the run. The result does not depend on the options,
/// only on the jobs.
///
/// # Errors
/// [`RunError`], if the destination fails. Failed shards or jobs are not an error but
/// a [`CompletionStatus`].
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
    let pool = Arc::new(WorkerPool {
        limits: jobs.iter().map(|job| options.mode.limits(job.limits())).collect(),
        state: Mutex::new(PoolState::new(jobs.len())),
        jobs,
        workers: options.workers.max(1),
        start: Instant::now(),
        work_changed: Condvar::new(),
        messages: sender,
    });
    let mut run = RunLoop::new(pool, options, dir, Recorder::open(dir, observer)?);
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
    if !run.start_cluster_jobs()? {
        // A thread for each shard that may run at once; the schedule decides which of them is busy.
        // Waiting shards need threads of their own, or they would keep computing ones from theirs.
        let extra = run.pool.limits.iter().map(|limits| limits.extra_io_slots(run.pool.workers));
        for _ in 0..run.pool.workers + extra.sum::<usize>() {
            let worker = run.start_worker()?;
            run.workers.push(worker);
        }
    }
    run.plan_next()?;
    while run.jobs.iter().any(|job| job.stage != JobStage::Ended) {
        // Events of workers are recorded once per round, so that one sync of the journal serves many shards.
        match messages.recv_timeout(TICK) {
            Ok(message) => handle(run, message)?,
            // The timeout is the pulse of the loop; the pool itself holds a sender, so the channel
            // never closes.
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        // All that has come is handled at once, so that supervision runs once per batch and not per
        // message.
        while let Ok(message) = messages.try_recv() {
            handle(run, message)?;
        }
        run.supervise()?;
        run.drain_events()?;
        run.recorder.tick(millis(run.pool.start.elapsed()));
    }
    run.drain_events()?;
    let status = status_of(&run.recorder.state);
    run.record(EventKind::RunEnded { status })?;
    run.recorder.tick(millis(run.pool.start.elapsed()));
    Ok(())
}

fn handle(run: &mut RunLoop<'_>, message: LoopMessage) -> Result<(), RunError> {
    match message {
        LoopMessage::Planned(job, planned) => run.begin(job, planned),
        LoopMessage::ShardsDone(job) => run.merge(job),
        LoopMessage::Merged(job, merged) => run.end_merged(job, merged),
        LoopMessage::Failed(job, error) => run.fail_job(job, error),
        // It only wakes the loop: `drain_events` returns the error.
        LoopMessage::Abort => Ok(()),
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
