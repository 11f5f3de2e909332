//! The report: all figures and texts about a run, counted once. Every format renders this value.

mod collector;
mod dataset;
mod funnel;
mod job_head;
mod performance;
mod timeline;
mod totals;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::Value;
use streamguard_engine::{CompletionStatus, Outcome, RunState};

use crate::bounded_text::bounded;
use crate::history::{LoggedWarning, RunHistory};
use crate::record_unit::RecordUnit;
use crate::rounding::seconds;
use crate::stored_run_files::{DatasetInfo, StoredRunFiles};

pub use collector::{CollectorReport, ReportTable, ShardCounts};
pub use dataset::{CollectorCounts, DatasetFile, DatasetReport};
pub use funnel::{FunnelStep, SampleFunnel};
pub use job_head::{ColumnChart, ColumnSeries, HeadFigure};
pub use performance::RunPerformance;
pub use timeline::{RunTimeline, TimelineSeries};
pub use totals::RunTotals;

/// Version of the layout. It increases when a field changes its meaning.
const FORMAT_VERSION: u32 = 2;

/// Largest number of errors, and of warnings, that a report lists. The report says how many more there were.
const MAX_LISTED: usize = 500;

/// The complete result of a run.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// Version of this layout.
    pub format: u32,
    /// Version of the program that ran.
    pub version: String,
    /// `complete`, `partial`, `failed`, `cancelled`, or `interrupted` if the run did not end.
    pub status: String,
    /// Start, RFC 3339 in UTC; null if it is not known.
    pub start_time: Option<String>,
    /// End, RFC 3339 in UTC: the start plus the duration, so that pauses before resumptions are left out.
    pub end_time: Option<String>,
    /// Duration in seconds of the run and all its resumptions, including the writing of the dataset.
    pub total_duration: f64,
    /// Where shards ran: `threading`, `process`, `slurm` or `ray`; `merge` if they had run elsewhere before.
    pub mode: String,
    /// Shards that could compute at once. Shards that mostly wait for the network run in addition.
    pub workers: usize,
    /// The main metrics of the run.
    pub summary: RunTotals,
    /// Collectors and other jobs, by name. They are written in the order of the run; readers of JSON may not keep it.
    #[serde(serialize_with = "serialize_as_map")]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, CollectorReport>"))]
    pub by_collector: Vec<(String, CollectorReport)>,
    /// How many candidates are left after each step towards the dataset.
    pub funnels: Vec<SampleFunnel>,
    /// Rejected candidates, by reason; duplicates are among them.
    pub rejected: BTreeMap<String, u64>,
    /// Growth over time.
    pub timeline: RunTimeline,
    /// Use of the machine.
    pub performance: RunPerformance,
    /// The dataset; null if the run did not get that far.
    pub dataset: Option<DatasetReport>,
    /// Shards and jobs that failed permanently.
    pub errors: Vec<ReportedError>,
    /// Warnings of the run, in their order.
    pub warnings: Vec<ReportedWarning>,
    /// Errors and warnings beyond those listed, including repetitions.
    pub not_listed: u64,
    /// Origin of the run.
    pub provenance: RunProvenance,
}

/// A shard, or a job, that failed permanently.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReportedError {
    /// Name of the collector.
    pub collector: String,
    /// Number of the shard; null if the job failed as a whole.
    pub shard: Option<u32>,
    /// `failed`, `timed_out` or `crashed`.
    pub outcome: String,
    /// Reason. May hold text from outside.
    pub reason: String,
}

/// A warning, or an error that did not fail a shard.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReportedWarning {
    /// Seconds since the start.
    pub at: f64,
    /// Collector that the warning is about; null if it is about the run.
    pub collector: Option<String>,
    /// `warning` or `error`.
    pub level: String,
    /// Text. May come from outside.
    pub text: String,
}

/// Origin of a run: what it takes to repeat it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RunProvenance {
    /// Command that started the run, without secrets; null if a program started it.
    pub command: Option<String>,
    /// Settings of each job that decide its output. How upstreams are reached is not among them.
    pub settings: Value,
}

