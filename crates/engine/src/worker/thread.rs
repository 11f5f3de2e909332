//! Runs shards on threads of this process.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use super::status::{StopReason, WorkerStatus};
use super::{LeasedWork, ResultCallback, Worker};
use crate::error::ShardError;
use crate::event::{LogLevel, Outcome};
use crate::panic_reason::panic_reason;
use crate::poison_items::{item_name, reports_items};
use crate::schedule::{Attempt, AttemptResult};
use crate::shard_output::{RecordSink, ShardOutput};
use crate::shard_writer::ShardWriter;

/// Runs shards on the calling thread.
#[derive(Debug, Default)]
pub(crate) struct ThreadWorker {
    /// Buffer of one record.
    line: Vec<u8>,
}

struct ThreadSink<'a> {
    writer: ShardWriter<'a>,
    status: &'a WorkerStatus,
    log: &'a (dyn Fn(LogLevel, String) + Sync),
    /// Number of the attempt, from 1.
    attempt: u32,
    /// Items that are left out.
    left_out: Vec<String>,
    write_error: Option<io::Error>,
}

impl RecordSink for ThreadSink<'_> {
    fn record(&mut self, line: &[u8]) {
        if self.write_error.is_none() {
            self.write_error = self.writer.record(line).err();
            self.status.set_records(self.writer.records());
        }
    }

    fn count(&mut self, name: &str, n: u64) {
        self.writer.count(name, n);
    }

    fn log(&mut self, level: LogLevel, text: String) {
        (self.log)(level, text);
    }

    fn set_activity(&self, text: Option<&str>) {
        self.status.set_activity(text);
    }

    fn begin_item(&mut self, name: &str) -> bool {
        self.status.set_item(name);
        !self.left_out.iter().any(|item| item == item_name(name))
    }

    fn attempt(&self) -> u32 {
        self.attempt
    }

    fn stopped(&self) -> bool {
        self.status.should_stop() || self.write_error.is_some()
    }
}

impl Worker for ThreadWorker {
    fn run(&mut self, work: &LeasedWork<'_>, report: &mut ResultCallback<'_>) -> io::Result<()> {
        let mut since = Instant::now();
        for (position, &attempt) in work.lease.attempts.iter().enumerate() {
            if !work.status.begin_shard(position) {
                return Ok(());
            }
            let result = self.run_attempt(work, attempt)?;
            // One reading of the clock ends a shard and begins the next, so that no time between them is lost.
            let now = Instant::now();
            report(attempt, result, now - since);
            since = now;
        }
        Ok(())
    }
}

impl ThreadWorker {
    fn run_attempt(&mut self, work: &LeasedWork<'_>, attempt: Attempt) -> io::Result<AttemptResult> {
        let shard = &work.plan.shards()[attempt.shard as usize];
        let mut sink = ThreadSink {
            writer: ShardWriter::new(work.store, attempt.shard).deferred(work.is_deferred),
            status: work.status,
            log: work.log,
            attempt: attempt.number,
            left_out: work.poison.left_out(attempt.shard),
            write_error: None,
        };
        let line = &mut self.line;
        // Unwind safe: a panic can leave only the output half done, and the output is dropped. The job itself
        // consists of settings, which do not change.
        let ended =
            catch_unwind(AssertUnwindSafe(|| work.job.run(shard, &mut ShardOutput::new(&mut sink, line))));
        if let Some(error) = sink.write_error.take() {
            return Err(error);
        }
        let failed = |outcome, reason: String, retryable| AttemptResult::Failed {
            outcome,
            reason: reason.into(),
            retryable,
        };
        Ok(match ended {
            Ok(Ok(())) if work.status.is_abandoned() => AttemptResult::Cancelled,
            Ok(Ok(())) => AttemptResult::Finished(sink.writer.finish()?),
            Ok(Err(ShardError::Failed(reason))) => failed(Outcome::Failed, reason, false),
            Ok(Err(ShardError::Retry(reason))) => failed(Outcome::Failed, reason, true),
            Ok(Err(ShardError::Exited { exit, reason })) => {
                AttemptResult::Exited { exit, reason: reason.into() }
            }
            Ok(Err(ShardError::Write(error))) => return Err(error.into()),
            Ok(Err(ShardError::Stopped)) => StopReason::result(work.status.stop_reason()),
            Err(panic) => {
                // After a second panic, as after the second death of a process.
                if let Some(item) = work.status.take_item().filter(|_| reports_items(attempt.number)) {
                    work.poison.add(attempt.shard, item);
                }
                failed(Outcome::Crashed, panic_reason(&*panic), true)
            }
        })
    }
}
