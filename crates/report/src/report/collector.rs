//! What is said of one collector, or of another job.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use streamguard_engine::{CompletionStatus, JobState, RunState, SummaryTable};

use super::{bounded, bounded_value, percent, rate, seconds};
use crate::{RecordUnit, SampleCount};

/// One collector, or another job.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Collector {
    /// `complete`, `partial`, `failed`, `cancelled`, or `interrupted` if it never came to an end.
    pub status: String,
    /// Why, where it did not end well. It may hold text from outside.
    pub reason: Option<String>,
    /// What its shards emitted.
    pub records: u64,
    /// What that is called: samples, advisories, fixes.
    #[schemars(with = "String")]
    pub unit: RecordUnit,
    /// Samples: of a source of advisories, those that the fixes it names gave.
    pub samples_collected: u64,
    /// Samples that were wanted; null where there is no target.
    pub target_samples: Option<u64>,
    /// Collected of wanted, in percent.
    pub completion_rate: Option<f64>,
    /// Seconds.
    pub duration: f64,
    /// Samples collected per second; null if it took no time.
    pub samples_per_second: Option<f64>,
    /// What its shards emitted, per second; null if it took no time.
    pub records_per_second: Option<f64>,
    /// Samples with the code before and after the fix. Sources of advisories have none of their own.
    pub code_pairs: u64,
    /// Those among its samples, in percent.
    pub code_pair_rate: Option<f64>,
    /// Candidates that were turned away, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// All else that its shards counted.
    pub counters: BTreeMap<String, u64>,
    /// Its shards.
    pub shards: Shards,
    /// Single figures of its result.
    pub metrics: BTreeMap<String, Value>,
    /// Figures with rows and columns.
    pub tables: Vec<ReportTable>,
}

/// What became of the shards of a collector.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Shards {
    /// How many there are; null if it was never planned.
    pub planned: Option<u32>,
    /// Those whose output counts.
    pub done: u32,
    /// Those that failed for good.
    pub lost: u32,
    /// Attempts, by how they ended.
    pub attempts: BTreeMap<String, u32>,
}

/// Figures with rows and columns; every row has as many cells as there are columns.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReportTable {
    /// What it shows.
    pub title: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The cells, row by row: text, numbers or null. They may hold text from outside.
    pub rows: Vec<Vec<Value>>,
}

impl Collector {
    pub(crate) fn of(state: &RunState, job: &JobState) -> Self {
        let took = job.took_ms(state.elapsed_ms);
        let SampleCount { collected, target, pairs, .. } = SampleCount::of(state, job);
        let (rejected, counters): (Vec<_>, Vec<_>) = job
            .counters
            .iter()
            .map(|(name, n)| (name.clone(), *n))
            .partition(|(name, _)| name.starts_with(REJECTED));
        Self {
            status: job.status.map_or("interrupted", CompletionStatus::name).to_owned(),
            reason: job.reason.as_deref().map(bounded),
            records: job.records,
            unit: job.unit.as_str().into(),
            samples_collected: collected,
            target_samples: target,
            completion_rate: percent(collected, target),
            duration: seconds(took),
            samples_per_second: rate(collected, took),
            records_per_second: rate(job.records, took),
            code_pairs: pairs,
            code_pair_rate: percent(pairs, Some(collected)),
            rejected: rejected.into_iter().map(|(name, n)| (name[REJECTED.len()..].to_owned(), n)).collect(),
            counters: counters.into_iter().collect(),
            shards: Shards {
                planned: job.shards,
                done: job.completed_shards,
                lost: u32::try_from(job.failed_shards.len()).unwrap_or(u32::MAX),
                attempts: job.outcomes.iter().map(|(outcome, n)| (outcome.name().to_owned(), *n)).collect(),
            },
            metrics: job
                .summary
                .metrics
                .iter()
                .map(|(name, value)| (bounded(name), bounded_value(value)))
                .collect(),
            tables: job.summary.tables.iter().map(ReportTable::of).collect(),
        }
    }
}

/// What the names of those counters begin with that count candidates turned away.
const REJECTED: &str = "rejected.";

impl ReportTable {
    fn of(table: &SummaryTable) -> Self {
        Self {
            title: bounded(&table.title),
            columns: table.columns.iter().map(|column| bounded(column)).collect(),
            rows: table.rows.iter().map(|row| row.iter().map(bounded_value).collect()).collect(),
        }
    }
}
