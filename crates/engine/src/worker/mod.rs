//! Workers: where shards run.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::cancel::CancelToken;
use crate::event::LogLevel;
use crate::job::{Job, MAX_ACTIVITY_BYTES};
use crate::schedule::{Attempt, AttemptResult, Lease};
use crate::store::ShardStore;

mod child;
pub(crate) mod cluster;
pub(crate) mod process;
pub(crate) mod protocol;
pub(crate) mod serve;
pub(crate) mod thread;

pub use child::{CommandLine, kill_with_parent};

/// Where a shard runs: thread, process, and whatever else can take a lease.
pub(crate) trait Worker: Send {
    /// Runs the tickets of a lease one after the other, and reports the fate of each. A
    /// destination that cannot be written ends it early.
    fn run(
        &mut self,
        work: &LeasedWork<'_>,
        report: &mut dyn FnMut(Attempt, AttemptResult, Duration),
    ) -> std::io::Result<()>;
}

/// What a worker is given: a lease, and what belongs to it.
pub(crate) struct LeasedWork<'a> {
    pub(crate) job: &'a Arc<dyn Job>,
    pub(crate) plan: &'a crate::plan::Plan,
    pub(crate) store: &'a ShardStore,
    pub(crate) lease: &'a Lease,
    pub(crate) slot: &'a WorkerStatus,
    pub(crate) say: &'a (dyn Fn(LogLevel, String) + Sync),
}

/// Why a shard was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum StopReason {
    /// It was not.
    None = 0,
    /// The run stops, or the job has enough.
    Cancelled = 1,
    /// It took longer than its deadline.
    Late = 2,
    /// Its process fell silent.
    Silent = 3,
}

/// What the run loop sees of a worker, and tells it.
#[derive(Debug)]
pub(crate) struct WorkerStatus {
    start: Instant,
    at: Mutex<CurrentShard>,
    verdict: AtomicU8,
    /// Records of the shard that runs.
    pub(crate) live: AtomicU64,
    /// When the worker last showed a sign of life, in milliseconds since `start`.
    sign_ms: AtomicU64,
    /// Process group of the worker, 0 for a thread.
    pub(crate) group: AtomicU32,
    cancel: CancelToken,
    /// Somebody else took the lease over; nothing that this worker says counts any more.
    abandoned: AtomicBool,
}

/// What a worker is at.
#[derive(Debug, Default)]
struct CurrentShard {
    lease: Option<Lease>,
    next: usize,
    since: Option<Instant>,
    told: Option<Instant>,
    doing: Option<String>,
}

impl CurrentShard {
    fn ticket(&self) -> Option<Attempt> {
        self.since?;
        self.lease.as_ref()?.tickets.get(self.next).copied()
    }
}

/// A worker that is at a shard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BusyWorker {
    pub(crate) job: usize,
    pub(crate) ticket: Attempt,
    pub(crate) since: Instant,
    /// When it was told to stop, if it was.
    pub(crate) told: Option<Instant>,
}

impl WorkerStatus {
    pub(crate) fn new(cancel: CancelToken) -> Self {
        Self {
            start: Instant::now(),
            at: Mutex::default(),
            verdict: AtomicU8::new(0),
            live: AtomicU64::new(0),
            sign_ms: AtomicU64::new(0),
            group: AtomicU32::new(0),
            cancel,
            abandoned: AtomicBool::new(false),
        }
    }

    fn at(&self) -> std::sync::MutexGuard<'_, CurrentShard> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The worker took a lease.
    pub(crate) fn lease(&self, lease: Lease) {
        *self.at() = CurrentShard { lease: Some(lease), ..CurrentShard::default() };
        self.verdict.store(0, Ordering::Relaxed);
    }

    /// The worker begins the lease's shard number `at`. False if somebody took it away.
    pub(crate) fn begin(&self, next: usize) -> bool {
        let mut at = self.at();
        if self.abandoned() {
            return false;
        }
        at.next = next;
        at.since = Some(Instant::now());
        at.told = None;
        at.doing = None;
        self.verdict.store(0, Ordering::Relaxed);
        self.live.store(0, Ordering::Relaxed);
        self.sign();
        true
    }

