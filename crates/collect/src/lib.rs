//! Collectors: sources of samples, and what makes each of them a job.

mod interleave;

use std::fmt::Debug;
use std::io::Write;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use streamguard_dataset::{Kind, Rejection, Sample, quality};
use streamguard_engine::{
    Job, JobError, JobSummary, LogLevel, MergeContext, Plan, PlanContext, Shard, ShardError, ShardLimits,
    ShardOutput,
};

use streamguard_cache::Progress;

pub use interleave::interleave;

/// A source of samples. Its value is its settings; wrapped in [`Collect`] it is a job.
pub trait Collector: Serialize + Debug + Send + Sync {
    /// The name: of the job, of the section in `streamguard.toml`, of the file of its samples.
    fn name(&self) -> &'static str;

    /// How many samples are enough.
    fn target(&self) -> u64;

    /// How its shards may use the machine.
    fn limits(&self) -> ShardLimits {
        ShardLimits::default()
    }

    /// The payloads of its shards, in order.
    ///
    /// # Errors
    /// Anything that makes the whole collection impossible.
    fn plan(&self, planning: &PlanContext) -> Result<Vec<Value>, JobError>;

    /// Collects the samples of one shard.
    ///
    /// # Errors
    /// [`ShardError`]; a fault of a single file or commit is counted instead.
    fn collect(&self, payload: &Value, samples: &mut Samples<'_, '_>) -> Result<(), ShardError>;
}

/// A running shard of a collector: takes samples, and counts what it turns away.
pub struct Samples<'a, 'o> {
    output: &'a mut ShardOutput<'o>,
    /// Where samples go that are part of another record.
    kept: Option<&'a mut Vec<Sample>>,
}

impl<'a, 'o> Samples<'a, 'o> {
    /// Counts in the shard that `output` belongs to, but keeps the samples, for records of
    /// another form.
    pub fn keeping(output: &'a mut ShardOutput<'o>, kept: &'a mut Vec<Sample>) -> Self {
        Self { output, kept: Some(kept) }
    }

    /// Emits a sample and gives it its id; code of a length that nobody learns from is
    /// rejected.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub fn emit(&mut self, sample: Sample) -> Result<(), ShardError> {
        let sides = [&sample.vulnerable_code, &sample.fixed_code];
        for code in sides.into_iter().flatten() {
            if let Err(rejection) = quality::check_length(code) {
                self.reject(rejection);
                return self.output.check_stopped();
            }
        }
        if sample.kind == Kind::Pair {
            // For whoever watches; the result counts what is left after the cut at the target.
            self.output.count("pairs", 1);
        }
        let sample = sample.seal();
        match &mut self.kept {
            Some(kept) => {
                kept.push(sample);
                self.output.check_stopped()
            }
            None => self.output.emit(&sample),
        }
    }

    /// Counts a candidate that is no sample, by the reason.
    pub fn reject(&mut self, rejection: Rejection) {
        self.reject_many(rejection, 1);
    }

    /// Counts several of them.
    pub fn reject_many(&mut self, rejection: Rejection, n: u64) {
        self.output.count(&format!("rejected.{}", rejection.name()), n);
    }

    /// Counts something else that is worth a figure.
    pub fn count(&mut self, name: &str, n: u64) {
        self.output.count(name, n);
    }

    /// Says something to whoever watches the run.
    pub fn note(&mut self, level: LogLevel, text: impl Into<String>) {
        self.output.log(level, text);
    }

    /// Whether to stop.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub fn check(&self) -> Result<(), ShardError> {
        self.output.check_stopped()
    }
}

impl Progress for Samples<'_, '_> {
    fn is_stopped(&self) -> bool {
        self.output.check_stopped().is_err()
    }

    fn info(&mut self, text: String) {
        self.output.log(LogLevel::Info, text);
    }

    fn warn(&mut self, text: String) {
        self.output.log(LogLevel::Warning, text);
    }

    fn set_activity(&self, text: Option<&str>) {
        self.output.set_activity(text);
    }
}

/// A collector as a job: its samples go to `<name>.jsonl`.
#[derive(Clone, Debug)]
pub struct Collect<C>(pub C);

impl<C> Deref for Collect<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<C> DerefMut for Collect<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.0
    }
}

impl<C: Collector> Job for Collect<C> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn settings(&self) -> Value {
        json!(self.0)
    }

    fn unit(&self) -> &str {
        "samples"
    }

    fn limits(&self) -> ShardLimits {
        self.0.limits()
    }

    fn plan(&self, planning: &PlanContext) -> Result<Plan, JobError> {
        Ok(Plan::new(self.0.plan(planning)?).with_target(self.0.target()))
    }

    fn run(&self, shard: &Shard, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        self.0.collect(&shard.payload, &mut Samples { output, kept: None })
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let mut file = merge.create_file(&file_name(self.0.name()))?;
        let mut pairs = 0;
        let samples = merge.for_each_record(|line| {
            let sample: OfKind = serde_json::from_slice(line).map_err(JobError::failed)?;
            pairs += u64::from(sample.kind == Kind::Pair);
            file.write_all(line).and_then(|()| file.write_all(b"\n")).map_err(|error| file.write_error(error))
        })?;
        merge.commit_file(file)?;
        Ok(JobSummary::default()
            .metric("samples", samples)
            .metric("pairs", pairs)
            .metric("cut_at_target", merge.surplus()))
    }
}

/// As much of a sample as is counted when outputs are put together.
#[derive(Deserialize)]
struct OfKind {
    kind: Kind,
}

/// Name of the file that holds a collector's samples.
pub fn file_name(collector: &str) -> String {
    format!("{collector}.jsonl")
}
