//! Flags that decide where shards run, and how many at once.

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use streamguard_engine::OnExistingRun;

use super::display::DisplayArgs;
use crate::cluster::ClusterArgs;

/// Largest number of workers.
const MAX_WORKERS: u16 = 1024;

/// Place where shards run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExecutionMode {
    /// On threads of one process: fastest to start, but a crash ends the run
    Threading,
    /// In child processes: a crash costs one shard
    Process,
    /// On the machines of a Slurm cluster, which all see the output directory
    Slurm,
    /// On the nodes of a Ray cluster, which all see the output directory
    Ray,
}

impl ExecutionMode {
    /// Whether shards run on other machines.
    pub(crate) fn is_remote(self) -> bool {
        matches!(self, Self::Slurm | Self::Ray)
    }
}

/// Settings of every command that runs jobs.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ExecutionArgs {
    /// Place where shards run
    #[arg(long, value_enum, default_value_t = ExecutionMode::Process)]
    pub(crate) mode: ExecutionMode,
    /// Number of shards that run at once
    #[arg(long, visible_alias = "worker", value_name = "N", default_value_t = 4, value_parser = parse_workers)]
    pub(crate) workers: u16,
    /// Memory that one worker process may use, in MiB; 0 for no limit
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    pub(crate) worker_memory: u64,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) display: DisplayArgs,
    /// Continue an interrupted run, with the settings that it had
    #[arg(long)]
    pub(crate) resume: bool,
    /// Begin anew, and replace all that an earlier run left in the directory
    #[arg(long, conflicts_with = "resume")]
    pub(crate) fresh: bool,
    /// Let ./streamguard.toml and ./.env change addresses to which requests and tokens are sent, and what is
    /// replaced, removed or run
    #[arg(long)]
    #[serde(skip)]
    pub(crate) trust_config: bool,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Reads a number of workers from an argument.
fn parse_workers(text: &str) -> Result<u16, String> {
    let number = text.parse().ok().filter(|number| (1..=MAX_WORKERS).contains(number));
    number.ok_or_else(|| format!("expected a number from 1 to {MAX_WORKERS}"))
}

impl ExecutionArgs {
    /// Returns what to do about an earlier run.
    pub(crate) fn on_existing_run(&self) -> OnExistingRun {
        match (self.resume, self.fresh) {
            (true, _) => OnExistingRun::Resume,
            (_, true) => OnExistingRun::Discard,
            _ => OnExistingRun::Refuse,
        }
    }
}
