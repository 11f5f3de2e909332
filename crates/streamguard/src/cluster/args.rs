//! Settings of modes in which shards run on a cluster.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};
use streamguard::exit::UsageError;

/// How shards are handed to a cluster.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[command(next_help_heading = "Cluster (--mode slurm or ray)")]
pub(crate) struct ClusterArgs {
    /// How many elements of each job run at once at most, over the whole cluster
    #[arg(long, value_name = "N")]
    pub(crate) max_in_flight: Option<NonZeroUsize>,
    /// How many shards an element runs one after the other, or auto: on Slurm so many that each processor
    /// gets one element; on Ray so many that it takes about two seconds
    #[arg(long, value_name = "N", default_value = "auto")]
    pub(crate) chunk: String,
    /// Slurm: partition of the cluster [default: the cluster's]
    #[arg(long, value_name = "NAME")]
    pub(crate) partition: Option<String>,
    /// Slurm: longest time of an element, as sbatch takes it, such as 01:00:00
    #[arg(long, value_name = "TIME")]
    pub(crate) time: Option<String>,
    /// Slurm: memory of an element, as sbatch takes it, such as 4G
    #[arg(long, value_name = "SIZE")]
    pub(crate) mem: Option<String>,
    /// Slurm: whose account is charged
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// Slurm: further arguments of sbatch, in one word: --sbatch-args="--qos=low --nice"
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub(crate) sbatch_args: Option<String>,
    /// Ray: address of the cluster's dashboard, as for its Jobs API
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8265")]
    pub(crate) ray_address: String,
    /// Ray: how often a task is repeated whose node died
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) max_retries: u32,
    /// Ray: where the nodes have this program, so that it need not be sent to them
    #[arg(long, value_name = "PATH")]
    pub(crate) remote_binary: Option<PathBuf>,
}

impl ClusterArgs {
    /// How many shards an element runs; none to have it decided.
    pub(crate) fn chunk(&self) -> Result<Option<NonZeroUsize>, UsageError> {
        match self.chunk.as_str() {
            "auto" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| UsageError(format!("--chunk {text}: say how many shards, at least 1, or auto"))),
        }
    }
}
