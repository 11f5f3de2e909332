//! Jobs that are commands: the tables `[[job]]` of `streamguard.toml`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use streamguard_command::{CommandTemplate, InputSpec, StdoutUse};

use super::job_memory::JobMemory;
use super::time_length::TimeLength;

/// A table `[[job]]`: a job that is a command.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CommandJob {
    /// Name of the job: lower-case letters and digits.
    pub name: String,
    /// The program and its arguments, or a line for the shell.
    pub command: CommandTemplate,
    /// Inputs, for each of which the command runs once. Without them it speaks the worker protocol.
    pub inputs: Option<InputSpec>,
    /// What becomes of standard output, if there are inputs.
    pub stdout: Option<StdoutUse>,
    /// Settings that the program gets at its start.
    #[serde(default)]
    pub settings: Value,
    /// Longest duration of a shard, and of making the plan.
    pub deadline: Option<TimeLength>,
    /// Longest time that the program may send nothing at all.
    pub heartbeat: Option<TimeLength>,
    /// Number of its shards that may run at once; at least 1.
    pub lane: Option<usize>,
    /// Number of times that a shard is tried; at least 1.
    pub attempts: Option<u32>,
    /// Pause before the second attempt; it doubles with each further one.
    pub backoff: Option<TimeLength>,
    /// Memory that each process may use; 0 for no limit.
    pub memory: Option<JobMemory>,
    /// Amounts of named resources that a running shard takes, such as a GPU.
    #[serde(default)]
    pub resources: BTreeMap<String, u64>,
    /// Environment variables of the program.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Working folder of the program.
    pub cwd: Option<PathBuf>,
    /// Names of the jobs that must have a result before it plans.
    #[serde(default)]
    pub after: Vec<String>,
}
