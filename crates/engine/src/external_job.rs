//! Jobs that are a command: any program that speaks the worker protocol.

use std::collections::BTreeMap;

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
    after: Vec<String>,
    resources: BTreeMap<String, u64>,
}

impl ExternalJob {
    /// Creates a job; `settings` are passed to the command as they are.
    pub fn new(name: impl Into<String>, command: CommandLine, settings: Value) -> Self {
        Self {
            name: name.into(),
            command,
            settings,
            limits: Self::default_limits(),
            after: Vec::new(),
            resources: BTreeMap::new(),
        }
    }

    /// Returns the limits of external jobs that say nothing else.
    pub fn default_limits() -> ShardLimits {
        // A command in another language need not give signs of life; only the deadline limits it.
        ShardLimits { heartbeat_timeout: None, ..ShardLimits::default() }
    }

    /// Sets the limits of its shards.
    pub fn with_limits(self, limits: ShardLimits) -> Self {
        Self { limits, ..self }
    }

    /// Sets the names of the jobs that must have a result before it plans.
    pub fn with_after(self, after: impl IntoIterator<Item: Into<String>>) -> Self {
        Self { after: after.into_iter().map(Into::into).collect(), ..self }
    }

    /// Sets how much of each named resource a worker takes.
    pub fn with_resources(self, resources: BTreeMap<String, u64>) -> Self {
        Self { resources, ..self }
    }
}

impl Job for ExternalJob {
    fn name(&self) -> &str {
        &self.name
    }

    fn settings(&self) -> Value {
        self.settings.clone()
    }

    fn after(&self) -> Vec<&str> {
        self.after.iter().map(String::as_str).collect()
    }

    fn limits(&self) -> ShardLimits {
        self.limits
    }

    fn resources(&self) -> BTreeMap<String, u64> {
        self.resources.clone()
    }

    fn command(&self) -> Option<&CommandLine> {
        Some(&self.command)
    }

    fn plan(&self, context: &PlanContext) -> Result<Plan, JobError> {
        context.results.require(&self.after)?;
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
