//! Shards on threads of this process.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{Slot, Work, Worker, stopped_fate};
use crate::error::ShardError;
use crate::event::{Level, Outcome};
use crate::job::{Output, Sink};
use crate::schedule::{Fate, Ticket};
use crate::store::Draft;

/// Runs shards where it is.
#[derive(Debug, Default)]
pub(crate) struct Thread {
    line: Vec<u8>,
}

struct ThreadSink<'a> {
    draft: Draft<'a>,
    slot: &'a Slot,
    say: &'a (dyn Fn(Level, String) + Sync),
    destination: Option<io::Error>,
}

impl Sink for ThreadSink<'_> {
    fn record(&mut self, line: &[u8]) {
        if self.destination.is_none() {
            self.destination = self.draft.record(line).err();
            self.slot.live.store(self.draft.records(), Ordering::Relaxed);
        }
    }

    fn count(&mut self, name: &str, n: u64) {
        self.draft.count(name, n);
    }

    fn note(&mut self, level: Level, text: String) {
        (self.say)(level, text);
    }

    fn doing(&self, text: Option<&str>) {
        self.slot.doing(text);
    }

    fn stopped(&self) -> bool {
        self.slot.stopped() || self.destination.is_some()
    }
}

impl Worker for Thread {
    fn run(&mut self, work: &Work<'_>, report: &mut dyn FnMut(Ticket, Fate, Duration)) -> io::Result<()> {
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

impl Thread {
    fn run_one(&mut self, work: &Work<'_>, ticket: Ticket) -> io::Result<Fate> {
        let shard = &work.plan.shards()[ticket.shard as usize];
        let mut sink = ThreadSink {
            draft: Draft::new(work.store, ticket.shard),
            slot: work.slot,
            say: work.say,
            destination: None,
        };
        let line = &mut self.line;
        // A job that panicked is not used again by this shard; its own state is its settings.
        let ended = catch_unwind(AssertUnwindSafe(|| work.job.run(shard, &mut Output::new(&mut sink, line))));
        if let Some(error) = sink.destination.take() {
            return Err(error);
        }
        Ok(match ended {
            Ok(Ok(())) if work.slot.abandoned() => Fate::Cancelled,
            Ok(Ok(())) => Fate::Finished(sink.draft.finish()?),
            Ok(Err(ShardError::Failed(reason))) => Fate::Bad(Outcome::Failed, reason.into(), false),
            Ok(Err(ShardError::Retry(reason))) => Fate::Bad(Outcome::Failed, reason.into(), true),
            Ok(Err(ShardError::Stopped)) => stopped_fate(work.slot.verdict()),
            Err(panic) => Fate::Bad(Outcome::Crashed, panic_reason(&*panic).into(), true),
        })
    }
}

/// What a panic said.
pub(crate) fn panic_reason(panic: &(dyn std::any::Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it panicked: {}", text.unwrap_or("no message"))
}
