//! Shards on threads of this process.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{LeasedWork, Worker, WorkerStatus, stopped_fate};
use crate::error::ShardError;
use crate::event::{LogLevel, Outcome};
use crate::job::{RecordSink, ShardOutput};
use crate::schedule::{Attempt, AttemptResult};
use crate::store::ShardWriter;

/// Runs shards where it is.
#[derive(Debug, Default)]
pub(crate) struct ThreadWorker {
    line: Vec<u8>,
}

struct ThreadSink<'a> {
    draft: ShardWriter<'a>,
    slot: &'a WorkerStatus,
    say: &'a (dyn Fn(LogLevel, String) + Sync),
    destination: Option<io::Error>,
}

impl RecordSink for ThreadSink<'_> {
    fn record(&mut self, line: &[u8]) {
        if self.destination.is_none() {
            self.destination = self.draft.record(line).err();
            self.slot.live.store(self.draft.records(), Ordering::Relaxed);
        }
    }

    fn count(&mut self, name: &str, n: u64) {
        self.draft.count(name, n);
    }

    fn log(&mut self, level: LogLevel, text: String) {
        (self.say)(level, text);
    }

    fn set_activity(&self, text: Option<&str>) {
        self.slot.doing(text);
    }

    fn stopped(&self) -> bool {
        self.slot.stopped() || self.destination.is_some()
    }
}

impl Worker for ThreadWorker {
    fn run(
        &mut self,
        work: &LeasedWork<'_>,
        report: &mut dyn FnMut(Attempt, AttemptResult, Duration),
    ) -> io::Result<()> {
        let mut since = Instant::now();
        for (at, &ticket) in work.lease.tickets.iter().enumerate() {
            if !work.slot.begin(at) {
                return Ok(());
            }
            let fate = self.run_one(work, ticket)?;
            let now = Instant::now();
            report(ticket, fate, now - since);
            since = now;
        }
        Ok(())
    }
}

impl ThreadWorker {
    fn run_one(&mut self, work: &LeasedWork<'_>, ticket: Attempt) -> io::Result<AttemptResult> {
        let shard = &work.plan.shards()[ticket.shard as usize];
        let mut sink = ThreadSink {
            draft: ShardWriter::new(work.store, ticket.shard),
            slot: work.slot,
            say: work.say,
            destination: None,
        };
        let line = &mut self.line;
        // A job that panicked is not used again by this shard; its own state is its settings.
        let ended =
            catch_unwind(AssertUnwindSafe(|| work.job.run(shard, &mut ShardOutput::new(&mut sink, line))));
        if let Some(error) = sink.destination.take() {
            return Err(error);
        }
        Ok(match ended {
            Ok(Ok(())) if work.slot.abandoned() => AttemptResult::Cancelled,
            Ok(Ok(())) => AttemptResult::Finished(sink.draft.finish()?),
            Ok(Err(ShardError::Failed(reason))) => AttemptResult::Bad(Outcome::Failed, reason.into(), false),
            Ok(Err(ShardError::Retry(reason))) => AttemptResult::Bad(Outcome::Failed, reason.into(), true),
            Ok(Err(ShardError::Stopped)) => stopped_fate(work.slot.verdict()),
            Err(panic) => AttemptResult::Bad(Outcome::Crashed, panic_reason(&*panic).into(), true),
        })
    }
}

/// What a panic said.
pub(crate) fn panic_reason(panic: &(dyn std::any::Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it panicked: {}", text.unwrap_or("no message"))
}
