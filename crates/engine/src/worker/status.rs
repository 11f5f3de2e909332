//! The status of a worker, shared between the worker and the loop that supervises it.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::cancel_token::CancelToken;
use crate::child_process::kill_group;
use crate::clock::millis;
use crate::event::Outcome;
use crate::poison_items::item_name;
use crate::schedule::{Attempt, AttemptResult, Lease};
use crate::shard_limits::ShardLimits;
use crate::shard_output::MAX_ACTIVITY_BYTES;

/// Reason why a shard was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum StopReason {
    /// The run stops, or the job has enough.
    Cancelled = 1,
    /// The shard took longer than its deadline.
    Late = 2,
    /// The worker process gave no sign of life.
    Silent = 3,
}

impl StopReason {
    /// Returns the result of an attempt that stopped for a reason. An attempt that stops without one, as an external
    /// program might, counts as cancelled.
    pub(crate) fn result(reason: Option<Self>) -> AttemptResult {
        let timed_out = |reason: &str| AttemptResult::Failed {
            outcome: Outcome::TimedOut,
            reason: reason.into(),
            retryable: true,
        };
        match reason {
            None | Some(Self::Cancelled) => AttemptResult::Cancelled,
            Some(Self::Late) => timed_out("it took longer than its deadline"),
            Some(Self::Silent) => timed_out("its worker gave no sign of life"),
        }
    }
}

/// The status of a worker: the shard that it runs, and the request of the supervising loop to stop.
// The atomics are relaxed and independent of each other: each is read again within milliseconds, so an old value does
// no harm. The lease is behind the lock, so that its results are recorded exactly once, by the worker or by the loop.
#[derive(Debug)]
pub(crate) struct WorkerStatus {
    start: Instant,
    current: Mutex<CurrentLease>,
    /// A [`StopReason`], or 0.
    stop_reason: AtomicU8,
    /// Number of records of the shard that runs.
    records: AtomicU64,
    /// Time of the last sign of life, in milliseconds since `start`.
    last_sign_ms: AtomicU64,
    /// Process group of the worker, 0 for a thread.
    process_group: AtomicU32,
    cancel: CancelToken,
    /// True if the lease was taken away: results of this worker no longer count.
    abandoned: AtomicBool,
}

/// The lease of a worker, if it has one, and the position in it.
#[derive(Debug, Default)]
struct CurrentLease {
    lease: Option<Lease>,
    /// Position of the shard in the lease.
    position: usize,
    /// Time at which the shard began. None before the first one.
    since: Option<Instant>,
    /// Time at which it was told to stop.
    stop_requested: Option<Instant>,
    activity: Option<String>,
    /// Item that the shard reported last.
    item: Option<String>,
}

impl CurrentLease {
    fn attempt(&self) -> Option<Attempt> {
        self.since?;
        self.lease.as_ref()?.attempts.get(self.position).copied()
    }
}

/// A worker that runs a shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BusyWorker {
    pub(crate) job: usize,
    pub(crate) attempt: Attempt,
    pub(crate) since: Instant,
    /// Time at which the shard was told to stop, if it was.
    pub(crate) stop_requested: Option<Instant>,
}

