//! Jobs: units of work that the engine plans, runs and merges.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::command_line::CommandLine;
use crate::error::{JobError, ShardError};
use crate::merge_context::MergeContext;
use crate::plan::{Plan, PlanContext, Shard};
use crate::secrets::Secrets;
use crate::shard_limits::ShardLimits;
use crate::shard_output::ShardOutput;
use crate::summary::JobSummary;

/// A unit of work that plans shards, runs them and merges their records. A value of a job type holds the settings of
/// the job and nothing else: everything that determines the output. Equal values make the same plan and the same
/// records on any machine.
///
/// Most jobs implement [`crate::TypedJob`] instead, whose shards have a type; each of those is a `Job`.
/// Every job should pass [`crate::testing::check_job`].
pub trait Job: Send + Sync {
    /// Returns the name: one lower-case word, unique within a run. It becomes part of file names.
    fn name(&self) -> &str;

    /// Returns the settings as JSON. A worker process makes the same job from them. They must contain no secrets,
    /// because they are written to the plan.
    fn settings(&self) -> Value;

    /// Returns a word for its records, in the plural, such as `samples`.
    fn unit(&self) -> &str {
        "records"
    }

    /// Returns the secrets, such as tokens, that its workers need besides the settings. They are never written to a
    /// file.
    fn secrets(&self) -> Secrets {
        Secrets::default()
    }

    /// Returns the names of the jobs whose results it needs. Of these, the jobs that stand before it in the run
    /// must have ended, successfully or not, before it plans.
    fn after(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Returns the limits of its shards.
    fn limits(&self) -> ShardLimits {
        ShardLimits::default()
    }

    /// Returns how much of each named resource, such as a GPU, a worker takes while it runs its shards. See
    /// [`crate::RunOptions::resources`].
    fn resources(&self) -> BTreeMap<String, u64> {
        BTreeMap::new()
    }

    /// Returns the program that runs its shards, if that is not this program (see [`crate::ExternalJob`]).
    fn command(&self) -> Option<&CommandLine> {
        None
    }

    /// Splits the work into shards.
    ///
    /// # Errors
    /// Anything that makes the whole job impossible; other jobs go on.
    fn plan(&self, context: &PlanContext) -> Result<Plan, JobError>;

    /// Runs one shard and emits its records. The same shard must emit the same records, whenever
    /// and wherever it runs, and may run more than once.
    ///
    /// # Errors
    /// [`ShardError`]; records that were emitted before it are dropped.
    fn run(&self, shard: &Shard, output: &mut ShardOutput<'_>) -> Result<(), ShardError>;

    /// Returns a shard in a line, for people: by default its payload.
    fn describe(&self, shard: &Shard) -> String {
        shard.payload.to_string()
    }

    /// Tells whether a stopped run still merges the shards that are finished. If so, [`MergeContext::missing_shards`]
    /// returns the number of the others, and the job ends as cancelled all the same. Meant for jobs that make no
    /// files: a file would look like the complete result.
    fn keeps_partial(&self) -> bool {
        false
    }

    /// Returns the names of all files that [`Job::merge`] may make, in the folder of the run. By default that is
    /// `<name>.jsonl`.
    fn output_names(&self) -> Vec<String> {
        vec![format!("{}.jsonl", self.name())]
    }

    /// Makes the result from the records of the shards. The records of shards that failed are missing: the engine
    /// reports those shards, and the job may treat its result as an error.
    ///
    /// # Errors
    /// Anything that makes the result impossible, or a destination that cannot be written.
    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError>;
}
