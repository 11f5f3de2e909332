//! The trait of all sources of advisories.

use std::fmt::Debug;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use streamguard_dataset::Advisory;
use streamguard_engine::{JobError, ShardError, ShardLimits};
use streamguard_http::UpstreamSettings;

use crate::{SourceContext, timestamp};

/// A source of advisories. Its value is its settings; an [`crate::AdvisoryJob`] makes it a job.
pub trait AdvisorySource: Serialize + Debug + Send + Sync {
    /// Payload of one shard: an object in which no field is called `listing` or
    /// `listed_ahead_ms`. Plans on disk hold it
    /// as JSON, so renaming one of its fields makes earlier plans unusable.
    type Shard: Serialize + DeserializeOwned;

    /// Returns the name: of the job, of the section in `streamguard.toml`, of the collector that
    /// its advisories are credited to.
    fn name(&self) -> &'static str;

    /// Returns the name by which users know the source, for messages.
    fn title(&self) -> &'static str {
        self.name()
    }

    /// Returns the settings of its upstream. They are serialized as `access`.
    fn upstream(&self) -> &UpstreamSettings;

    /// Returns how its shards may use the machine. They mostly wait: for rate budgets, for whole
    /// archives.
    fn limits(&self) -> ShardLimits {
        // The second attempt is for a worker that crashed. A request that failed is final: the client has retried it
        // already.
        ShardLimits {
            deadline: Duration::from_secs(24 * 3600),
            max_attempts: 2,
            extra_io_slots: 2,
            ..ShardLimits::default()
        }
    }

    /// Splits the listing into shards, in order. Nothing is asked of the upstream here.
    ///
    /// # Errors
    /// Anything that makes the whole source impossible.
    fn plan(&self, window: &ListingWindow) -> Result<Vec<Self::Shard>, JobError>;

    /// Emits the advisories of one shard.
    ///
    /// # Errors
    /// [`ShardError`]; a single record that is not an advisory is counted instead.
    fn list(&self, shard: &Self::Shard, context: &mut SourceContext<'_, '_>) -> Result<(), ShardError>;

    /// Returns a source without filters whose records include all records of a shard of this one;
    /// `None` if there is none. A snapshot with all of its records answers the shard, by
    /// [`AdvisorySource::selects`].
    fn unfiltered(&self, _shard: &Self::Shard) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// Reports whether the upstream would list a record of the unfiltered source in a shard of this
    /// one.
    fn selects(&self, _shard: &Self::Shard, _advisory: &Advisory) -> bool {
        true
    }
}

/// Period whose changes a listing covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListingWindow {
    /// Clock of the run, which also names the run in the cache, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
    /// Time up to which an earlier run listed everything; only later changes are wanted then.
    pub known_until_ms: Option<u64>,
}

impl ListingWindow {
    /// Returns a window that covers everything up to `clock_ms`.
    pub fn everything(clock_ms: u64) -> Self {
        Self { clock_ms, known_until_ms: None }
    }

    /// Returns the time of the oldest change that is wanted, in the form of
    /// [`timestamp::normalize`]; `None` for all records. An earlier listing counts before the date
    /// `since` that the user gave, since it holds all before it.
    ///
    /// # Errors
    /// A date that cannot be read.
    pub fn start(&self, since: Option<&str>) -> Result<Option<String>, JobError> {
        match (self.known_until_ms, since) {
            (Some(known), _) => timestamp::from_clock(known).map(|start| Some(timestamp::format(start))),
            (None, None | Some("all")) => Ok(None),
            (None, Some(since)) => match timestamp::normalize(since) {
                None => Err(JobError::failed(format!("--since {since:?} is not a date: write 2020-01-31"))),
                start => Ok(start),
            },
        }
    }
}

/// Returns the settings key of the number of samples that are enough of a source's advisories.
pub fn target_key(source: &str) -> String {
    format!("{source}-samples")
}