    /// The worker is done with its lease. False if somebody took it away.
    pub(crate) fn end(&self) -> bool {
        let mut at = self.at();
        *at = CurrentShard::default();
        self.live.store(0, Ordering::Relaxed);
        !self.abandoned()
    }

    /// The shard it is at.
    pub(crate) fn busy(&self) -> Option<BusyWorker> {
        let at = self.at();
        Some(BusyWorker {
            job: at.lease.as_ref()?.job,
            ticket: at.ticket()?,
            since: at.since?,
            told: at.told,
        })
    }

    /// What the shard that runs waits for, or is at.
    pub(crate) fn doing(&self, text: Option<&str>) {
        let text = text.map(|text| text[..text.floor_char_boundary(MAX_ACTIVITY_BYTES)].to_owned());
        self.at().doing = text;
    }

    /// The shard it is at, and what that says of itself.
    pub(crate) fn said(&self) -> Option<(usize, Attempt, Option<String>)> {
        let at = self.at();
        Some((at.lease.as_ref()?.job, at.ticket()?, at.doing.clone()))
    }

    /// The whole process did not run for so long: nobody is late or silent because of that.
    pub(crate) fn slept(&self, length: Duration) {
        let mut at = self.at();
        at.since = at.since.map(|since| since + length);
        at.told = at.told.map(|told| told + length);
        self.sign();
    }

    /// Tells it to stop this shard, if it is still at it. A process is killed, unless it is
    /// asked `gently`.
    pub(crate) fn tell(&self, ticket: Attempt, verdict: StopReason, gently: bool) {
        let mut at = self.at();
        if at.ticket() != Some(ticket) {
            return;
        }
        at.told.get_or_insert_with(Instant::now);
        if self.verdict() == StopReason::None {
            self.verdict.store(verdict as u8, Ordering::Relaxed);
        }
        if !gently {
            child::kill_group(self.group.load(Ordering::Relaxed));
        }
    }

    /// Takes the lease away from a worker that does not come back from this shard. Returns
    /// what it had, and at which of its tickets it was.
    pub(crate) fn abandon(&self, ticket: Attempt) -> Option<(Lease, usize)> {
        let mut at = self.at();
        if at.ticket() != Some(ticket) {
            return None;
        }
        self.abandoned.store(true, Ordering::Relaxed);
        child::kill_group(self.group.load(Ordering::Relaxed));
        let next = at.next;
        at.lease.take().map(|lease| (lease, next))
    }

    pub(crate) fn abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }

    pub(crate) fn verdict(&self) -> StopReason {
        match self.verdict.load(Ordering::Relaxed) {
            0 => StopReason::None,
            1 => StopReason::Cancelled,
            2 => StopReason::Late,
            _ => StopReason::Silent,
        }
    }

    /// Whether its shard is to stop by itself.
    pub(crate) fn stopped(&self) -> bool {
        self.verdict.load(Ordering::Relaxed) != 0 || self.abandoned() || self.cancel.at_once()
    }

    /// Notes a sign of life.
    pub(crate) fn sign(&self) {
        self.sign_ms.store(crate::event::millis(self.start.elapsed()), Ordering::Relaxed);
    }

    /// How long it has been silent.
    pub(crate) fn silent(&self) -> Duration {
        self.start.elapsed().saturating_sub(Duration::from_millis(self.sign_ms.load(Ordering::Relaxed)))
    }
}

/// The fate of a shard that stopped because it was told to.
pub(crate) fn stopped_fate(verdict: StopReason) -> AttemptResult {
    use crate::event::Outcome::TimedOut;
    match verdict {
        StopReason::None | StopReason::Cancelled => AttemptResult::Cancelled,
        StopReason::Late => AttemptResult::Bad(TimedOut, "it took longer than its deadline".into(), true),
        StopReason::Silent => AttemptResult::Bad(TimedOut, "its worker gave no sign of life".into(), true),
    }
}
