//! Jobs that are a command: any program that speaks the worker protocol.

use std::time::Duration;

use serde_json::Value;

use crate::command_line::CommandLine;
use crate::error::{JobError, ShardError};
use crate::job::Job;
use crate::merge_context::MergeContext;
use crate::plan::{Plan, PlanContext, Shard};
use crate::shard_limits::ShardLimits;
use crate::shard_output::ShardOutput;
use crate::summary::JobSummary;
use crate::worker::process::plan_in_child_process;

/// A job whose plan and shards are made by a command, in any language. The engine itself merges: it writes the
/// records to `<name>.jsonl`, in the order of the plan.
#[derive(Clone, Debug)]
pub struct ExternalJob {
    name: String,
    command: CommandLine,
    settings: Value,
    limits: ShardLimits,
}

impl ExternalJob {
    /// Creates a job; `settings` are passed to the command as they are.
    pub fn new(name: impl Into<String>, command: CommandLine, settings: Value) -> Self {
        // A command in another language need not give signs of life; only the deadline limits it.
        let limits = ShardLimits { heartbeat_timeout: None, ..ShardLimits::default() };
        Self { name: name.into(), command, settings, limits }
    }

    /// Sets the longest time that one attempt at a shard may take.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline;
        self
    }

    /// Sets the largest number of its shards that run at once.
    pub fn with_max_running(mut self, max_running: usize) -> Self {
        self.limits.max_running = max_running;
        self
    }
}

impl Job for ExternalJob {
    fn name(&self) -> &str {
        &self.name
    }

    fn settings(&self) -> Value {
        self.settings.clone()
    }

    fn limits(&self) -> ShardLimits {
        self.limits
    }

    fn command(&self) -> Option<&CommandLine> {
        Some(&self.command)
    }

    fn plan(&self, context: &PlanContext) -> Result<Plan, JobError> {
        plan_in_child_process(self, &self.command, context)
    }

    fn run(&self, _: &Shard, _: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        Err(ShardError::failed("an external job runs only by its command"))
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let records = merge.write_records(&format!("{}.jsonl", self.name))?;
        Ok(JobSummary::default().metric("records", records))
    }
}
