//! Runs shards in child processes. A process runs one shard after the other; one that dies is replaced.

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::live_process::{LeaseProgress, LiveProcess};
use super::status::{StopReason, WorkerStatus};
use super::worker_failure::WorkerFailure;
use super::{LeasedWork, ResultCallback, Worker};
use crate::cancel_token::CancelToken;
use crate::child_process::kill_group;
use crate::command_line::CommandLine;
use crate::error::JobError;
use crate::event::{LogLevel, Outcome};
use crate::job::Job;
use crate::plan::{Plan, PlanContext};
use crate::run_options::MemoryLimit;
use crate::schedule::AttemptResult;

/// Time between two looks at a command that plans.
const GUARD_INTERVAL: Duration = Duration::from_millis(40);

/// Runs shards in a child process.
#[derive(Debug)]
pub(crate) struct ProcessWorker {
    default_command: CommandLine,
    memory: Option<MemoryLimit>,
    live: Option<LiveProcess>,
    /// Buffer of one line.
    line: Vec<u8>,
}

impl ProcessWorker {
    /// Creates a worker that has no process yet. `default_command` starts the process of a job that has no command
    /// of its own.
    pub(crate) fn new(default_command: CommandLine, memory: Option<MemoryLimit>) -> Self {
        Self { default_command, memory, live: None, line: Vec::new() }
    }

    /// Returns the process for a job and an attempt, and starts it if necessary.
    fn process_for(
        &mut self,
        job_index: usize,
        (job, attempt): (&dyn Job, u32),
        status: &WorkerStatus,
    ) -> io::Result<&mut LiveProcess> {
        let memory = self.memory_for(job, attempt);
        let bytes = memory.as_ref().map(|limit| limit.bytes);
        let is_other = |live: &LiveProcess| live.job_index() != job_index || live.memory_bytes() != bytes;
        if self.live.as_ref().is_some_and(is_other) {
            self.shut_down(&|_, _, _| {});
        }
        let live = match self.live.take() {
            Some(live) => live,
            None => {
                let command = job.command().unwrap_or(&self.default_command);
                LiveProcess::start(job_index, command, memory, job)?
            }
        };
        // For the supervising loop, which may have to kill the process.
        status.set_process_group(live.process_group());
        Ok(self.live.insert(live))
    }

    /// Returns the limit of the memory of a job's process at an attempt: its own, or that of the run.
    fn memory_for(&self, job: &dyn Job, attempt: u32) -> Option<MemoryLimit> {
        let limits = job.limits();
        let grown = |bytes| limits.memory_growth.map_or(bytes, |growth| growth.bytes(bytes, attempt));
        match limits.memory_bytes.map(grown) {
            None => self.memory.clone(),
            Some(0) => None,
            Some(bytes) => Some(MemoryLimit::new(bytes, format!("the memory of the job {}", job.name()))),
        }
    }

    /// Ends the process without killing it, if that takes only a moment; see [`LiveProcess::shut_down`].
    fn shut_down(&mut self, log: &dyn Fn(usize, LogLevel, String)) {
        if let Some(live) = self.live.take() {
            let job = live.job_index();
            report_orphans(live.shut_down(), &|level, text| log(job, level, text));
        }
    }

    /// Kills a process that failed, and returns the reason.
    fn reap(
        &mut self,
        status: &WorkerStatus,
        failure: &WorkerFailure,
        log: &dyn Fn(LogLevel, String),
    ) -> String {
        // First of all: the kernel may give the process id of the dead child to another process, which must not be
        // killed.
        status.set_process_group(0);
        match self.live.take() {
            Some(live) => {
                let (reason, orphans) = live.reap(failure);
                report_orphans(orphans, log);
                reason
            }
            None => failure.reason(None, None, None),
        }
    }

    /// Reports the shards that were sent to a process and not answered when it failed.
    fn report_unanswered(
        &mut self,
        work: &LeasedWork<'_>,
        progress: &LeaseProgress,
        failure: &WorkerFailure,
        report: &mut ResultCallback<'_>,
    ) {
        let reason = self.reap(work.status, failure, work.log);
        let stop_reason = work.status.stop_reason();
        let unanswered = &work.lease.attempts[progress.done..progress.sent];
        // If the engine stopped the process, the shard that was running is the reason. If the process died by
        // itself while it had several shards, any of them may be the reason: answers are sent in batches, and some
        // may be lost.
        let is_first_to_blame = unanswered.len() == 1 || stop_reason.is_some();
        let item = work.status.take_item();
        if let (true, [first, ..], Some(item)) = (is_first_to_blame, unanswered, item)
            && stop_reason != Some(StopReason::Cancelled)
        {
            work.poison.add(first.shard, item);
        }
        if !is_first_to_blame {
            let text = format!("{} shards are tried again one by one: {reason}", unanswered.len());
            (work.log)(LogLevel::Warning, text);
        }
        for (position, &attempt) in unanswered.iter().enumerate() {
            let result = match (is_first_to_blame, position) {
                (true, 0) if stop_reason.is_some() => StopReason::result(stop_reason),
                (true, 0) => AttemptResult::Failed {
                    outcome: Outcome::Crashed,
                    reason: reason.as_str().into(),
                    retryable: true,
                },
                (true, _) => AttemptResult::Requeued { isolate: false },
                (false, _) => AttemptResult::Requeued { isolate: true },
            };
            report(attempt, result, Duration::ZERO);
        }
    }
}

