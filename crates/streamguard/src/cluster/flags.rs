//! Settings of modes in which shards run on a cluster.

use std::num::NonZeroUsize;

use clap::Args;
use serde::{Deserialize, Serialize};
use streamguard::exit::UsageError;

/// How shards are handed to a cluster.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[command(next_help_heading = "Cluster (--mode slurm)")]
pub(crate) struct ClusterFlags {
    /// Partition of the cluster [default: the cluster's]
    #[arg(long, value_name = "NAME")]
    pub(crate) partition: Option<String>,
    /// Longest time of an element, as sbatch takes it, such as 01:00:00
    #[arg(long, value_name = "TIME")]
    pub(crate) time: Option<String>,
    /// Memory of an element, as sbatch takes it, such as 4G
    #[arg(long, value_name = "SIZE")]
    pub(crate) mem: Option<String>,
    /// Whose account is charged
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// How many elements run at once at most, over the whole cluster
    #[arg(long, value_name = "N")]
    pub(crate) max_in_flight: Option<NonZeroUsize>,
    /// How many shards an element runs one after the other, or auto: so many that each processor gets
    /// one element
    #[arg(long, value_name = "N", default_value = "auto")]
    pub(crate) chunk: String,
    /// Further arguments of sbatch, in one word: --sbatch-args="--qos=low --nice"
    #[arg(long, value_name = "ARGS", allow_hyphen_values = true)]
    pub(crate) sbatch_args: Option<String>,
}

impl ClusterFlags {
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
