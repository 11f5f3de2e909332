//! Arguments of `streamguard run`.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};
use streamguard::settings::TimeLength;

use super::halt_rule::HaltRule;
use super::resource_limits::checked_amount;
use crate::args::execution::ExecutionArgs;
use crate::args::exit_codes::METRICS_EXIT_CODES;

/// Runs jobs that are commands: those that streamguard.toml defines, or one command for each of many inputs
///
/// streamguard run -- gzip -k {} ::: *.log
/// runs a command for each input, in the words of GNU parallel: {} {.} {/} {//} {/.} {#} {2}, ::: values, :::: files
/// of lines, :::+ and ::::+ linked to the source before. Without --output-dir nothing is kept: what the commands
/// print is printed in the order of the inputs.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[command(after_help = METRICS_EXIT_CODES)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct RunArgs {
    /// Names of the jobs [default: all that streamguard.toml defines]
    #[serde(skip)]
    pub(super) jobs: Vec<String>,
    /// A command and its inputs; without ::: the lines of standard input
    #[arg(last = true, value_name = "COMMAND", conflicts_with = "jobs")]
    #[serde(skip)]
    pub(super) command: Vec<String>,
    /// Directory of the records [default: data/jobs for jobs of streamguard.toml]
    #[arg(long, value_name = "DIR")]
    pub(super) output_dir: Option<PathBuf>,
    /// What becomes of the standard output of the command: text, record, json or discard
    #[arg(long, value_name = "USE", requires = "command", value_parser = ["text", "record", "json", "discard"])]
    #[serde(skip)]
    pub(super) stdout: Option<String>,
    /// Number of times that the command is tried for each input [default: 1]
    #[arg(long, value_name = "N", requires = "command", value_parser = clap::value_parser!(u32).range(1..))]
    #[serde(skip)]
    pub(super) attempts: Option<u32>,
    /// Longest time that the command may take, such as 90s or 5m [default: 10m]
    #[arg(long, value_name = "TIME", requires = "command")]
    #[serde(skip)]
    pub(super) deadline: Option<TimeLength>,
    /// Amounts of named resources that running shards may take together, such as gpu=2; see docs/jobs.md
    #[arg(long, value_name = "NAME=N", value_delimiter = ',', value_parser = checked_amount)]
    #[serde(default)]
    pub(super) resources: Vec<String>,
    /// Print what would run, and run nothing
    #[arg(long, conflicts_with_all = ["resume", "fresh", "joblog"])]
    #[serde(skip)]
    pub(super) dry_run: bool,
    /// Stop once so many shards failed: after=3, or rate=10% of all that are planned
    #[arg(long, value_name = "RULE")]
    #[serde(skip)]
    pub(super) halt: Option<HaltRule>,
    /// Run these shards only, which are counted from 0, such as 3,7..9; or, with --resume, those that `failed`
    #[arg(long, value_name = "SHARDS")]
    #[serde(skip)]
    pub(super) only: Option<String>,
    /// Write a row for each shard to this file, in the columns of GNU parallel's joblog
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(super) joblog: Option<PathBuf>,
    /// Print the end of each job as a line of JSON
    #[arg(long, conflicts_with = "dry_run")]
    #[serde(skip)]
    pub(super) json: bool,
    /// Read this file instead of ./streamguard.toml
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    pub(super) execution: ExecutionArgs,
}
