//! Workers: threads and processes that run the shards of a lease.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::event::LogLevel;
use crate::job::Job;
use crate::plan::Plan;
use crate::poison_items::PoisonItems;
use crate::schedule::{Attempt, AttemptResult, Lease};
use crate::shard_store::ShardStore;

mod live_process;
pub(crate) mod local;
mod orphans;
pub(crate) mod process;
pub(crate) mod protocol;
pub(crate) mod serve;
pub(crate) mod status;
mod stderr_tail;
mod thread;
mod watched_pipe;
mod worker_failure;

use status::WorkerStatus;

/// Function that a worker calls with each result: the attempt, its result, and its duration.
pub(crate) type ResultCallback<'a> = dyn FnMut(Attempt, AttemptResult, Duration) + 'a;

/// Something that runs the shards of a lease: a thread or a process.
pub(crate) trait Worker: Send {
    /// Runs the attempts of a lease one after the other, and calls `report` with the result of each. An error
    /// means that a file of the run or of what all shards share cannot be written; then some attempts have not been reported.
    fn run(&mut self, work: &LeasedWork<'_>, report: &mut ResultCallback<'_>) -> io::Result<()>;

    /// Ends what the worker holds between leases. `log` takes lines about a job.
    fn end(&mut self, log: &dyn Fn(usize, LogLevel, String)) {
        let _ = log;
    }
}

/// A lease, and everything that a worker needs to run its shards.
pub(crate) struct LeasedWork<'a> {
    pub(crate) job: &'a Arc<dyn Job>,
    pub(crate) plan: &'a Plan,
    pub(crate) store: &'a ShardStore,
    /// Whether small outputs stay in memory until the lease ends.
    pub(crate) is_deferred: bool,
    pub(crate) lease: &'a Lease,
    pub(crate) poison: &'a PoisonItems,
    pub(crate) status: &'a WorkerStatus,
    pub(crate) log: &'a (dyn Fn(LogLevel, String) + Sync),
}
