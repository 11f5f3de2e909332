//! The report: everything that is said of a run, counted once. Each format renders this value.

mod collector;
mod dataset;
mod funnel;
mod performance;
mod timeline;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::Value;
use streamguard_engine::{CompletionStatus, Outcome, RunState};

use crate::history::History;
use crate::run::{Assembled, Folder};
use crate::{RecordUnit, SampleCount};

pub use collector::{Collector, ReportTable, Shards};
pub use dataset::{Dataset, DatasetFile, SourceCounts};
pub use funnel::{Funnel, Step};
pub use performance::Performance;
pub use timeline::{Series, Timeline};

/// Version of the layout; it grows when a field changes its meaning.
const FORMAT: u32 = 2;

/// Most notes and problems that a report lists; how many there were besides is said.
const LISTED: usize = 500;

/// The complete result of a run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// Version of this layout.
    pub format: u32,
    /// Version of the program that ran.
    pub version: String,
    /// `complete`, `partial`, `failed`, `cancelled`, or `interrupted` if it never came to an end.
    pub status: String,
    /// When it began, RFC 3339 in UTC; null if that is not known.
    pub start_time: Option<String>,
    /// When it ended, as if it had not been interrupted in between.
    pub end_time: Option<String>,
    /// Seconds, over all runs that were resumed, the dataset included.
    pub total_duration: f64,
    /// Where shards ran: `threading`, `process`, `slurm`, or `merge` for shards that ran elsewhere.
    pub mode: String,
    /// How many shards could run at once.
    pub workers: usize,
    /// The run in a few figures.
    pub summary: Totals,
    /// The collectors, or other jobs, by name. In the order of the run wherever there is one.
    #[serde(serialize_with = "as_map")]
    #[schemars(with = "BTreeMap<String, Collector>")]
    pub by_collector: Vec<(String, Collector)>,
    /// What became of candidates on their way to the dataset.
    pub funnels: Vec<Funnel>,
    /// Candidates that were turned away, by reason; duplicates are among them.
    pub rejected: BTreeMap<String, u64>,
    /// How much there was at what time.
    pub timeline: Timeline,
    /// How the machine was used.
    pub performance: Performance,
    /// The dataset; null if the run did not get that far.
    pub dataset: Option<Dataset>,
    /// Shards and jobs that failed for good.
    pub errors: Vec<Problem>,
    /// Warnings of the run, in their order.
    pub warnings: Vec<Warning>,
    /// How many errors and warnings there were beyond those that are listed.
    pub not_listed: u64,
    /// Where all of this comes from.
    pub provenance: Provenance,
}

/// A run in a few figures.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Totals {
    /// How many collectors, or other jobs, ran.
    pub total_collectors: usize,
    /// Those that are complete.
    pub successful_collectors: usize,
    /// Those of which nothing came.
    pub failed_collectors: usize,
    /// Those of which some is missing.
    pub partial_collectors: usize,
    /// Samples of all collectors, before duplicates are left out. A sample that several sources of
    /// advisories name counts once.
    pub total_samples_collected: u64,
    /// Samples that were wanted, over all collectors that have a target.
    pub total_target_samples: u64,
    /// Collected of wanted, in percent; null without a target.
    pub completion_rate: Option<f64>,
    /// Samples with the code before and after the fix, before duplicates are left out.
    pub code_pairs: u64,
    /// Those among the samples collected, in percent; null without samples.
    pub code_pair_rate: Option<f64>,
    /// Candidates that were turned away, duplicates included.
    pub rejected: u64,
    /// Samples in the dataset; null if there is none.
    pub samples_in_dataset: Option<u64>,
    /// Pairs in the dataset; null if there is none.
    pub pairs_in_dataset: Option<u64>,
    /// Samples collected per second of the whole run; null if it took no time.
    pub samples_per_second: Option<f64>,
}

/// A shard, or a job, that failed for good.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Problem {
    /// The collector. Text from outside may be in the reason, nowhere else.
    pub collector: String,
    /// Number of the shard; null if the job failed as a whole.
    pub shard: Option<u32>,
    /// How it ended: `failed`, `timed_out` or `crashed`.
    pub outcome: String,
    /// Why.
    pub reason: String,
}

/// A line that somebody should read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Warning {
    /// Seconds since the start.
    pub at: f64,
    /// The collector it is about; null if it is about the run.
    pub collector: Option<String>,
    /// `warning` or `error`.
    pub level: String,
    /// The line.
    pub text: String,
}

/// Where a run comes from, and how to repeat it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Provenance {
    /// The command that began the run, without secrets; null if a program did.
    pub command: Option<String>,
    /// The settings of each job: all that decides the output, but for how upstreams are reached.
    pub settings: Value,
}

