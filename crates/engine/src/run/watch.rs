//! Looking after the workers: who is late, who is silent, who is to stop.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{JobStage, RunError, RunLoop};
use crate::error::JobError;
use crate::event::EventKind;
use crate::options::RunOptions;
use crate::schedule::{Attempt, AttemptResult};
use crate::worker::{StopReason, stopped_fate};

/// After a request to stop, shards may finish for so long.
const FINISH: Duration = Duration::from_secs(2);

/// After they were told to stop, they may take so long to do it.
const STOP: Duration = Duration::from_secs(2);

/// The loop looks around many times a second. If it did not for so long, this process was stopped
/// (Ctrl+Z) for a while.
const ASLEEP: Duration = Duration::from_secs(2);

impl RunLoop<'_> {
    /// Looks after the workers: who is late, who is silent, who is to stop.
    pub(super) fn watch(&mut self) -> Result<(), RunError> {
        let gap = std::mem::replace(&mut self.looked_at, Instant::now()).elapsed();
        if gap > ASLEEP {
            self.slots.iter().for_each(|(slot, _)| slot.slept(gap));
        }
        let RunOptions { cancel, pause, .. } = self.options;
        let paused = pause.requested() && !cancel.requested();
        if paused != self.state.paused {
            self.shared.lock().paused = paused;
            self.shared.work.notify_all();
            self.say([EventKind::Paused { paused }])?;
        }
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
                slot.tell(busy.ticket, StopReason::Cancelled, true);
            } else if busy.since.elapsed() > limits.deadline {
                slot.tell(busy.ticket, StopReason::Late, false);
            } else if process
                && limits.heartbeat_timeout.is_some_and(|heartbeat_timeout| slot.silent() > heartbeat_timeout)
            {
                slot.tell(busy.ticket, StopReason::Silent, false);
            }
            if at_once || busy.told.is_some_and(|told| told.elapsed() > STOP) {
                self.replace(at, busy.job, busy.ticket)?;
            }
        }
        Ok(())
    }

    /// Gives up a worker that does not come back, and puts another in its place.
    pub(super) fn replace(&mut self, at: usize, job: usize, ticket: Attempt) -> Result<(), RunError> {
        let slot = Arc::clone(&self.slots[at].0);
        let Some((lease, next)) = slot.abandon(ticket) else { return Ok(()) };
        let verdict = slot.verdict();
        let fates = lease.tickets.iter().enumerate().map(|(at, &ticket)| {
            let fate =
                if at == next { stopped_fate(verdict) } else { AttemptResult::Returned { alone: false } };
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
    pub(super) fn stop_job(&mut self, job: usize) -> Result<(), RunError> {
        match self.stages[job] {
            JobStage::Waiting => self.job_failed(job, JobError::Stopped),
            JobStage::Running => {
                let over = {
                    let mut inner = self.shared.lock();
                    let Some(queue) = &mut inner.queues[job] else { return Ok(()) };
                    queue.drop_rest();
                    queue.over()
                };
                if over { self.merge(job) } else { Ok(()) }
            }
            JobStage::Planning if self.options.cancel.at_once() => self.job_failed(job, JobError::Stopped),
            JobStage::Planning | JobStage::Merging | JobStage::Ended => Ok(()),
        }
    }

    /// Sends the workers home. Who is stuck is not waited for.
    pub(super) fn close(&mut self) {
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
        for thread in self.fleet.drain(..) {
            let _ = thread.join();
        }
    }
}
