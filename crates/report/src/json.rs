//! The complete result, for programs.

use std::collections::BTreeMap;

use engine::{JobState, State, Status, Table};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::{Run, Samples, samples_of};

/// Version of the report's layout; it grows when a field changes its meaning.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    version: &'a str,
    status: &'static str,
    start_time: Option<String>,
    end_time: Option<String>,
    /// Seconds, over all runs that were resumed.
    total_duration: f64,
    /// `threading` or `process`.
    mode: &'a str,
    workers: usize,
    summary: Totals,
    by_collector: BTreeMap<&'a str, Collector<'a>>,
    dataset: Option<Dataset<'a>>,
}

#[derive(Serialize)]
struct Totals {
    total_collectors: usize,
    successful_collectors: usize,
    failed_collectors: usize,
    total_samples_collected: u64,
    total_target_samples: u64,
    /// Percent; null without a target.
    completion_rate: Option<f64>,
    code_pairs: u64,
    rejected: u64,
    samples_in_dataset: Option<u64>,
}

#[derive(Serialize)]
struct Collector<'a> {
    status: &'static str,
    reason: Option<&'a str>,
    /// What its shards emitted, and what that is called: samples, advisories, fixes.
    records: u64,
    unit: &'a str,
    /// Of a source of advisories, those that the fixes it names gave.
    samples_collected: u64,
    target_samples: Option<u64>,
    completion_rate: Option<f64>,
    /// Seconds.
    duration: f64,
    samples_per_second: Option<f64>,
    code_pairs: u64,
    rejected: BTreeMap<&'a str, u64>,
    counters: BTreeMap<&'a str, u64>,
    shards: Shards<'a>,
    metrics: &'a BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "<[Table]>::is_empty")]
    tables: &'a [Table],
}

#[derive(Serialize)]
struct Shards<'a> {
    planned: Option<u32>,
    done: u32,
    attempts: BTreeMap<&'static str, u32>,
    lost: Vec<Lost<'a>>,
}

#[derive(Serialize)]
struct Lost<'a> {
    shard: u32,
    outcome: &'static str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Dataset<'a> {
    files: [&'static str; 2],
    /// Seconds that it took to put them together; part of the total.
    duration: f64,
    #[serde(flatten)]
    union: &'a dataset::Union,
}

pub(crate) fn render(run: &Run<'_>) -> Vec<u8> {
    let state = run.state;
    let start = i64::try_from(state.clock_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let total_ms = state.elapsed_ms + run.assembled_ms;
    let took = i64::try_from(total_ms).ok().map(jiff::SignedDuration::from_millis);
    let end = start.zip(took).and_then(|(start, took)| start.checked_add(took).ok());
    let of = |status| state.jobs.iter().filter(|job| job.status == Some(status)).count();
    let yields = || state.jobs.iter().map(|job| samples_of(state, job));
    let collected = yields().filter(|samples| !samples.is_shared).map(|samples| samples.collected).sum();
    let target = yields().filter_map(|samples| samples.target).sum();
    let report = Report {
        format: FORMAT,
        version: &state.version,
        status: state.status.map_or("interrupted", Status::name),
        start_time: start.map(|time| time.to_string()),
        end_time: end.map(|time| time.to_string()),
        total_duration: seconds(total_ms),
        mode: &state.mode,
        workers: state.workers,
        summary: Totals {
            total_collectors: state.jobs.len(),
            successful_collectors: of(Status::Complete),
            failed_collectors: of(Status::Failed),
            total_samples_collected: collected,
            total_target_samples: target,
            completion_rate: percent(collected, Some(target)),
            code_pairs: state.jobs.iter().map(pairs).sum(),
            rejected: state.jobs.iter().flat_map(rejected).map(|(_, n)| n).sum(),
            samples_in_dataset: run.dataset.map(|union| union.stats.samples),
        },
        by_collector: state.jobs.iter().map(|job| (job.name.as_str(), collector(state, job))).collect(),
        dataset: run.dataset.map(|union| Dataset {
            files: ["samples.jsonl", "samples.parquet"],
            duration: seconds(run.assembled_ms),
            union,
        }),
    };
    let mut bytes = serde_json::to_vec_pretty(&report)
        .unwrap_or_else(|error| unreachable!("a report holds nothing that JSON cannot: {error}"));
    bytes.push(b'\n');
    bytes
}

fn collector<'a>(state: &'a State, job: &'a JobState) -> Collector<'a> {
    let took = job.took_ms(state.elapsed_ms);
    let Samples { collected, target, .. } = samples_of(state, job);
    Collector {
        status: job.status.map_or("interrupted", Status::name),
        reason: job.reason.as_deref(),
        records: job.records,
        unit: &job.unit,
        samples_collected: collected,
        target_samples: target,
        completion_rate: percent(collected, target),
        duration: seconds(took),
        samples_per_second: (took > 0).then(|| round(collected as f64 / (took as f64 / 1000.0))),
        code_pairs: pairs(job),
        rejected: rejected(job).collect(),
        counters: job.counters.iter().map(|(name, n)| (name.as_str(), *n)).collect(),
        shards: Shards {
            planned: job.shards,
            done: job.good,
            attempts: job.outcomes.iter().map(|(outcome, n)| (outcome.name(), *n)).collect(),
            lost: job
                .lost
                .iter()
                .map(|(shard, outcome, reason)| Lost { shard: *shard, outcome: outcome.name(), reason })
                .collect(),
        },
        metrics: &job.summary.metrics,
        tables: &job.summary.tables,
    }
}

/// Samples with both sides: in the result, or so far.
fn pairs(job: &JobState) -> u64 {
    let so_far = job.counters.get("pairs").copied();
    job.summary.metrics.get("pairs").and_then(Value::as_u64).or(so_far).unwrap_or(0)
}

/// What was turned away, by reason.
fn rejected(job: &JobState) -> impl Iterator<Item = (&str, u64)> {
    job.counters.iter().filter_map(|(name, n)| Some((name.strip_prefix("rejected.")?, *n)))
}

fn percent(part: u64, whole: Option<u64>) -> Option<f64> {
    whole.filter(|whole| *whole > 0).map(|whole| round(part as f64 * 100.0 / whole as f64))
}

fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

/// Two digits after the point.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
