//! The tables and their columns.

use std::collections::BTreeMap;

use serde_json::Value;
use streamguard_dataset::Weakness;

use super::cell::CsvCell;
use super::table::CsvTable;
use crate::report::Report;

/// Name of the file with the metrics of the whole run.
pub(super) const RUN_TABLE_NAME: &str = "collection_run.csv";

/// Builds a table from a report.
type TableBuilder = fn(&Report) -> CsvTable<'_>;

/// All tables: name of the file, title in the combined file, and builder.
pub(super) const ALL_TABLES: &[(&str, &str, TableBuilder)] = &[
    (RUN_TABLE_NAME, "Run", run),
    ("collection_collectors.csv", "Collectors", collectors),
    ("collection_types.csv", "Types of weakness in the dataset", types),
    ("collection_languages.csv", "Languages in the dataset", languages),
    ("collection_severities.csv", "Severities in the dataset", severities),
    ("collection_dataset.csv", "Other counts of the dataset", dataset),
    ("collection_rejections.csv", "Rejected candidates", rejections),
    ("collection_funnels.csv", "Ways to the dataset", funnels),
    ("collection_counters.csv", "Counters", counters),
    ("collection_attempts.csv", "Attempts at shards", attempts),
    ("collection_metrics.csv", "Metrics", metrics),
    ("collection_tables.csv", "Tables", tables),
    ("collection_errors.csv", "Errors", errors),
    ("collection_warnings.csv", "Warnings", warnings),
    ("collection_files.csv", "Files of the dataset", files),
    ("collection_timeline.csv", "Timeline", timeline),
];

/// Builds the table of the whole run, which has one row.
fn run(report: &Report) -> CsvTable<'_> {
    let (summary, performance) = (&report.summary, &report.performance);
    let row = vec![
        CsvCell::from(report.format),
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
    CsvTable { columns, rows: vec![row] }
}

fn collectors(report: &Report) -> CsvTable<'_> {
    let rows = report.by_collector.iter().map(|(name, collector)| {
        let all_counts = report.dataset.as_ref().map(|dataset| &dataset.collectors);
        // Found by name and not by position: sources of advisories are in `by_collector`, but not in this list.
        let counts = all_counts.and_then(|all| all.iter().find(|counts| counts.collector == *name));
        vec![
            CsvCell::from(name),
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
    CsvTable { columns, rows: rows.collect() }
}

fn types(report: &Report) -> CsvTable<'_> {
    let row = |(name, samples)| {
        let cwe = Weakness::by_name(name).map(|weakness| u32::from(weakness.cwe));
        vec![CsvCell::from(name), cwe.into(), CsvCell::from(samples)]
    };
    CsvTable {
        columns: &["vulnerability_type", "cwe", "samples"],
        rows: counts(report, |stats| &stats.by_vulnerability_type).map(row).collect(),
    }
}

fn languages(report: &Report) -> CsvTable<'_> {
    let rows = counts(report, |stats| &stats.by_language);
    CsvTable { columns: &["language", "samples"], rows: rows.map(named).collect() }
}

fn severities(report: &Report) -> CsvTable<'_> {
    let rows = counts(report, |stats| &stats.by_severity);
    CsvTable { columns: &["severity", "samples"], rows: rows.map(named).collect() }
}

/// Builds the table of dataset counts that have no table of their own.
fn dataset(report: &Report) -> CsvTable<'_> {
    let of = |by: &'static str, counts: fn(&streamguard_dataset::SampleStats) -> &BTreeMap<String, u64>| {
        self::counts(report, counts)
            .map(move |(name, samples)| vec![by.into(), CsvCell::from(name), samples.into()])
    };
    let rows = of("collector", |stats| &stats.by_collector)
        .chain(of("kind", |stats| &stats.by_kind))
        .chain(of("level", |stats| &stats.by_level))
        .chain(of("flag", |stats| &stats.by_flag));
    CsvTable { columns: &["counted_by", "name", "samples"], rows: rows.collect() }
}

/// Builds the table of candidates that collectors rejected, followed by samples left out of the
/// dataset.
fn rejections(report: &Report) -> CsvTable<'_> {
    let collected =
        report.by_collector.iter().map(|(name, collector)| ("collector", name, &collector.rejected));
    let all_counts = report.dataset.iter().flat_map(|dataset| &dataset.collectors);
    let assembled = all_counts.map(|counts| ("dataset", &counts.collector, &counts.rejected));
    let rows = collected.chain(assembled).flat_map(|(by, name, rejected)| {
        rejected
            .iter()
            .map(move |(reason, count)| vec![name.into(), by.into(), reason.into(), CsvCell::from(*count)])
    });
    CsvTable { columns: &["collector", "rejected_by", "reason", "count"], rows: rows.collect() }
}

