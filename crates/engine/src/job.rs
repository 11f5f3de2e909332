//! Jobs: what the engine runs.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::error::{JobError, ShardError};
use crate::event::LogLevel;
use crate::merge::MergeContext;
use crate::plan::{Plan, PlanContext, Shard};
use crate::secrets::Secrets;
use crate::summary::JobSummary;
use crate::worker::CommandLine;

/// Something that plans, runs and merges. Its value is its own settings: everything that
/// decides its output, so that the same value makes the same plan and the same records on
/// any machine.
///
/// Every job passes [`crate::testing::check_job`].
pub trait Job: Send + Sync {
    /// The name: one lower-case word, unique within a run; it names files.
    fn name(&self) -> &str;

    /// The settings as JSON, from which a worker process makes the same job again. They must
    /// hold no secrets: they are written to the plan.
    fn settings(&self) -> Value;

    /// What its records are called, in the plural.
    fn unit(&self) -> &str {
        "records"
    }

    /// What its workers must know besides the settings, and no file may hold.
    fn secrets(&self) -> Secrets {
        Secrets::default()
    }

    /// Names of the jobs whose results it needs: it plans when those of them that stand before
    /// it in the run are over, however they ended.
    fn after(&self) -> &[&str] {
        &[]
    }

    /// How its shards may use the machine.
    fn limits(&self) -> ShardLimits {
        ShardLimits::default()
    }

    /// The program that runs its shards, if that is not this one (see [`crate::ExternalJob`]).
    fn command(&self) -> Option<&CommandLine> {
        None
    }

    /// Splits the work into shards.
    ///
    /// # Errors
    /// Anything that makes the whole job impossible; other jobs go on.
    fn plan(&self, planning: &PlanContext) -> Result<Plan, JobError>;

    /// Runs one shard and emits its records. The same shard emits the same records, whenever
    /// and wherever it runs, and may run more than once.
    ///
    /// # Errors
    /// [`ShardError`]; what was emitted before it is dropped.
    fn run(&self, shard: &Shard, output: &mut ShardOutput<'_>) -> Result<(), ShardError>;

    /// Whether the shards that were done are worth a result when the run is stopped. Then they
    /// are merged, [`MergeContext::missing`] says how many others there are, and the job still ends as
    /// cancelled. Files that it makes stand for the whole; so this is for jobs that make none.
    fn keeps_partial(&self) -> bool {
        false
    }

    /// Makes the result out of the shards' records. Shards that failed are missing; the job
    /// decides what that means, the engine already reports it.
    ///
    /// # Errors
    /// Anything that makes the result impossible, or a destination that cannot be written.
    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError>;
}

/// How a job's shards may use the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardLimits {
    /// How many of its shards may run at once, at most.
    pub lane: usize,
    /// How many of these may run beside the workers of the run, because they wait for others
    /// more than they work. Who wants one worker has one.
    pub extra_io_slots: usize,
    /// How long one attempt may take.
    pub deadline: Duration,
    /// How long a worker process may say nothing at all. Ours send a sign of life every
    /// second; an external command may set its own limit, or none.
    pub heartbeat_timeout: Option<Duration>,
    /// How often a shard is tried before it counts as failed, at least 1.
    pub max_attempts: u32,
    /// Pause before the second attempt; it doubles with each further one.
    pub backoff: Duration,
}

impl ShardLimits {
    /// How many shards may run beside so many workers.
    pub(crate) fn extra_io_slots(&self, workers: usize) -> usize {
        self.extra_io_slots.min(workers.saturating_sub(1))
    }
}

impl Default for ShardLimits {
    fn default() -> Self {
        Self {
            lane: usize::MAX,
            extra_io_slots: 0,
            deadline: Duration::from_secs(600),
            heartbeat_timeout: Some(Duration::from_secs(30)),
            max_attempts: 3,
            backoff: Duration::from_millis(500),
        }
    }
}

/// Most bytes that are said of what a shard waits for.
pub(crate) const MAX_ACTIVITY_BYTES: usize = 256;

/// Where a shard's records go, whatever worker runs it.
pub(crate) trait RecordSink {
    /// Takes one record: one line of JSON, without its line end.
    fn record(&mut self, line: &[u8]);
    /// Adds to a counter.
    fn count(&mut self, name: &str, n: u64);
    /// Passes a line on to whoever watches.
    fn log(&mut self, level: LogLevel, text: String);
    /// Says what the shard waits for or is at.
    fn set_activity(&self, text: Option<&str>);
    /// Whether the shard is to stop.
    fn stopped(&self) -> bool;
}

/// A running shard's way to the engine: it takes records, counts and notes.
pub struct ShardOutput<'a> {
    sink: &'a mut dyn RecordSink,
    line: &'a mut Vec<u8>,
}

impl<'a> ShardOutput<'a> {
    /// `line` is a buffer that is used again for every record.
    pub(crate) fn new(sink: &'a mut dyn RecordSink, line: &'a mut Vec<u8>) -> Self {
        Self { sink, line }
    }

    /// Emits one record, as one line of JSON.
    ///
    /// # Errors
    /// [`ShardError::Stopped`] when the shard is to stop; `Failed` if it is no JSON.
    pub fn emit(&mut self, record: &impl Serialize) -> Result<(), ShardError> {
        self.check_stopped()?;
        self.line.clear();
        serde_json::to_writer(&mut *self.line, record).map_err(ShardError::failed)?;
        self.sink.record(self.line);
        Ok(())
    }

    /// Adds to a counter of this shard. Counters of merged shards are summed up.
    pub fn count(&mut self, name: &str, n: u64) {
        if n > 0 {
            self.sink.count(name, n);
        }
    }

    /// Says something to whoever watches the run.
    pub fn log(&mut self, level: LogLevel, text: impl Into<String>) {
        self.sink.log(level, text.into());
    }

    /// Says in a few words what this shard waits for, or is at, where that takes longer than a
    /// moment; none when it is over. Whoever watches sees the latest, at most twice a second.
    pub fn set_activity(&self, text: Option<&str>) {
        self.sink.set_activity(text.map(|text| &text[..text.floor_char_boundary(MAX_ACTIVITY_BYTES)]));
    }

    /// Whether the shard is to stop. [`ShardOutput::emit`] looks at it too; a shard that computes
    /// for long between records should ask several times a second.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on with `?`.
    pub fn check_stopped(&self) -> Result<(), ShardError> {
        if self.sink.stopped() { Err(ShardError::Stopped) } else { Ok(()) }
    }
}
