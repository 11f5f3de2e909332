//! The tables of a run, which the formats for programs show: one row per observation ("tidy data", Wickham,
//! Journal of Statistical Software 59, 2014).

mod cell;

use std::collections::BTreeMap;

use serde_json::Value;
use streamguard_dataset::Weakness;

pub(crate) use cell::TableCell;

use crate::report::Report;

/// Name of the table of the whole run.
pub(crate) const RUN_TABLE_NAME: &str = "run";

/// A table with one row per observation. Each row has as many cells as there are columns.
pub(crate) struct TidyTable<'a> {
    /// Names of the columns; the names of the fields of `collection_results.json`.
    pub(crate) columns: &'static [&'static str],
    /// Cells, row by row.
    pub(crate) rows: Vec<Vec<TableCell<'a>>>,
}

/// Builds a table from a report.
pub(crate) type TableBuilder = fn(&Report) -> TidyTable<'_>;

/// All tables: name, title, and builder.
pub(crate) const ALL_TABLES: &[(&str, &str, TableBuilder)] = &[
    (RUN_TABLE_NAME, "Run", run),
    ("collectors", "Collectors", collectors),
    ("types", "Types of weakness in the dataset", types),
    ("languages", "Languages in the dataset", languages),
    ("severities", "Severities in the dataset", severities),
    ("dataset", "Other counts of the dataset", dataset),
    ("rejections", "Rejected candidates", rejections),
    ("funnels", "Ways to the dataset", funnels),
    ("counters", "Counters", counters),
    ("attempts", "Attempts at shards", attempts),
    ("metrics", "Metrics", metrics),
    ("tables", "Tables", tables),
    ("errors", "Errors", errors),
    ("warnings", "Warnings", warnings),
    ("files", "Files of the dataset", files),
    ("timeline", "Timeline", timeline),
];

/// Builds the table of the whole run, which has one row.
fn run(report: &Report) -> TidyTable<'_> {
    let (summary, performance) = (&report.summary, &report.performance);
    let row = vec![
        TableCell::from(report.format),
        (&report.version).into(),
        (&report.status).into(),
        report.start_time.as_ref().into(),
        report.end_time.as_ref().into(),
        report.total_duration.into(),
        (&report.mode).into(),
        report.workers.into(),
        summary.total_collectors.into(),
        summary.successful_collectors.into(),
        summary.failed_collectors.into(),
        summary.partial_collectors.into(),
        summary.total_samples_collected.into(),
        summary.total_target_samples.into(),
        summary.completion_rate.into(),
        summary.code_pairs.into(),
        summary.code_pair_rate.into(),
        summary.rejected.into(),
        summary.samples_in_dataset.into(),
        summary.pairs_in_dataset.into(),
        summary.samples_per_second.into(),
        performance.attempts.into(),
        performance.retries.into(),
        performance.reused_shards.into(),
        performance.resumptions.into(),
        performance.busy_seconds.into(),
        performance.utilization.into(),
        report.not_listed.into(),
        report.provenance.command.as_ref().into(),
    ];
    let columns = &[
        "format",
        "version",
        "status",
        "start_time",
        "end_time",
        "total_duration",
        "mode",
        "workers",
        "total_collectors",
        "successful_collectors",
        "failed_collectors",
        "partial_collectors",
        "total_samples_collected",
        "total_target_samples",
        "completion_rate",
        "code_pairs",
        "code_pair_rate",
        "rejected",
        "samples_in_dataset",
        "pairs_in_dataset",
        "samples_per_second",
        "attempts",
        "retries",
        "reused_shards",
        "resumptions",
        "busy_seconds",
        "utilization",
        "not_listed",
        "command",
    ];
    TidyTable { columns, rows: vec![row] }
}

