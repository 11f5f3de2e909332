//! The summary of a run, as reports show it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use streamguard_engine::{JobSummary, SummaryTable};

use crate::ddsketch::MAX_RELATIVE_ERROR;
use crate::heavy_hitters::{CountedKeys, HeavyHitters};
use crate::run_totals::RunTotals;

/// Paths and user agents that are listed.
const LISTED_KEYS: usize = 10;

/// Files that are listed.
const LISTED_FILES: usize = 1000;

impl RunTotals {
    /// Returns the metrics and tables. The counts of `missing_shards` shards are not among them.
    pub(crate) fn into_summary(self, missing_shards: u32) -> JobSummary {
        let counts = self.counts;
        let undated = counts.requests - counts.hours.values().sum::<u64>();
        let mut summary = JobSummary::default()
            .metric("requests", counts.requests)
            .metric("lines", counts.lines)
            .metric("files", self.files.len())
            .metric("malformed", counts.lines - counts.requests)
            .metric("lines_with_nul", counts.with_nul)
            .metric("lines_not_utf8", counts.not_utf8)
            .metric("undated", undated)
            .metric("missing_shards", missing_shards)
            .metric("bytes.sum", u64::try_from(counts.bytes).unwrap_or(u64::MAX))
            .metric("bytes.requests", counts.with_bytes)
            .metric("latency_ms.count", self.sums.count);
        let is_exact = self.latencies.is_exact();
        if let Some([median, p90, p95, p99]) = self.latencies.quantiles(&self.sums, [0.5, 0.9, 0.95, 0.99]) {
            let how = match is_exact {
                true => "exact".to_owned(),
                false => format!("sketch with a relative error of {:.1} %", MAX_RELATIVE_ERROR * 100.0),
            };
            let ms = |ns: f64| ns / 1e6;
            summary = summary
                .metric("latency_ms.mean", self.sums.mean().map(ms))
                .metric("latency_ms.stddev", self.sums.standard_deviation().map(ms))
                .metric("latency_ms.min", ms(self.sums.min as f64))
                .metric("latency_ms.max", ms(self.sums.max as f64))
                .metric("latency_ms.median", ms(median))
                .metric("latency_ms.p90", ms(p90))
                .metric("latency_ms.p95", ms(p95))
                .metric("latency_ms.p99", ms(p99))
                .metric("latency_ms.quantiles", how);
        }
        // Known methods are counted by index, all others as keys: both belong into one table.
        let mut methods = counts.methods;
        methods
            .extend(self.methods.into_counted().keys.into_iter().map(|(method, count, _)| (method, count)));
        let mut classes = BTreeMap::<String, u64>::new();
        for (status, count) in &counts.statuses {
            *classes.entry(format!("{}xx", status / 100)).or_default() += count;
        }
        let hours = counts.hours.into_iter().map(|(hour, count)| {
            let start = hour.checked_mul(3600).and_then(|second| Timestamp::from_second(second).ok());
            vec![json!(start.map(|start| start.to_string())), json!(count)]
        });
        let examples = self
            .examples
            .into_iter()
            .map(|(file, line, reason)| vec![json!(file), json!(line), json!(reason)]);
        let files = self.files.into_iter().take(LISTED_FILES).map(|file| {
            let share = percentage(file.requests, file.lines_with_text);
            vec![
                json!(file.file),
                json!(file.format),
                json!(file.lines),
                json!(file.requests),
                json!(share),
                json!(file.unit),
            ]
        });
        let notes = self.notes.iter().map(|note| vec![json!(note.text())]);
        summary
            .table(by_count("Requests by method", "method", "requests", methods))
            .table(table("Requests by status class", &["class", "requests"], pairs(classes)))
            .table(table("Requests by status", &["status", "requests"], pairs(counts.statuses)))
            .table(most_frequent("Most frequent paths, without queries", "path", self.paths))
            .table(most_frequent("Most frequent user agents", "user agent", self.agents))
            .table(table("Requests per hour (UTC)", &["hour", "requests"], hours))
            .table(by_count("Malformed lines by reason", "reason", "lines", counts.malformed))
            .table(table("First malformed lines", &["file", "line", "reason"], examples))
            .table(table(
                "Files",
                &["file", "format", "lines", "requests", "fitting %", "latency unit"],
                files,
            ))
            .table(table("Files left out", &["remark"], notes))
    }
}

/// Returns a share in percent with two decimals, or `None` of nothing.
fn percentage(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 * 10_000.0 / whole as f64).round() / 100.0)
}

/// Creates a table.
fn table(title: &str, columns: &[&str], rows: impl IntoIterator<Item = Vec<Value>>) -> SummaryTable {
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    SummaryTable { title: title.to_owned(), columns, rows: rows.into_iter().collect() }
}

/// Returns rows of key and count.
fn pairs<K: serde::Serialize>(counts: BTreeMap<K, u64>) -> impl Iterator<Item = Vec<Value>> {
    counts.into_iter().map(|(key, count)| vec![json!(key), json!(count)])
}

/// Creates a table with the most frequent key first.
fn by_count(title: &str, column: &str, unit: &str, counts: BTreeMap<String, u64>) -> SummaryTable {
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(_, count)| Reverse(*count));
    table(title, &[column, unit], rows.into_iter().map(|(key, count)| vec![json!(key), json!(count)]))
}

/// Creates a table of the most frequent keys. If the counts are not exact, a column has what each may have
/// more.
fn most_frequent(title: &str, column: &str, counts: HeavyHitters) -> SummaryTable {
    let CountedKeys { keys, absent_bound } = counts.into_counted();
    let keys = keys.into_iter().take(LISTED_KEYS);
    if absent_bound == 0 {
        let rows = keys.map(|(key, count, _)| vec![json!(key), json!(count)]);
        return table(title, &[column, "requests"], rows);
    }
    let title = format!(
        "{title} (so many different ones that one not listed may have up to {absent_bound} requests)"
    );
    let rows = keys.map(|(key, count, undercount)| vec![json!(key), json!(count), json!(undercount)]);
    table(&title, &[column, "requests", "or up to so many more"], rows)
}