impl WorkerStatus {
    /// Creates the status of an idle worker.
    pub(crate) fn new(cancel: CancelToken) -> Self {
        Self {
            start: Instant::now(),
            current: Mutex::default(),
            stop_reason: AtomicU8::new(0),
            records: AtomicU64::new(0),
            last_sign_ms: AtomicU64::new(0),
            process_group: AtomicU32::new(0),
            cancel,
            abandoned: AtomicBool::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, CurrentLease> {
        // A panic while the lock is held cannot leave the plain values behind it inconsistent.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that the worker took a lease.
    pub(crate) fn begin_lease(&self, lease: Lease) {
        *self.lock() = CurrentLease { lease: Some(lease), ..CurrentLease::default() };
        self.stop_reason.store(0, Ordering::Relaxed);
    }

    /// Records that the worker begins the shard at this position of its lease. Returns false if the lease was taken
    /// away.
    pub(crate) fn begin_shard(&self, position: usize) -> bool {
        let mut current = self.lock();
        if self.is_abandoned() {
            return false;
        }
        current.position = position;
        current.since = Some(Instant::now());
        current.stop_requested = None;
        current.activity = None;
        current.item = None;
        self.stop_reason.store(0, Ordering::Relaxed);
        self.records.store(0, Ordering::Relaxed);
        self.record_sign();
        true
    }

    /// Records that the worker finished its lease. Returns false if the lease was taken away.
    pub(crate) fn end_lease(&self) -> bool {
        let mut current = self.lock();
        *current = CurrentLease::default();
        self.records.store(0, Ordering::Relaxed);
        !self.is_abandoned()
    }

    /// Returns the shard that runs.
    pub(crate) fn busy(&self) -> Option<BusyWorker> {
        let current = self.lock();
        Some(BusyWorker {
            job: current.lease.as_ref()?.job,
            attempt: current.attempt()?,
            since: current.since?,
            stop_requested: current.stop_requested,
        })
    }

    /// Sets the number of records of the shard that runs.
    pub(crate) fn set_records(&self, records: u64) {
        self.records.store(records, Ordering::Relaxed);
    }

    /// Returns the number of records of the shard that runs.
    pub(crate) fn records(&self) -> u64 {
        self.records.load(Ordering::Relaxed)
    }

    /// Sets or clears the activity of the shard that runs.
    pub(crate) fn set_activity(&self, text: Option<&str>) {
        let text = text.map(|text| text[..text.floor_char_boundary(MAX_ACTIVITY_BYTES)].to_owned());
        self.lock().activity = text;
    }

    /// Sets the item that the shard works on.
    pub(crate) fn set_item(&self, name: &str) {
        self.lock().item = Some(item_name(name).to_owned());
    }

    /// Returns the item that the shard reported last, and forgets it.
    pub(crate) fn take_item(&self) -> Option<String> {
        self.lock().item.take()
    }

    /// Returns the shard that runs (job and attempt), and its activity.
    pub(crate) fn activity(&self) -> Option<(usize, Attempt, Option<String>)> {
        let current = self.lock();
        Some((current.lease.as_ref()?.job, current.attempt()?, current.activity.clone()))
    }

    /// Sets the process group of the worker; 0 for a thread.
    pub(crate) fn set_process_group(&self, group: u32) {
        self.process_group.store(group, Ordering::Relaxed);
    }

    /// Extends all deadlines by a time during which this whole process was suspended.
    pub(crate) fn extend_deadlines(&self, length: Duration) {
        let mut current = self.lock();
        current.since = current.since.map(|since| since + length);
        current.stop_requested = current.stop_requested.map(|requested| requested + length);
        self.record_sign();
    }

    /// Returns the reason to stop the shard that runs, if it exceeds a limit.
    pub(crate) fn exceeded_limit(&self, limits: &ShardLimits) -> Option<StopReason> {
        let is_late = self.busy()?.since.elapsed() > limits.deadline;
        // A thread gives no signs of life while it runs a shard: only the deadline limits it.
        let is_process = self.process_group.load(Ordering::Relaxed) != 0;
        let is_silent = || limits.heartbeat_timeout.is_some_and(|timeout| self.silent_for() > timeout);
        match is_late {
            true => Some(StopReason::Late),
            false => (is_process && is_silent()).then_some(StopReason::Silent),
        }
    }

    /// Asks the worker to stop an attempt, if it is still running it.
    pub(crate) fn request_stop(&self, attempt: Attempt, reason: StopReason) {
        let mut current = self.lock();
        self.set_stop_reason(&mut current, attempt, reason);
    }

    /// If the attempt is still running: kills its process, or asks its thread to stop.
    pub(crate) fn kill(&self, attempt: Attempt, reason: StopReason) {
        let mut current = self.lock();
        // Under the lock, so that the worker cannot begin another shard in between, which must not be killed.
        if self.set_stop_reason(&mut current, attempt, reason) {
            kill_group(self.process_group.load(Ordering::Relaxed));
        }
    }

    fn set_stop_reason(&self, current: &mut CurrentLease, attempt: Attempt, reason: StopReason) -> bool {
        if current.attempt() != Some(attempt) {
            return false;
        }
        current.stop_requested.get_or_insert_with(Instant::now);
        // The first reason stays: a shard that was asked to stop and did not counts as cancelled, even if it is killed
        // afterwards because its deadline has passed.
        if self.stop_reason().is_none() {
            self.stop_reason.store(reason as u8, Ordering::Relaxed);
        }
        true
    }

    /// Takes the lease away from a worker that does not return from an attempt. Returns the lease, and the position
    /// of the attempt in it; `None` if the worker no longer runs this attempt.
    pub(crate) fn abandon(&self, attempt: Attempt) -> Option<(Lease, usize)> {
        let mut current = self.lock();
        if current.attempt() != Some(attempt) {
            return None;
        }
        self.abandoned.store(true, Ordering::Relaxed);
        kill_group(self.process_group.load(Ordering::Relaxed));
        let position = current.position;
        current.lease.take().map(|lease| (lease, position))
    }

    /// Tells whether the lease was taken away.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }

    /// Returns the reason for which the shard was told to stop, if it was.
    pub(crate) fn stop_reason(&self) -> Option<StopReason> {
        let reasons = [StopReason::Cancelled, StopReason::Late, StopReason::Silent];
        let stored = self.stop_reason.load(Ordering::Relaxed);
        reasons.into_iter().find(|reason| *reason as u8 == stored)
    }

    /// Tells whether the code of the shard should return early. The shard checks this; nothing forces it.
    pub(crate) fn should_stop(&self) -> bool {
        self.stop_reason.load(Ordering::Relaxed) != 0 || self.is_abandoned() || self.cancel.at_once()
    }

    /// Records that the worker gave a sign of life now.
    pub(crate) fn record_sign(&self) {
        self.last_sign_ms.store(millis(self.start.elapsed()), Ordering::Relaxed);
    }

    /// Returns the time since the last sign of life.
    fn silent_for(&self) -> Duration {
        let last_sign = Duration::from_millis(self.last_sign_ms.load(Ordering::Relaxed));
        self.start.elapsed().saturating_sub(last_sign)
    }
}
