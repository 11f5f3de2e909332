//! Jobs whose shards have a type of their own.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{JobError, ShardError};
use crate::job::Job;
use crate::merge_context::MergeContext;
use crate::plan::{Plan, PlanContext, Shard};
use crate::secrets::Secrets;
use crate::shard_limits::ShardLimits;
use crate::shard_output::ShardOutput;
use crate::summary::JobSummary;

/// A [`Job`] whose shards have a type of their own.
///
/// The engine handles jobs of all kinds side by side, so [`Job`] carries payloads as JSON. This trait hides
/// that: a type that implements it is a [`Job`], and its payloads are written and read with serde.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use streamguard_engine::{
///     JobError, MergeContext, ShardOutput, Plan, PlanContext, Shard, ShardError, JobSummary, TypedJob,
/// };
///
/// /// Sums the numbers below a bound, a few at a time.
/// #[derive(Serialize, Deserialize)]
/// struct Sum {
///     bound: u64,
/// }
///
/// /// Numbers from `first` to before `end`.
/// #[derive(Serialize, Deserialize)]
/// struct Piece {
///     first: u64,
///     end: u64,
/// }
///
/// impl TypedJob for Sum {
///     type Shard = Piece;
///
///     fn name(&self) -> &str {
///         "sum"
///     }
///
///     fn settings(&self) -> serde_json::Value {
///         serde_json::json!(self)
///     }
///
///     fn plan(&self, _: &PlanContext) -> Result<Plan<Piece>, JobError> {
///         let firsts = (0..self.bound).step_by(100);
///         Ok(Plan::new(firsts.map(|first| Piece { first, end: self.bound.min(first + 100) })))
///     }
///
///     fn run(&self, shard: &Shard<Piece>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
///         let Piece { first, end } = shard.payload;
///         output.emit(&(first..end).sum::<u64>())
///     }
///
///     fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
///         let mut sum = 0;
///         merge.for_each_record(|record| {
///             sum += serde_json::from_slice::<u64>(record).map_err(JobError::failed)?;
///             Ok(())
///         })?;
///         Ok(JobSummary::default().metric("sum", sum))
///     }
/// }
///
/// let job = std::sync::Arc::new(Sum { bound: 1000 });
/// let finished = streamguard_engine::run(vec![job], &Default::default(), None, &mut ())?;
/// assert_eq!(finished.state.jobs[0].summary.metrics["sum"], 499_500);
/// # Ok::<(), streamguard_engine::RunError>(())
/// ```
pub trait TypedJob: Send + Sync {
    /// Payload of one shard. The plan on disk holds it as JSON, so renaming one of its fields
    /// makes earlier plans unusable.
    type Shard: Serialize + DeserializeOwned;

    /// Returns the name; see [`Job::name`].
    fn name(&self) -> &str;

    /// Returns the settings as JSON; see [`Job::settings`].
    fn settings(&self) -> Value;

    /// Returns the name of its records in the plural; see [`Job::unit`].
    fn unit(&self) -> &str {
        "records"
    }

    /// Returns the secrets that workers need besides the settings; see [`Job::secrets`].
    fn secrets(&self) -> Secrets {
        Secrets::default()
    }

    /// Returns the names of the jobs whose results it needs; see [`Job::after`].
    fn after(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Returns the limits of its shards; see [`Job::limits`].
    fn limits(&self) -> ShardLimits {
        ShardLimits::default()
    }

    /// Splits the work into shards, as [`Job::plan`] does.
    ///
    /// # Errors
    /// Anything that makes the whole job impossible; other jobs go on.
    fn plan(&self, context: &PlanContext) -> Result<Plan<Self::Shard>, JobError>;

    /// Runs one shard and emits its records, as [`Job::run`] does.
    ///
    /// # Errors
    /// [`ShardError`]; records that were emitted before it are dropped.
    fn run(&self, shard: &Shard<Self::Shard>, output: &mut ShardOutput<'_>) -> Result<(), ShardError>;

    /// Returns the names of the files of the result; see [`Job::output_names`].
    fn output_names(&self) -> Vec<String> {
        vec![format!("{}.jsonl", self.name())]
    }

    /// Tells whether a stopped run merges the shards that are done; see [`Job::keeps_partial`].
    fn keeps_partial(&self) -> bool {
        false
    }

    /// Makes the result from the records of the shards, as [`Job::merge`] does.
    ///
    /// # Errors
    /// Anything that makes the result impossible, or a destination that cannot be written.
    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError>;
}

impl<J: TypedJob> Job for J {
    fn name(&self) -> &str {
        TypedJob::name(self)
    }

    fn settings(&self) -> Value {
        TypedJob::settings(self)
    }

    fn unit(&self) -> &str {
        TypedJob::unit(self)
    }

    fn secrets(&self) -> Secrets {
        TypedJob::secrets(self)
    }

    fn after(&self) -> Vec<&str> {
        TypedJob::after(self)
    }

    fn limits(&self) -> ShardLimits {
        TypedJob::limits(self)
    }

    fn plan(&self, context: &PlanContext) -> Result<Plan, JobError> {
        TypedJob::plan(self, context)?.into_json()
    }

    fn run(&self, shard: &Shard, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        TypedJob::run(self, &shard.decode()?, output)
    }

    fn output_names(&self) -> Vec<String> {
        TypedJob::output_names(self)
    }

    fn keeps_partial(&self) -> bool {
        TypedJob::keeps_partial(self)
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        TypedJob::merge(self, merge)
    }
}
