//! Shards in child processes. A process runs shard after shard; one that dies is replaced.

use std::io;
use std::time::Duration;

use super::live_process::{LeaseProgress, LiveProcess};
use super::status::{StopReason, WorkerStatus};
use super::worker_failure::WorkerFailure;
use super::{LeasedWork, ReportResult, Worker};
use crate::command_line::CommandLine;
use crate::event::{LogLevel, Outcome};
use crate::job::Job;
use crate::plan::{Plan, PlanContext};
use crate::run_options::MemoryLimit;
use crate::schedule::AttemptResult;

/// Runs shards in a child process.
#[derive(Debug)]
pub(crate) struct ProcessWorker {
    own_command: CommandLine,
    memory: Option<MemoryLimit>,
    live: Option<LiveProcess>,
    /// Buffer of one line.
    line: Vec<u8>,
}

impl ProcessWorker {
    /// Creates a worker without a process. `own_command` starts this program as a worker; jobs with a command of
    /// their own use that.
    pub(crate) fn new(own_command: CommandLine, memory: Option<MemoryLimit>) -> Self {
        Self { own_command, memory, live: None, line: Vec::new() }
    }

    /// Returns the process for a job, and starts it if necessary.
    fn ready(
        &mut self,
        job: usize,
        definition: &dyn Job,
        status: &WorkerStatus,
    ) -> io::Result<&mut LiveProcess> {
        if self.live.as_ref().is_some_and(|live| live.job() != job) {
            self.shut_down();
        }
        let live = match self.live.take() {
            Some(live) => live,
            None => {
                let command = definition.command().unwrap_or(&self.own_command);
                LiveProcess::start(job, command, self.memory.as_ref(), definition)?
            }
        };
        live.register(status);
        Ok(self.live.insert(live))
    }

    /// Ends the process in peace.
    fn shut_down(&mut self) {
        if let Some(live) = self.live.take() {
            live.shut_down();
        }
    }

    /// Kills a process that failed, and returns the reason.
    fn reap(&mut self, status: &WorkerStatus, failure: &WorkerFailure) -> String {
        // First of all: its number may soon belong to another process, which must not be killed.
        status.set_process_group(0);
        match self.live.take() {
            Some(live) => live.reap(failure, self.memory.as_ref()),
            None => failure.reason(None, None, None),
        }
    }

    /// Reports the shards that a process had when it failed.
    fn report_unanswered(
        &mut self,
        work: &LeasedWork<'_>,
        progress: &LeaseProgress,
        failure: &WorkerFailure,
        report: &mut ReportResult<'_>,
    ) {
        let reason = self.reap(work.status, failure);
        let stop_reason = work.status.stop_reason();
        let unanswered = &work.lease.attempts[progress.done..progress.sent];
        // A process that was stopped was stopped because of the shard that it ran. One that died while it had
        // several may have died of any of them: answers are sent in batches, and some may be lost.
        let is_first_to_blame = unanswered.len() == 1 || stop_reason.is_some();
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

/// Plans a job that has a command of its own.
pub(crate) fn plan_in_process(
    job: &dyn Job,
    command: &CommandLine,
    context: &PlanContext,
) -> Result<Plan, String> {
    let mut worker = ProcessWorker::new(command.clone(), None);
    let status = WorkerStatus::new(context.cancel.clone());
    let planned = worker
        .ready(0, job, &status)
        .map_err(|error| WorkerFailure::Refused(format!("cannot start {}: {error}", command.program())))
        .and_then(|live| live.ask_plan(context.clock_ms));
    planned.map_err(|failure| worker.reap(&status, &failure))
}

impl Drop for ProcessWorker {
    fn drop(&mut self) {
        self.shut_down();
    }
}

impl Worker for ProcessWorker {
    fn run(&mut self, work: &LeasedWork<'_>, report: &mut ReportResult<'_>) -> io::Result<()> {
        let attempts = &work.lease.attempts;
        let mut progress = LeaseProgress::default();
        let mut line = std::mem::take(&mut self.line);
        let ended = match self.ready(work.lease.job, &**work.job, work.status) {
            Ok(live) => live.run_lease(work, &mut progress, &mut line, report),
            Err(error) => {
                // The fault of the machine rather than of the shard, and perhaps a passing one: report it for
                // the first shard, so that its attempts bound it.
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
                self.shut_down();
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
