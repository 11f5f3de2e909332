//! One collector, or another job.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use streamguard_engine::{CompletionStatus, JobState, RunState, SummaryTable};

use super::job_head::{ColumnChart, HeadFigure, column_charts, head_figures};
use crate::bounded_text::{bounded, bounded_value};
use crate::record_unit::RecordUnit;
use crate::rounding::{percent, rate, seconds};
use crate::sample_count::SampleCount;

/// Prefix of the counters that count rejected candidates.
const REJECTED_PREFIX: &str = "rejected.";

/// One collector, or another job.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CollectorReport {
    /// `complete`, `partial`, `failed`, `cancelled`, or `interrupted` if the job did not end.
    pub status: String,
    /// Reason for a status other than `complete`. May hold text from outside.
    pub reason: Option<String>,
    /// Records that the shards emitted.
    pub records: u64,
    /// Unit of the records: samples, advisories, fixes, or another.
    #[cfg_attr(test, schemars(with = "String"))]
    pub unit: RecordUnit,
    /// Samples. For a source of advisories: samples made of the fixes that its advisories name.
    pub samples_collected: u64,
    /// Samples that were wanted; null without a target.
    pub target_samples: Option<u64>,
    /// Samples collected, in percent of those wanted.
    pub completion_rate: Option<f64>,
    /// Duration in seconds.
    pub duration: f64,
    /// Samples collected per second; null if no time passed.
    pub samples_per_second: Option<f64>,
    /// Records emitted per second; null if no time passed.
    pub records_per_second: Option<f64>,
    /// Samples that have the code before and after the fix; 0 for a source of advisories.
    pub code_pairs: u64,
    /// Pairs in percent of the samples collected.
    pub code_pair_rate: Option<f64>,
    /// Rejected candidates, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// All other counters of the shards, by name.
    pub counters: BTreeMap<String, u64>,
    /// Shards.
    pub shards: ShardCounts,
    /// Figures at the top of the report, in words.
    pub headline: Vec<HeadFigure>,
    /// Charts that the job reported.
    pub charts: Vec<ColumnChart>,
    /// Metrics that the job reported, by name.
    pub metrics: BTreeMap<String, Value>,
    /// Tables that the job reported.
    pub tables: Vec<ReportTable>,
}

/// Shards of a collector.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShardCounts {
    /// Shards of the plan; null if the job was never planned.
    pub planned: Option<u32>,
    /// Shards that have an output.
    pub done: u32,
    /// Shards that failed permanently, so that their records are lost.
    pub lost: u32,
    /// Attempts at shards, by the outcome with which they ended. `reused` counts shards that were not attempted, because
    /// an earlier run had finished them.
    pub attempts: BTreeMap<String, u32>,
}

/// A table; every row has as many cells as there are columns.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReportTable {
    /// Title.
    pub title: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Cells, row by row: text, numbers or null. May hold text from outside.
    pub rows: Vec<Vec<Value>>,
}

impl ReportTable {
    /// Returns the table without the columns in which no row has anything, which only make it wider.
    #[must_use]
    pub(crate) fn without_empty_columns(&self) -> Self {
        let is_empty = |cell: &Value| cell.is_null() || cell.as_str() == Some("");
        let is_filled =
            |column: usize| self.rows.iter().any(|row| row.get(column).is_some_and(|cell| !is_empty(cell)));
        let filled: Vec<usize> = (0..self.columns.len()).filter(|&column| is_filled(column)).collect();
        let cells =
            |row: &Vec<Value>| filled.iter().map(|&at| row.get(at).cloned().unwrap_or_default()).collect();
        Self {
            title: self.title.clone(),
            columns: filled.iter().map(|&column| self.columns[column].clone()).collect(),
            rows: self.rows.iter().map(cells).collect(),
        }
    }
}

impl CollectorReport {
    /// Tells whether this is a source of advisories, whose samples the job `fixes` makes.
    pub(crate) fn is_source(&self) -> bool {
        self.unit == RecordUnit::Advisories
    }

    pub(crate) fn of(state: &RunState, job: &JobState) -> Self {
        let took = job.took_ms(state.elapsed_ms);
        let SampleCount { collected, target, pairs, .. } = SampleCount::of(state, job);
        let (rejected, counters): (Vec<_>, Vec<_>) = job
            .counters
            .iter()
            .map(|(name, n)| (name.clone(), *n))
            .partition(|(name, _)| name.starts_with(REJECTED_PREFIX));
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
            rejected: rejected
                .into_iter()
                .map(|(name, n)| (name[REJECTED_PREFIX.len()..].to_owned(), n))
                .collect(),
            counters: counters.into_iter().collect(),
            shards: ShardCounts {
                planned: job.shards,
                done: job.completed_shards,
                lost: u32::try_from(job.failed_shards.len()).unwrap_or(u32::MAX),
                attempts: job.outcomes.iter().map(|(outcome, n)| (outcome.name().to_owned(), *n)).collect(),
            },
            headline: head_figures(&job.summary.headline),
            charts: column_charts(&job.summary.charts),
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

impl ReportTable {
    fn of(table: &SummaryTable) -> Self {
        Self {
            title: bounded(&table.title),
            columns: table.columns.iter().map(|column| bounded(column)).collect(),
            rows: table.rows.iter().map(|row| row.iter().map(bounded_value).collect()).collect(),
        }
    }
}