impl Report {
    /// Counts everything that reports say about a run.
    pub(crate) fn of(files: &StoredRunFiles, history: RunHistory) -> Self {
        let state = &history.state;
        // The journal ends with the last job. The dataset is written after that, so its time is added here.
        let total_ms = state.elapsed_ms + files.dataset_ms();
        let start = i64::try_from(state.clock_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let took = i64::try_from(total_ms).ok().map(SignedDuration::from_millis);
        // The wall clock is read only at the start of the run, so the end is the start plus the duration. The time
        // between an interruption and the resumption is not part of it.
        let end = start.zip(took).and_then(|(start, took)| start.checked_add(took).ok());
        let by_collector: Vec<(String, CollectorReport)> =
            state.jobs.iter().map(|job| (job.name.clone(), CollectorReport::of(state, job))).collect();
        let dataset = files.dataset.as_ref().and_then(|dataset| DatasetReport::of(files, dataset));
        let rejected = rejected(&by_collector, dataset.as_ref());
        let mut errors = errors(state);
        let mut warnings = warnings(state, history.warnings);
        // Counted before both lists are cut.
        let not_listed = errors.len().saturating_sub(MAX_LISTED) + warnings.len().saturating_sub(MAX_LISTED);
        errors.truncate(MAX_LISTED);
        warnings.truncate(MAX_LISTED);
        Self {
            format: FORMAT_VERSION,
            version: state.version.clone(),
            status: status(files, state).to_owned(),
            start_time: start.map(|time| time.to_string()),
            end_time: end.map(|time| time.to_string()),
            total_duration: seconds(total_ms),
            mode: state.mode.clone(),
            workers: state.workers,
            summary: RunTotals::of(state, &by_collector, dataset.as_ref(), rejected.values().sum(), total_ms),
            by_collector,
            funnels: funnel::funnels(state, dataset.as_ref()),
            rejected,
            timeline: RunTimeline::of(state, &history.growth),
            performance: RunPerformance::of(state, &history.attempts),
            dataset,
            errors,
            warnings,
            not_listed: history.warnings_left_out + not_listed as u64,
            provenance: RunProvenance {
                command: files.info.command.clone(),
                settings: without_access(files.info.settings.clone()),
            },
        }
    }
}

/// Returns the status of the run. The dataset is written after the jobs have ended, so a run whose jobs have ended and
/// that has no dataset was interrupted.
fn status(files: &StoredRunFiles, state: &RunState) -> &'static str {
    let makes_samples = state.jobs.iter().any(|job| RecordUnit::from(job.unit.as_str()).makes_samples());
    match (&files.dataset, state.status) {
        (Some(DatasetInfo { summary: None, .. }), _) => CompletionStatus::Cancelled.name(),
        // A run of which no job makes samples has no dataset, and is complete without one.
        (None, Some(CompletionStatus::Complete | CompletionStatus::Partial)) if makes_samples => {
            "interrupted"
        }
        (_, status) => status.map_or("interrupted", CompletionStatus::name),
    }
}

/// Removes the settings for access to upstreams, such as the folder of the cache: they are paths of this machine and
/// the pace of its requests, equal for all jobs, and of no use to a reader on another machine.
fn without_access(mut settings: Value) -> Value {
    for job in settings.as_object_mut().into_iter().flat_map(|jobs| jobs.values_mut()) {
        if let Some(settings) = job.as_object_mut() {
            settings.remove("access");
        }
    }
    settings
}

/// Adds up rejected candidates by reason, over the collectors and the dataset.
fn rejected(
    collectors: &[(String, CollectorReport)],
    dataset: Option<&DatasetReport>,
) -> BTreeMap<String, u64> {
    let by_dataset =
        dataset.into_iter().flat_map(|dataset| &dataset.collectors).map(|counts| &counts.rejected);
    let by_collector = collectors.iter().map(|(_, collector)| &collector.rejected);
    let mut rejected = BTreeMap::new();
    for (reason, n) in by_collector.chain(by_dataset).flatten() {
        *rejected.entry(reason.clone()).or_default() += n;
    }
    rejected
}

/// Returns the shards and jobs that failed permanently.
fn errors(state: &RunState) -> Vec<ReportedError> {
    let mut errors = Vec::new();
    for job in &state.jobs {
        let error = |shard, outcome: Outcome, reason: &str| ReportedError {
            collector: job.name.clone(),
            shard,
            outcome: outcome.name().to_owned(),
            reason: bounded(reason),
        };
        // If shards failed, their reasons are listed below, and say more than the reason of the job.
        if job.status == Some(CompletionStatus::Failed) && job.failed_shards.is_empty() {
            errors.push(error(None, Outcome::Failed, job.reason.as_deref().unwrap_or_default()));
        }
        errors.extend(
            job.failed_shards.iter().map(|(shard, outcome, reason)| error(Some(*shard), *outcome, reason)),
        );
    }
    errors
}

fn warnings(state: &RunState, logged: Vec<LoggedWarning>) -> Vec<ReportedWarning> {
    let report = |warning: LoggedWarning| ReportedWarning {
        at: seconds(warning.at_ms),
        collector: warning.job.and_then(|job| state.jobs.get(job)).map(|job| job.name.clone()),
        level: warning.level.to_owned(),
        text: bounded(&warning.text),
    };
    logged.into_iter().map(report).collect()
}

fn serialize_as_map<S: Serializer>(
    pairs: &[(String, CollectorReport)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, collector)| (name, collector)))
}
