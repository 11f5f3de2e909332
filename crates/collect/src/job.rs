//! A collector as a job of the engine.

use std::io::Write;

use serde::Deserialize;
use serde_json::{Value, json};
use streamguard_dataset::SampleKind;
use streamguard_engine::{
    JobError, JobSummary, MergeContext, Plan, PlanContext, Shard, ShardError, ShardLimits, ShardOutput,
    TypedJob,
};

use crate::{Collector, Samples};

/// A collector as a job. Its samples go to `<name>.jsonl`.
#[derive(Clone, Debug)]
pub struct CollectorJob<C: Collector> {
    collector: C,
    context: C::Context,
}

impl<C: Collector> CollectorJob<C> {
    /// Makes a job of a collector.
    pub fn new(collector: C) -> Self {
        let context = collector.context();
        Self::with_context(collector, context)
    }

    /// Makes a job whose shards use a given context instead of the collector's own.
    pub fn with_context(collector: C, context: C::Context) -> Self {
        Self { collector, context }
    }

    /// Returns the collector, which is the settings of the job.
    pub fn collector(&self) -> &C {
        &self.collector
    }
}

impl<C: Collector> TypedJob for CollectorJob<C> {
    type Shard = C::Shard;

    fn name(&self) -> &str {
        self.collector.name()
    }

    fn output_names(&self) -> Vec<String> {
        vec![file_name(self.collector.name())]
    }

    fn settings(&self) -> Value {
        json!(self.collector)
    }

    fn unit(&self) -> &str {
        "samples"
    }

    fn limits(&self) -> ShardLimits {
        self.collector.limits()
    }

    fn plan(&self, context: &PlanContext) -> Result<Plan<C::Shard>, JobError> {
        // The cut follows the order of the plan, so which samples are kept does not depend on which
        // shard was faster.
        Ok(Plan::new(self.collector.plan(context)?).with_target(self.collector.target()))
    }

    fn run(&self, shard: &Shard<C::Shard>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        self.collector.collect(&shard.payload, &self.context, &mut Samples::emitting(output))
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        let mut file = merge.create_file(&file_name(self.collector.name()))?;
        let mut pairs = 0;
        let samples = merge.for_each_record(|line| {
            let RecordKind { kind } = serde_json::from_slice(line).map_err(JobError::failed)?;
            pairs += u64::from(kind == SampleKind::Pair);
            file.write_all(line).and_then(|()| file.write_all(b"\n")).map_err(|error| file.write_error(error))
        })?;
        merge.commit_file(file)?;
        Ok(JobSummary::default()
            .metric("samples", samples)
            .metric("pairs", pairs)
            .metric("cut_at_target", merge.surplus()))
    }
}

/// The one field of a sample that the merge reads; the rest is copied as it is.
#[derive(Deserialize)]
struct RecordKind {
    kind: SampleKind,
}

/// Returns the name of the file that holds a collector's samples.
pub fn file_name(collector: &str) -> String {
    format!("{collector}.jsonl")
}