/// Plans a job that has a command of its own: the command makes the plan, within the deadline of a shard. A request to
/// stop ends it at once: a plan that is half made is of no use.
pub(crate) fn plan_in_child_process(
    job: &dyn Job,
    command: &CommandLine,
    context: &PlanContext,
) -> Result<Plan, JobError> {
    let mut worker = ProcessWorker::new(command.clone(), None);
    let status = WorkerStatus::new(context.cancel.clone());
    let live = worker
        .process_for(0, (job, 1), &status)
        .map_err(|error| JobError::Failed(format!("cannot start {}: {error}", command.program())))?;
    let deadline = job.limits().deadline;
    let mut is_ready = false;
    let (planned, killed) = thread::scope(|scope| {
        let (done, until) = mpsc::channel::<()>();
        let group = live.process_group();
        let guard = scope.spawn(move || guard_planning(group, deadline, &context.cancel, &until));
        let planned = live.ask_plan(context.clock_ms, &mut is_ready);
        // Ends the guard.
        drop(done);
        (planned, guard.join().ok().flatten())
    });
    planned.map_err(|failure| {
        // A planner has no lines of the log: it is not running yet.
        let reason = worker.reap(&status, &failure, &|_, _| {});
        match killed {
            Some(StopReason::Cancelled) => JobError::Stopped,
            Some(_) => {
                let what = if is_ready { "finish its plan" } else { "say `ready`" };
                JobError::Failed(format!(
                    "its command did not {what} within its deadline of {} s",
                    deadline.as_secs_f64()
                ))
            }
            None => JobError::Failed(reason),
        }
    })
}

/// Kills the process group of a command that plans too long, or after a request to stop. Returns why it did. Ends when
/// the other end of `until` is gone.
fn guard_planning(
    group: u32,
    deadline: Duration,
    cancel: &CancelToken,
    until: &Receiver<()>,
) -> Option<StopReason> {
    let since = Instant::now();
    while let Err(RecvTimeoutError::Timeout) = until.recv_timeout(GUARD_INTERVAL) {
        let reason = if cancel.requested() {
            StopReason::Cancelled
        } else if since.elapsed() > deadline {
            StopReason::Late
        } else {
            continue;
        };
        kill_group(group);
        return Some(reason);
    }
    None
}

impl Drop for ProcessWorker {
    fn drop(&mut self) {
        self.shut_down(&|_, _, _| {});
    }
}

/// Reports the processes that a worker left behind.
fn report_orphans(count: usize, log: &dyn Fn(LogLevel, String)) {
    if count > 0 {
        let processes = if count == 1 { "process" } else { "processes" };
        let text = format!("its command left {count} {processes} behind, outside of its group: killed");
        log(LogLevel::Warning, text);
    }
}

impl Worker for ProcessWorker {
    fn end(&mut self, log: &dyn Fn(usize, LogLevel, String)) {
        self.shut_down(log);
    }

    fn run(&mut self, work: &LeasedWork<'_>, report: &mut ResultCallback<'_>) -> io::Result<()> {
        let attempts = &work.lease.attempts;
        let mut progress = LeaseProgress::default();
        let mut line = std::mem::take(&mut self.line);
        // A lease of several shards has the memory of the attempt that may use most.
        let attempt = attempts.iter().map(|attempt| attempt.number).max().unwrap_or(1);
        let ended = match self.process_for(work.lease.job, (&**work.job, attempt), work.status) {
            Ok(live) => live.run_lease(work, &mut progress, &mut line, report),
            Err(error) => {
                // The machine is to blame and not the shard, and the problem may pass. It is reported as a failed
                // attempt of the first shard, so that the limit of attempts also limits how often this process
                // tries to start a worker.
                work.status.begin_shard(0);
                let reason = format!("cannot start its worker: {error}").into();
                let result = AttemptResult::Failed { outcome: Outcome::Crashed, reason, retryable: true };
                report(attempts[0], result, Duration::ZERO);
                (progress.sent, progress.done) = (1, 1);
                Ok(())
            }
        };
        self.line = line;
        match ended {
            Ok(()) => {}
            Err(WorkerFailure::Destination(error)) => {
                self.shut_down(&|_, _, _| {});
                return Err(error);
            }
            Err(failure) => self.report_unanswered(work, &progress, &failure, report),
        }
        for &attempt in &attempts[progress.sent..] {
            report(attempt, AttemptResult::Requeued { isolate: false }, Duration::ZERO);
        }
        Ok(())
    }
}
