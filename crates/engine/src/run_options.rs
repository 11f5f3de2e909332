//! Options of a run: where and how its shards run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cancel_token::CancelToken;
use crate::cluster::{Cluster, MAX_SUBMISSIONS};
use crate::command_line::CommandLine;
use crate::pause_token::PauseToken;
use crate::shard_limits::ShardLimits;

/// Place where shards run.
#[derive(Clone, Debug)]
pub enum RunMode {
    /// Threads of this process: cheapest, but a crash ends the run.
    Threading,
    /// Child processes, started with this command. The program that it starts must call [`crate::serve`].
    Process(CommandLine),
    /// Machines of a cluster that all see the folder of the run; see [`crate::run_shards`].
    Cluster(Arc<dyn Cluster>),
    /// Nowhere: the shards have run already, and their outputs are merged.
    Merge,
}

impl RunMode {
    /// Tells whether shards run on other machines, or have run there.
    pub(crate) fn is_remote(&self) -> bool {
        matches!(self, Self::Cluster(_) | Self::Merge)
    }

    /// Returns the name that people and files see.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Threading => "threading",
            Self::Process(_) => "process",
            Self::Cluster(cluster) => cluster.name(),
            Self::Merge => "merge",
        }
    }

    /// Adapts the limits of a job's shards to the mode. On a cluster the number of attempts is the same for all
    /// jobs: the events that end a task there, such as the loss of a machine, are not the fault of its shards.
    pub(crate) fn limits(&self, limits: ShardLimits) -> ShardLimits {
        match self {
            Self::Threading | Self::Process(_) => limits,
            Self::Cluster(_) => ShardLimits { max_attempts: MAX_SUBMISSIONS, ..limits },
            // A result that is missing stays missing: nothing runs.
            Self::Merge => ShardLimits { max_attempts: 1, ..limits },
        }
    }
}

/// Limit of the memory of each worker process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryLimit {
    /// Size of the address space in bytes.
    pub bytes: u64,
    /// Name of the setting, for messages.
    pub setting: String,
}

impl MemoryLimit {
    /// Creates a limit; messages mention it by the name of the setting that it comes from.
    pub fn new(bytes: u64, setting: impl Into<String>) -> Self {
        Self { bytes, setting: setting.into() }
    }
}

/// Options of a run: where and how its shards run. The records of a run that completes do not depend on them.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Place where shards run.
    pub mode: RunMode,
    /// Number of shards that may compute at once, over all jobs. Shards that mostly wait for the network run in
    /// addition (`extra_io_slots` of [`ShardLimits`]).
    pub workers: usize,
    /// True if the jobs run side by side; false if they run one after the other.
    pub parallel: bool,
    /// Limit of the memory of each worker process.
    pub worker_memory: Option<MemoryLimit>,
    /// Amounts of named resources that all workers together may take, such as GPUs of this machine; see
    /// [`crate::Job::resources`]. A resource that is not named here is not limited. A job that needs more than there is
    /// runs one shard at a time. Shards that run on other machines are not limited by it.
    pub resources: BTreeMap<String, u64>,
    /// Shards to run, by the name of their job; the others are left undone. `None` runs all.
    pub only: Option<BTreeMap<String, BTreeSet<u32>>>,
    /// True if no further shard begins until the observer has seen each shard that failed, so that it can stop the run
    /// before one does. Shards so short that they share a lease are not held back from each other.
    pub holds_failures: bool,
    /// Token that stops the run.
    pub cancel: CancelToken,
    /// Token that pauses the run: while it is set, no further shard begins.
    pub pause: PauseToken,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            mode: RunMode::Threading,
            workers: 4,
            parallel: true,
            worker_memory: None,
            resources: BTreeMap::new(),
            only: None,
            holds_failures: false,
            cancel: CancelToken::new(),
            pause: PauseToken::new(),
        }
    }
}