impl Report {
    /// Counts what is said of a run: by its events, and what is in its folder.
    pub(crate) fn of(folder: &Folder, history: History) -> Self {
        let state = &history.state;
        let total_ms = state.elapsed_ms + folder.assembled_ms();
        let start = i64::try_from(state.clock_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let took = i64::try_from(total_ms).ok().map(jiff::SignedDuration::from_millis);
        let end = start.zip(took).and_then(|(start, took)| start.checked_add(took).ok());
        let by_collector: Vec<(String, Collector)> =
            state.jobs.iter().map(|job| (job.name.clone(), Collector::of(state, job))).collect();
        let dataset = folder.assembled.as_ref().and_then(|assembled| Dataset::of(folder, assembled));
        let mut rejected = BTreeMap::new();
        let duplicates = dataset.iter().flat_map(|dataset| &dataset.sources).map(|source| &source.rejected);
        for (reason, n) in
            by_collector.iter().map(|(_, collector)| &collector.rejected).chain(duplicates).flatten()
        {
            *rejected.entry(reason.clone()).or_default() += n;
        }
        let mut errors = problems(state);
        let mut warnings = history.warnings;
        let not_listed = errors.len().saturating_sub(LISTED) + warnings.len().saturating_sub(LISTED);
        errors.truncate(LISTED);
        warnings.truncate(LISTED);
        Self {
            format: FORMAT,
            version: state.version.clone(),
            status: status(folder, state).to_owned(),
            start_time: start.map(|time| time.to_string()),
            end_time: end.map(|time| time.to_string()),
            total_duration: seconds(total_ms),
            mode: state.mode.clone(),
            workers: state.workers,
            summary: Totals::of(state, &by_collector, dataset.as_ref(), rejected.values().sum(), total_ms),
            by_collector,
            funnels: funnel::funnels(state, dataset.as_ref()),
            rejected,
            timeline: history.timeline.finish(state),
            performance: Performance::of(state, &history.effort),
            dataset,
            errors,
            warnings,
            not_listed: history.warnings_left_out + not_listed as u64,
            provenance: Provenance {
                command: folder.recorded.command.clone(),
                settings: decisive(folder.recorded.settings.clone()),
            },
        }
    }
}

impl Totals {
    fn of(
        state: &RunState,
        collectors: &[(String, Collector)],
        dataset: Option<&Dataset>,
        rejected: u64,
        total_ms: u64,
    ) -> Self {
        let of = |status| state.jobs.iter().filter(|job| job.status == Some(status)).count();
        let yields = || state.jobs.iter().map(|job| SampleCount::of(state, job));
        let collected = yields().filter(|samples| !samples.is_shared).map(|samples| samples.collected).sum();
        let target = yields().filter_map(|samples| samples.target).sum();
        let pairs = collectors.iter().map(|(_, collector)| collector.code_pairs).sum();
        Self {
            total_collectors: state.jobs.len(),
            successful_collectors: of(CompletionStatus::Complete),
            failed_collectors: of(CompletionStatus::Failed),
            partial_collectors: of(CompletionStatus::Partial),
            total_samples_collected: collected,
            total_target_samples: target,
            completion_rate: percent(collected, Some(target)),
            code_pairs: pairs,
            code_pair_rate: percent(pairs, Some(collected)),
            rejected,
            samples_in_dataset: dataset.map(|dataset| dataset.stats.samples),
            pairs_in_dataset: dataset.map(|dataset| dataset.stats.pairs),
            samples_per_second: rate(collected, total_ms),
        }
    }
}

/// How the run ended, the dataset included, which is put together after the jobs are over.
fn status(folder: &Folder, state: &RunState) -> &'static str {
    let makes_samples = state.jobs.iter().any(|job| RecordUnit::from(job.unit.as_str()).makes_samples());
    match (&folder.assembled, state.status) {
        (Some(Assembled { union: None, .. }), _) => CompletionStatus::Cancelled.name(),
        (None, Some(CompletionStatus::Complete | CompletionStatus::Partial)) if makes_samples => {
            "interrupted"
        }
        (_, status) => status.map_or("interrupted", CompletionStatus::name),
    }
}

/// Settings without the way to the upstreams: places of this machine, the same for all jobs.
fn decisive(mut settings: Value) -> Value {
    for job in settings.as_object_mut().into_iter().flat_map(|jobs| jobs.values_mut()) {
        if let Some(settings) = job.as_object_mut() {
            settings.remove("access");
        }
    }
    settings
}

/// What failed for good.
fn problems(state: &RunState) -> Vec<Problem> {
    let mut problems = Vec::new();
    for job in &state.jobs {
        let problem = |shard, outcome: Outcome, reason: &str| Problem {
            collector: job.name.clone(),
            shard,
            outcome: outcome.name().to_owned(),
            reason: bounded(reason),
        };
        if job.status == Some(CompletionStatus::Failed) && job.failed_shards.is_empty() {
            problems.push(problem(None, Outcome::Failed, job.reason.as_deref().unwrap_or_default()));
        }
        problems.extend(
            job.failed_shards.iter().map(|(shard, outcome, reason)| problem(Some(*shard), *outcome, reason)),
        );
    }
    problems
}

fn as_map<S: Serializer>(pairs: &[(String, Collector)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, collector)| (name, collector)))
}

/// Longest text from outside that a report holds, in characters.
const TEXT: usize = 2000;

/// A text from outside, cut if it is longer than anybody reads.
pub(crate) fn bounded(text: &str) -> String {
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

/// The same for all texts of a value.
fn bounded_value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(bounded(text)),
        Value::Array(values) => values.iter().map(bounded_value).collect(),
        Value::Object(values) => {
            values.iter().map(|(name, value)| (bounded(name), bounded_value(value))).collect()
        }
        other => other.clone(),
    }
}

/// Percent with two digits; null of nothing.
fn percent(part: u64, whole: Option<u64>) -> Option<f64> {
    whole.filter(|whole| *whole > 0).map(|whole| round(part as f64 * 100.0 / whole as f64))
}

/// How many a second, with two digits; null if it took no time.
fn rate(n: u64, ms: u64) -> Option<f64> {
    (ms > 0).then(|| round(n as f64 / seconds(ms)))
}

fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

/// Two digits after the point.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
