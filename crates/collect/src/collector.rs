//! The trait of all sources of samples.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use streamguard_engine::{JobError, PlanContext, ShardError, ShardLimits};

use crate::Samples;

/// A source of samples. Its value is its settings; a [`crate::CollectorJob`] makes it a job.
pub trait Collector: Serialize + Debug + Send + Sync {
    /// Payload of one shard. Plans on disk hold it as JSON, so renaming one of its fields makes
    /// earlier plans unusable.
    type Shard: Serialize + DeserializeOwned;

    /// State that all shards in a process share and that is not a setting, such as the client of an
    /// upstream; `()` if there is none.
    type Context: Send + Sync;

    /// Returns the name: of the job, of the section in `streamguard.toml`, of the file of samples.
    fn name(&self) -> &'static str;

    /// Returns the number of samples that are enough.
    fn target(&self) -> u64;

    /// Returns how its shards may use the machine.
    fn limits(&self) -> ShardLimits {
        ShardLimits::default()
    }

    /// Makes the state that shards share. Nothing is opened here: a process that only plans has no
    /// use for it.
    fn context(&self) -> Self::Context;

    /// Splits the work into shards, in the order of their samples.
    ///
    /// # Errors
    /// Anything that makes the whole collection impossible.
    fn plan(&self, planning: &PlanContext) -> Result<Vec<Self::Shard>, JobError>;

    /// Collects the samples of one shard.
    ///
    /// # Errors
    /// [`ShardError`]; a fault of a single file or commit is counted instead.
    fn collect(
        &self,
        shard: &Self::Shard,
        context: &Self::Context,
        samples: &mut Samples<'_, '_>,
    ) -> Result<(), ShardError>;
}
