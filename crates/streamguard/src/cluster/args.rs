//! Settings of modes in which shards run on a cluster.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};
use streamguard::exit::UsageError;

/// Flags of clusters.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[command(next_help_heading = "Cluster (--mode slurm or ray)")]
pub(crate) struct ClusterArgs {
    /// Most array tasks of each job that run at once, over the whole cluster
    #[arg(long, value_name = "N")]
    pub(crate) max_in_flight: Option<NonZeroUsize>,
    /// Number of shards that an array task runs one after the other, or auto: on Slurm as many as give each processor
    /// one task; on Ray as many as take about two seconds
    #[arg(long, value_name = "N", default_value = "auto")]
    pub(crate) chunk: String,
    /// Slurm: partition of the cluster [default: the cluster's]
    #[arg(long, value_name = "NAME")]
    pub(crate) partition: Option<String>,
    /// Slurm: longest time of a task, as sbatch takes it, such as 01:00:00
    #[arg(long, value_name = "TIME")]
    pub(crate) time: Option<String>,
    /// Slurm: memory of a task, as sbatch takes it, such as 4G
    #[arg(long, value_name = "SIZE")]
    pub(crate) mem: Option<String>,
    /// Slurm: account that is charged
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// Slurm: further arguments of sbatch, in one word: --sbatch-args="--qos=low --nice"
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub(crate) sbatch_args: Option<String>,
    /// Ray: address of the cluster's dashboard, as for its Jobs API
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8265")]
    pub(crate) ray_address: String,
    /// Ray: how often a task is repeated if its node died
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) max_retries: u32,
    /// Ray: path of this program on the nodes, so that it need not be sent to them
    #[arg(long, value_name = "PATH")]
    pub(crate) remote_binary: Option<PathBuf>,
}

impl ClusterArgs {
    /// Returns the number of shards of an array task; none if the cluster decides.
    ///
    /// # Errors
    /// Neither a number nor `auto`.
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
