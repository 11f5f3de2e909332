//! Jobs: units of work that the engine plans, runs and merges.

use serde_json::Value;

use crate::command_line::CommandLine;
use crate::error::{JobError, ShardError};
use crate::merge_context::MergeContext;
use crate::plan::{Plan, PlanContext, Shard};
use crate::secrets::Secrets;
use crate::shard_limits::ShardLimits;
use crate::shard_output::ShardOutput;
use crate::summary::JobSummary;

/// A unit of work that plans shards, runs them and merges their records. Its value is its settings: everything that
/// decides the output, so that the same value makes the same plan and the same records on
/// any machine.
///
/// Most jobs implement [`crate::TypedJob`] instead, whose shards have a type; each of those is a `Job`.
/// Every job should pass [`crate::testing::check_job`].
pub trait Job: Send + Sync {
    /// Returns the name: one lower-case word, unique within a run. It becomes part of file names.
    fn name(&self) -> &str;

    /// Returns the settings as JSON, from which a worker process makes the same job again. They must
    /// contain no secrets: they are written to the plan.
    fn settings(&self) -> Value;

    /// Returns the name of its records, in the plural.
    fn unit(&self) -> &str {
        "records"
    }

    /// Returns values that its workers need besides the settings, and that no file may contain.
    fn secrets(&self) -> Secrets {
        Secrets::default()
    }

    /// Returns the names of the jobs whose results it needs. It plans when those of them that precede
    /// it in the run have ended, in whatever way.
    fn after(&self) -> &[&str] {
        &[]
    }

    /// Returns the limits of its shards.
    fn limits(&self) -> ShardLimits {
        ShardLimits::default()
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

    /// Tells whether the finished shards of a stopped run are worth a result. If so, they
    /// are merged, [`MergeContext::missing_shards`] returns how many others there are, and the job still ends as
    /// cancelled. A file stands for the complete result, so this is for jobs that make no files.
    fn keeps_partial(&self) -> bool {
        false
    }

    /// Makes the result from the records of the shards. Shards that failed are missing; the engine reports
    /// them, and the job decides what else that means.
    ///
    /// # Errors
    /// Anything that makes the result impossible, or a destination that cannot be written.
    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError>;
}
