//! Supervision of the workers: shards that are late or silent, and requests to pause or stop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::RunError;
use super::run_loop::RunLoop;
use crate::event::EventKind;
use crate::run_options::RunOptions;
use crate::schedule::{Attempt, AttemptResult};
use crate::worker::status::StopReason;

/// Time after a request to stop the run in which running shards may still finish; then they are told to stop.
const FINISH_TIMEOUT: Duration = Duration::from_secs(2);

/// Time that a shard that was told to stop has to return; then its worker is given up.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// Time after a request to stop the run in which a job may still end its planning; then the run does not wait for it.
/// What it reads may never answer, such as a pipe or a file system of another machine.
const PLAN_TIMEOUT: Duration = Duration::from_secs(4);

/// Longest time between two rounds of supervision, of which there are normally many in a second. If more passes, this
/// process was suspended (Ctrl+Z).
const SUSPENDED_GAP: Duration = Duration::from_millis(500);

impl RunLoop<'_> {
    /// Supervises the workers, and carries out requests to pause or stop.
    pub(super) fn supervise(&mut self) -> Result<(), RunError> {
        let gap = std::mem::replace(&mut self.supervised_at, Instant::now()).elapsed();
        if gap > SUSPENDED_GAP {
            // The monotonic clock runs on while this process is suspended, although its threads do nothing, and nobody
            // reads the answers of worker processes.
            self.workers.iter().for_each(|worker| worker.status.extend_deadlines(gap));
        }
        let RunOptions { cancel, pause, .. } = self.options;
        // First: once nothing is left to begin, the end of a pause begins nothing.
        if cancel.requested() && self.stopping_since.is_none() {
            self.stopping_since = Some(Instant::now());
            self.record(EventKind::CancelRequested)?;
            for job in 0..self.jobs.len() {
                self.stop_job(job)?;
            }
        }
        if self.stopping_since.is_some_and(|since| since.elapsed() > PLAN_TIMEOUT) {
            self.give_up_planning()?;
        }
        let paused = pause.requested() && !cancel.requested();
        if paused != self.recorder.state.paused {
            self.shared.lock().paused = paused;
            self.shared.work_changed.notify_all();
            self.record(EventKind::Paused { paused })?;
        }
        (0..self.workers.len()).try_for_each(|worker| self.supervise_worker(worker))
    }

    fn supervise_worker(&mut self, worker: usize) -> Result<(), RunError> {
        let status = Arc::clone(&self.workers[worker].status);
        let Some(busy) = status.busy() else { return Ok(()) };
        let is_needed = {
            let state = self.shared.lock();
            state.queues[busy.job].as_ref().is_none_or(|queue| queue.needs(busy.attempt.shard))
        };
        if !is_needed || self.stopping_since.is_some_and(|since| since.elapsed() > FINISH_TIMEOUT) {
            status.request_stop(busy.attempt, StopReason::Cancelled);
        } else if let Some(reason) = status.exceeded_limit(&self.shared.limits[busy.job]) {
            status.kill(busy.attempt, reason);
        }
        let ignores_stop = busy.stop_requested.is_some_and(|since| since.elapsed() > STOP_TIMEOUT);
        if self.options.cancel.at_once() || ignores_stop {
            self.replace_worker(worker, busy.job, busy.attempt)?;
        }
        Ok(())
    }

    /// Gives up a worker that does not return from an attempt, and starts another in its place.
    fn replace_worker(&mut self, worker: usize, job: usize, attempt: Attempt) -> Result<(), RunError> {
        let status = Arc::clone(&self.workers[worker].status);
        let Some((lease, stuck)) = status.abandon(attempt) else { return Ok(()) };
        let stop_reason = status.stop_reason();
        // Shards before the stuck one may have finished, but only the worker knows their results: they run again.
        let results = lease.attempts.iter().enumerate().map(|(position, &attempt)| {
            let result = match position == stuck {
                true => StopReason::result(stop_reason),
                false => AttemptResult::Requeued { isolate: false },
            };
            (attempt, result, Duration::ZERO)
        });
        {
            let mut state = self.shared.lock();
            self.shared.return_lease(&mut state, job, results.collect(), STOP_TIMEOUT);
        }
        if self.stopping_since.is_some() {
            return self.stop_job(job);
        }
        // A thread cannot be killed: the old one is not waited for, and ends when its shard returns.
        self.workers[worker] = self.start_worker()?;
        Ok(())
    }
}
