//! How to run.

use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::cluster::{Cluster, ROUNDS};
use crate::job::ShardLimits;
use crate::pause::PauseToken;
use crate::worker::CommandLine;

/// Where shards run.
#[derive(Clone, Debug)]
pub enum RunMode {
    /// On threads of this process: cheapest, but a crash takes the run along.
    Threading,
    /// In child processes that this command starts; it calls [`crate::serve`].
    Process(CommandLine),
    /// On machines of a cluster, which all see the folder of the run; see [`crate::run_shards`].
    Cluster(Arc<dyn Cluster>),
    /// Nowhere: they have run already, and what they left is merged.
    Merge,
}

impl RunMode {
    /// The name on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Threading => "threading",
            Self::Process(_) => "process",
            Self::Cluster(cluster) => cluster.name(),
            Self::Merge => "merge",
        }
    }

    /// The limits of a job's shards. On a cluster all of them are tried as often: what ends an
    /// element there, such as the loss of a machine, is no fault of its shards.
    pub(crate) fn limits(&self, limits: ShardLimits) -> ShardLimits {
        match self {
            Self::Threading | Self::Process(_) => limits,
            Self::Cluster(_) => ShardLimits { max_attempts: ROUNDS, ..limits },
            Self::Merge => ShardLimits { max_attempts: 1, ..limits },
        }
    }
}

/// How to run. Nothing in here decides what comes out.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Where shards run.
    pub mode: RunMode,
    /// How many shards may run at once, over all jobs.
    pub workers: usize,
    /// Whether the jobs run side by side, or one after the other.
    pub parallel: bool,
    /// How much memory a worker process may use, in bytes.
    pub worker_memory: Option<u64>,
    /// Whoever holds a clone of it can stop the run.
    pub cancel: CancelToken,
    /// Whoever holds a clone of it can keep shards from beginning.
    pub pause: PauseToken,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            mode: RunMode::Threading,
            workers: 4,
            parallel: true,
            worker_memory: None,
            cancel: CancelToken::new(),
            pause: PauseToken::new(),
        }
    }
}