fn collectors(report: &Report) -> TidyTable<'_> {
    let rows = report.by_collector.iter().map(|(name, collector)| {
        let all_counts = report.dataset.as_ref().map(|dataset| &dataset.collectors);
        // Found by name and not by position: sources of advisories are in `by_collector`, but not in this list.
        let counts = all_counts.and_then(|all| all.iter().find(|counts| counts.collector == *name));
        vec![
            TableCell::from(name),
            (&collector.status).into(),
            collector.reason.as_ref().into(),
            collector.unit.name().into(),
            collector.records.into(),
            collector.samples_collected.into(),
            collector.target_samples.into(),
            collector.completion_rate.into(),
            collector.duration.into(),
            collector.samples_per_second.into(),
            collector.records_per_second.into(),
            collector.code_pairs.into(),
            collector.code_pair_rate.into(),
            collector.shards.planned.into(),
            collector.shards.done.into(),
            collector.shards.lost.into(),
            counts.map(|counts| counts.read).into(),
            counts.map(|counts| counts.kept).into(),
        ]
    });
    let columns = &[
        "collector",
        "status",
        "reason",
        "unit",
        "records",
        "samples_collected",
        "target_samples",
        "completion_rate",
        "duration",
        "samples_per_second",
        "records_per_second",
        "code_pairs",
        "code_pair_rate",
        "shards_planned",
        "shards_done",
        "shards_lost",
        "dataset_read",
        "dataset_kept",
    ];
    TidyTable { columns, rows: rows.collect() }
}

fn types(report: &Report) -> TidyTable<'_> {
    let row = |(name, samples)| {
        let cwe = Weakness::by_name(name).map(|weakness| u32::from(weakness.cwe));
        vec![TableCell::from(name), cwe.into(), TableCell::from(samples)]
    };
    TidyTable {
        columns: &["vulnerability_type", "cwe", "samples"],
        rows: counts(report, |stats| &stats.by_vulnerability_type).map(row).collect(),
    }
}

fn languages(report: &Report) -> TidyTable<'_> {
    let rows = counts(report, |stats| &stats.by_language);
    TidyTable { columns: &["language", "samples"], rows: rows.map(named).collect() }
}

fn severities(report: &Report) -> TidyTable<'_> {
    let rows = counts(report, |stats| &stats.by_severity);
    TidyTable { columns: &["severity", "samples"], rows: rows.map(named).collect() }
}

/// Builds the table of dataset counts that have no table of their own.
fn dataset(report: &Report) -> TidyTable<'_> {
    let of = |by: &'static str, counts: fn(&streamguard_dataset::SampleStats) -> &BTreeMap<String, u64>| {
        self::counts(report, counts)
            .map(move |(name, samples)| vec![by.into(), TableCell::from(name), samples.into()])
    };
    let rows = of("collector", |stats| &stats.by_collector)
        .chain(of("kind", |stats| &stats.by_kind))
        .chain(of("level", |stats| &stats.by_level))
        .chain(of("flag", |stats| &stats.by_flag));
    TidyTable { columns: &["counted_by", "name", "samples"], rows: rows.collect() }
}

/// Builds the table of candidates that collectors rejected, followed by samples left out of the
/// dataset.
fn rejections(report: &Report) -> TidyTable<'_> {
    let collected =
        report.by_collector.iter().map(|(name, collector)| ("collector", name, &collector.rejected));
    let all_counts = report.dataset.iter().flat_map(|dataset| &dataset.collectors);
    let assembled = all_counts.map(|counts| ("dataset", &counts.collector, &counts.rejected));
    let rows = collected.chain(assembled).flat_map(|(by, name, rejected)| {
        rejected
            .iter()
            .map(move |(reason, count)| vec![name.into(), by.into(), reason.into(), TableCell::from(*count)])
    });
    TidyTable { columns: &["collector", "rejected_by", "reason", "count"], rows: rows.collect() }
}

fn funnels(report: &Report) -> TidyTable<'_> {
    let rows = report.funnels.iter().flat_map(|funnel| {
        funnel.steps.iter().enumerate().map(|(at, step)| {
            vec![(&funnel.title).into(), TableCell::from(at + 1), (&step.name).into(), step.count.into()]
        })
    });
    TidyTable { columns: &["title", "step", "name", "count"], rows: rows.collect() }
}

