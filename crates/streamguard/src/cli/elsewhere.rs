//! Flags of the commands for shards on other machines.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Reports;

/// What to do with shards.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Shards {
    /// Runs some
    Run(ShardRun),
}

/// Settings of `shard run`.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 all are done, 65 some cannot be done, 75 some may be done by another try, 143 \
stopped by SIGTERM, 2 usage. Of several the first that holds of: 143, 75, 65"
)]
pub(crate) struct ShardRun {
    /// The output directory of the plan
    #[arg(long, value_name = "DIR")]
    pub(crate) plan: PathBuf,
    /// The job [default: the only one that is planned]
    #[arg(long, value_name = "NAME")]
    pub(crate) job: Option<String>,
    /// Which shards, from 0: a number, or A..B with both bounds; several are separated by commas
    #[arg(long, value_name = "N", required_unless_present = "round")]
    pub(crate) index: Option<String>,
    /// Those that this file gives to an element of a round on a cluster
    #[arg(long, value_name = "FILE", conflicts_with_all = ["index", "job"], requires = "element")]
    pub(crate) round: Option<PathBuf>,
    /// Which elements: as --index says shards
    #[arg(long, value_name = "N", requires = "round")]
    pub(crate) element: Option<String>,
    /// End when this process, which has started it, ends
    #[arg(long, value_name = "PID", hide = true)]
    pub(crate) parent: Option<i32>,
    /// Memory that a shard may use, in MiB; 0 for no limit
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    pub(crate) worker_memory: u64,
    /// Read GITHUB_TOKEN=.. and NVD_API_KEY=.. from this file, besides the environment and .env
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Read jobs that are commands from this file instead of ./streamguard.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// Writes a plan as the manifest of an Indexed Job for Kubernetes, not tried on a live cluster
///
/// The manifest is checked against Kubernetes' schema only. The volume has to be mounted at the same
/// place here and in the pods, and the user 10001 has to be able to write to it.
#[derive(Args, Clone, Debug)]
pub(crate) struct Export {
    /// The output directory of the plan
    #[arg(long, value_name = "DIR")]
    pub(crate) plan: PathBuf,
    /// The job [default: the only one that is planned]
    #[arg(long, value_name = "NAME")]
    pub(crate) job: Option<String>,
    /// Where the manifest goes
    #[arg(long, value_name = "FILE")]
    pub(crate) k8s_job: PathBuf,
    /// The image that holds this program
    #[arg(long, value_name = "IMAGE")]
    pub(crate) image: String,
    /// Name of the claim of a volume that all pods can write (ReadWriteMany)
    #[arg(long, value_name = "NAME")]
    pub(crate) claim: String,
    /// Where that volume is mounted [default: at the plan]
    #[arg(long, value_name = "DIR")]
    pub(crate) mount: Option<PathBuf>,
    /// Name of a secret that holds GITHUB_TOKEN and NVD_API_KEY
    #[arg(long, value_name = "NAME")]
    pub(crate) secret: Option<String>,
    /// How many elements there are, each with its part of the shards; a pod takes seconds to start
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=10000))]
    pub(crate) elements: u16,
    /// How many of them run at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) parallelism: u16,
    /// Memory that a shard may use, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    pub(crate) worker_memory: u64,
}

/// Settings of `merge`.
#[derive(Args, Clone, Debug)]
pub(crate) struct Merge {
    /// The output directory of the plan
    #[arg(long, value_name = "DIR")]
    pub(crate) plan: PathBuf,
    #[command(flatten)]
    pub(crate) reports: Reports,
    /// Read GITHUB_TOKEN=.. and NVD_API_KEY=.. from this file, besides the environment and .env
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Read jobs that are commands from this file instead of ./streamguard.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Show nothing but errors and the summary
    #[arg(long)]
    pub(crate) quiet: bool,
}