fn funnels(report: &Report) -> CsvTable<'_> {
    let rows = report.funnels.iter().flat_map(|funnel| {
        funnel.steps.iter().enumerate().map(|(at, step)| {
            vec![(&funnel.title).into(), CsvCell::from(at + 1), (&step.name).into(), step.count.into()]
        })
    });
    CsvTable { columns: &["title", "step", "name", "count"], rows: rows.collect() }
}

fn counters(report: &Report) -> CsvTable<'_> {
    let rows = report.by_collector.iter().flat_map(|(name, collector)| {
        collector
            .counters
            .iter()
            .map(move |(counter, count)| vec![name.into(), counter.into(), CsvCell::from(*count)])
    });
    CsvTable { columns: &["collector", "counter", "count"], rows: rows.collect() }
}

fn attempts(report: &Report) -> CsvTable<'_> {
    let rows = report.by_collector.iter().flat_map(|(name, collector)| {
        let attempts = &collector.shards.attempts;
        attempts.iter().map(move |(outcome, count)| vec![name.into(), outcome.into(), CsvCell::from(*count)])
    });
    CsvTable { columns: &["collector", "outcome", "count"], rows: rows.collect() }
}

fn metrics(report: &Report) -> CsvTable<'_> {
    let rows = report.by_collector.iter().flat_map(|(name, collector)| {
        collector.metrics.iter().map(move |(metric, value)| {
            let [number, text] = CsvCell::pair(value);
            vec![name.into(), metric.into(), number, text]
        })
    });
    CsvTable { columns: &["collector", "metric", "value", "text"], rows: rows.collect() }
}

/// Builds a table of the cells of the jobs' own tables. No two of those have the same columns, so each
/// cell gets a row.
fn tables(report: &Report) -> CsvTable<'_> {
    let mut rows = Vec::new();
    for (name, collector) in &report.by_collector {
        for table in &collector.tables {
            for (at, row) in table.rows.iter().enumerate() {
                rows.extend(table.columns.iter().zip(row).map(|(column, value): (&String, &Value)| {
                    let [number, text] = CsvCell::pair(value);
                    vec![
                        name.into(),
                        (&table.title).into(),
                        CsvCell::from(at + 1),
                        column.into(),
                        number,
                        text,
                    ]
                }));
            }
        }
    }
    CsvTable { columns: &["collector", "title", "row", "column", "value", "text"], rows }
}

fn errors(report: &Report) -> CsvTable<'_> {
    let rows = report.errors.iter().map(|problem| {
        vec![
            CsvCell::from(&problem.collector),
            problem.shard.into(),
            (&problem.outcome).into(),
            (&problem.reason).into(),
        ]
    });
    CsvTable { columns: &["collector", "shard", "outcome", "reason"], rows: rows.collect() }
}

fn warnings(report: &Report) -> CsvTable<'_> {
    let rows = report.warnings.iter().map(|warning| {
        vec![
            CsvCell::from(warning.at),
            warning.collector.as_ref().into(),
            (&warning.level).into(),
            (&warning.text).into(),
        ]
    });
    CsvTable { columns: &["at", "collector", "level", "text"], rows: rows.collect() }
}

fn files(report: &Report) -> CsvTable<'_> {
    let files = report.dataset.iter().flat_map(|dataset| &dataset.files);
    let rows = files.map(|file| vec![CsvCell::from(&file.name), file.size.into(), (&file.blake3).into()]);
    CsvTable { columns: &["name", "size", "blake3"], rows: rows.collect() }
}

fn timeline(report: &Report) -> CsvTable<'_> {
    let rows = report.timeline.series.iter().flat_map(|series| {
        report.timeline.seconds.iter().zip(&series.values).map(|(seconds, value)| {
            vec![
                CsvCell::from(*seconds),
                (&series.collector).into(),
                series.unit.name().into(),
                (*value).into(),
            ]
        })
    });
    CsvTable { columns: &["seconds", "collector", "unit", "value"], rows: rows.collect() }
}

/// Returns counts of the dataset by name; empty without a dataset.
fn counts(
    report: &Report,
    counts: fn(&streamguard_dataset::SampleStats) -> &BTreeMap<String, u64>,
) -> impl Iterator<Item = (&str, u64)> {
    let all = report.dataset.iter().flat_map(move |dataset| counts(&dataset.stats));
    all.map(|(name, samples)| (name.as_str(), *samples))
}

fn named<'a>((name, samples): (&'a str, u64)) -> Vec<CsvCell<'a>> {
    vec![CsvCell::from(name), CsvCell::from(samples)]
}