fn counters(report: &Report) -> TidyTable<'_> {
    let rows = report.by_collector.iter().flat_map(|(name, collector)| {
        collector
            .counters
            .iter()
            .map(move |(counter, count)| vec![name.into(), counter.into(), TableCell::from(*count)])
    });
    TidyTable { columns: &["collector", "counter", "count"], rows: rows.collect() }
}

fn attempts(report: &Report) -> TidyTable<'_> {
    let rows = report.by_collector.iter().flat_map(|(name, collector)| {
        let attempts = &collector.shards.attempts;
        attempts
            .iter()
            .map(move |(outcome, count)| vec![name.into(), outcome.into(), TableCell::from(*count)])
    });
    TidyTable { columns: &["collector", "outcome", "count"], rows: rows.collect() }
}

fn metrics(report: &Report) -> TidyTable<'_> {
    let rows = report.by_collector.iter().flat_map(|(name, collector)| {
        collector.metrics.iter().map(move |(metric, value)| {
            let [number, text] = TableCell::pair(value);
            vec![name.into(), metric.into(), number, text]
        })
    });
    TidyTable { columns: &["collector", "metric", "value", "text"], rows: rows.collect() }
}

/// Builds a table of the cells of the jobs' own tables. No two of those have the same columns, so each
/// cell gets a row.
fn tables(report: &Report) -> TidyTable<'_> {
    let mut rows = Vec::new();
    for (name, collector) in &report.by_collector {
        for table in &collector.tables {
            for (at, row) in table.rows.iter().enumerate() {
                rows.extend(table.columns.iter().zip(row).map(|(column, value): (&String, &Value)| {
                    let [number, text] = TableCell::pair(value);
                    vec![
                        name.into(),
                        (&table.title).into(),
                        TableCell::from(at + 1),
                        column.into(),
                        number,
                        text,
                    ]
                }));
            }
        }
    }
    TidyTable { columns: &["collector", "title", "row", "column", "value", "text"], rows }
}

fn errors(report: &Report) -> TidyTable<'_> {
    let rows = report.errors.iter().map(|problem| {
        vec![
            TableCell::from(&problem.collector),
            problem.shard.into(),
            (&problem.outcome).into(),
            (&problem.reason).into(),
        ]
    });
    TidyTable { columns: &["collector", "shard", "outcome", "reason"], rows: rows.collect() }
}

fn warnings(report: &Report) -> TidyTable<'_> {
    let rows = report.warnings.iter().map(|warning| {
        vec![
            TableCell::from(warning.at),
            warning.collector.as_ref().into(),
            (&warning.level).into(),
            (&warning.text).into(),
        ]
    });
    TidyTable { columns: &["at", "collector", "level", "text"], rows: rows.collect() }
}

fn files(report: &Report) -> TidyTable<'_> {
    let files = report.dataset.iter().flat_map(|dataset| &dataset.files);
    let rows = files.map(|file| vec![TableCell::from(&file.name), file.size.into(), (&file.blake3).into()]);
    TidyTable { columns: &["name", "size", "blake3"], rows: rows.collect() }
}

fn timeline(report: &Report) -> TidyTable<'_> {
    let rows = report.timeline.series.iter().flat_map(|series| {
        report.timeline.seconds.iter().zip(&series.values).map(|(seconds, value)| {
            vec![
                TableCell::from(*seconds),
                (&series.collector).into(),
                series.unit.name().into(),
                (*value).into(),
            ]
        })
    });
    TidyTable { columns: &["seconds", "collector", "unit", "value"], rows: rows.collect() }
}

/// Returns counts of the dataset by name; empty without a dataset.
fn counts(
    report: &Report,
    counts: fn(&streamguard_dataset::SampleStats) -> &BTreeMap<String, u64>,
) -> impl Iterator<Item = (&str, u64)> {
    let all = report.dataset.iter().flat_map(move |dataset| counts(&dataset.stats));
    all.map(|(name, samples)| (name.as_str(), *samples))
}

fn named<'a>((name, samples): (&'a str, u64)) -> Vec<TableCell<'a>> {
    vec![TableCell::from(name), TableCell::from(samples)]
}
