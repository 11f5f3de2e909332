//! The tables of a summary.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};
use streamguard_engine::{JobSummary, SummaryChart, SummaryTable};

use crate::answers::{BucketCounts, BucketSize, PathStats, PathTotals, SlowRequest, Timeline};
use crate::heavy_hitters::{CountedKeys, HeavyHitters};
use crate::parse::HttpMethod;
use crate::run_totals::RunTotals;
use crate::summary_head::charts_over_time;

/// Paths and user agents that are listed.
const LISTED_KEYS: usize = 10;

/// Paths that are listed with their latencies and errors.
const LISTED_PATHS: usize = 20;

/// Metrics that stand side by side when two inputs are compared.
const COMPARED_METRICS: [&str; 12] = [
    "requests",
    "malformed",
    "filtered",
    "client_errors_percent",
    "server_errors_percent",
    "bytes.sum",
    "latency_ms.mean",
    "latency_ms.median",
    "latency_ms.p90",
    "latency_ms.p95",
    "latency_ms.p99",
    "latency_ms.max",
];

impl RunTotals {
    /// Takes the tables and charts that answer the questions of operators out of the totals.
    pub(crate) fn take_answers(&mut self) -> (Vec<SummaryTable>, Vec<SummaryChart>) {
        if !self.has_answers() {
            return (Vec::new(), Vec::new());
        }
        let timeline = std::mem::replace(&mut self.timeline, Timeline::new(None));
        let (size, buckets) = timeline.into_listed();
        let charts = charts_over_time(size, &buckets);
        let paths = std::mem::replace(&mut self.path_stats, PathStats::new(false, 0));
        let slowest = std::mem::take(&mut self.slowest).into_requests();
        let mut take =
            |table: fn(&mut Self) -> &mut HeavyHitters| std::mem::replace(table(self), HeavyHitters::new(0));
        let clients = take(|totals| &mut totals.clients);
        let referrers = take(|totals| &mut totals.referrers);
        let tables = vec![
            over_time(size, buckets),
            by_path(paths),
            by_status_and_method(&self.counts.status_methods),
            slowest_requests(slowest),
            most_frequent("Most frequent clients", "client", clients),
            most_frequent("Most frequent referrers", "referrer", referrers),
        ];
        (tables, charts)
    }
}

/// Returns the table of requests over time.
fn over_time(size: BucketSize, buckets: Vec<(i64, BucketCounts)>) -> SummaryTable {
    let rows = buckets.into_iter().map(|(start, counts)| {
        let mut row = vec![json!(timestamp(start))];
        row.extend(figures(&counts));
        row.push(json!(counts.mean_ms().map(milliseconds)));
        row
    });
    let columns = ["from", "requests", "4xx %", "5xx %", "bytes", "mean ms"];
    table(&format!("Over time, by {} (UTC)", size.describe()), &columns, rows)
}

/// Returns the table of paths with their errors and latencies.
fn by_path(paths: PathStats) -> SummaryTable {
    let (paths, others, absent_bound) = paths.into_totals();
    let mut rows: Vec<Vec<Value>> =
        paths.iter().take(LISTED_PATHS).map(|path| path_row(json!(path.path), path)).collect();
    let title = match absent_bound {
        0 => "Paths with errors and latencies".to_owned(),
        bound => {
            rows.push(path_row(json!("(rare paths together)"), &others));
            format!(
                "Paths with errors and latencies (so many different ones that each may have up to {bound} more)"
            )
        }
    };
    table(&title, &["path", "requests", "4xx %", "5xx %", "bytes", "p50 ms", "p95 ms", "p99 ms"], rows)
}

/// Returns the row of a path.
fn path_row(name: Value, path: &PathTotals) -> Vec<Value> {
    let mut row = vec![name];
    row.extend(figures(&path.counts));
    row.extend([0.5, 0.95, 0.99].map(|quantile| json!(path.quantile_ms(quantile).map(milliseconds))));
    row
}

/// Returns requests, shares of errors, and bytes.
fn figures(counts: &BucketCounts) -> [Value; 4] {
    [
        json!(counts.requests),
        json!(percentage(counts.client_errors, counts.requests)),
        json!(percentage(counts.server_errors, counts.requests)),
        json!(counts.bytes),
    ]
}

/// Returns the table of statuses by method.
fn by_status_and_method(statuses: &BTreeMap<u16, BTreeMap<String, u64>>) -> SummaryTable {
    let seen: BTreeSet<&str> = statuses.values().flat_map(BTreeMap::keys).map(String::as_str).collect();
    let known = HttpMethod::KNOWN.into_iter().filter(|method| seen.contains(method));
    let others = seen.iter().copied().filter(|method| !HttpMethod::KNOWN.contains(method));
    let methods: Vec<&str> = known.chain(others).collect();
    let rows = statuses.iter().map(|(status, counts)| {
        let cells = methods.iter().map(|method| json!(counts.get(*method).copied().unwrap_or(0)));
        [json!(status)].into_iter().chain(cells).collect()
    });
    let columns: Vec<&str> = ["status"].into_iter().chain(methods.iter().copied()).collect();
    table("Requests by status and method", &columns, rows)
}

/// Returns the table of the slowest requests.
fn slowest_requests(requests: Vec<SlowRequest>) -> SummaryTable {
    let rows = requests.into_iter().map(|request| {
        vec![
            json!(milliseconds(request.latency as f64 / 1e6)),
            json!(request.method),
            json!(request.path),
            json!(request.status),
            json!(request.time.and_then(timestamp)),
        ]
    });
    table("Slowest requests", &["ms", "method", "path", "status", "time"], rows)
}

/// Returns a second since 1970 as a date.
fn timestamp(second: i64) -> Option<String> {
    Some(Timestamp::from_second(second).ok()?.to_string())
}

/// Rounds milliseconds to whole microseconds.
fn milliseconds(ms: f64) -> f64 {
    (ms * 1000.0).round() / 1000.0
}

/// Adds the figures of other inputs side by side with those of a summary.
pub(crate) fn with_comparison(mut summary: JobSummary, compared: &JobSummary) -> JobSummary {
    let rows = COMPARED_METRICS.iter().filter_map(|name| {
        let (one, other) = (summary.metrics.get(*name), compared.metrics.get(*name));
        let change = match (one.and_then(Value::as_f64), other.and_then(Value::as_f64)) {
            (Some(one), Some(other)) if other != 0.0 => Some(((one / other - 1.0) * 1000.0).round() / 10.0),
            (None, None) => return None,
            _ => None,
        };
        Some(vec![json!(name.replace('_', " ")), json!(one), json!(other), json!(change)])
    });
    let figures = table("Comparison", &["figure", "here", "compared", "change %"], rows.collect::<Vec<_>>());
    let is_paths = |table: &&SummaryTable| table.title.starts_with("Paths with errors");
    let paths = (summary.tables.iter().find(is_paths), compared.tables.iter().find(is_paths));
    let paths = match paths {
        (Some(one), Some(other)) => Some(compared_paths(&one.rows, &other.rows)),
        _ => None,
    };
    summary.tables.insert(0, figures);
    if let Some(paths) = paths {
        summary.tables.insert(1, paths);
    }
    for name in ["requests", "lines", "files", "malformed"] {
        let value = compared.metrics.get(name).cloned().unwrap_or(Value::Null);
        summary.metrics.insert(format!("compared.{name}"), value);
    }
    summary
}

/// Returns the listed paths of two inputs side by side, in the order of the first.
fn compared_paths(one: &[Vec<Value>], other: &[Vec<Value>]) -> SummaryTable {
    // Path, requests, server errors and the 95th percentile.
    let cells = |row: Option<&Vec<Value>>| {
        [1, 3, 6].map(|at| row.and_then(|row| row.get(at)).cloned().unwrap_or(Value::Null))
    };
    let in_both = one.iter().map(|row| (&row[0], Some(row), other.iter().find(|other| other[0] == row[0])));
    let only_other = other.iter().filter(|row| one.iter().all(|one| one[0] != row[0]));
    let rows = in_both.chain(only_other.map(|row| (&row[0], None, Some(row)))).map(|(path, one, other)| {
        let [requests, errors, p95] = cells(one);
        let [other_requests, other_errors, other_p95] = cells(other);
        vec![path.clone(), requests, other_requests, errors, other_errors, p95, other_p95]
    });
    let columns = ["path", "requests", "compared", "5xx %", "compared 5xx %", "p95 ms", "compared p95 ms"];
    table("Paths compared", &columns, rows.collect::<Vec<_>>())
}

/// Returns a share in percent with two decimals, or `None` of nothing.
pub(crate) fn percentage(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 * 10_000.0 / whole as f64).round() / 100.0)
}

/// Creates a table.
pub(crate) fn table(
    title: &str,
    columns: &[&str],
    rows: impl IntoIterator<Item = Vec<Value>>,
) -> SummaryTable {
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    SummaryTable { title: title.to_owned(), columns, rows: rows.into_iter().collect() }
}

/// Returns rows of key and count.
pub(crate) fn pairs<K: serde::Serialize>(counts: BTreeMap<K, u64>) -> impl Iterator<Item = Vec<Value>> {
    counts.into_iter().map(|(key, count)| vec![json!(key), json!(count)])
}

/// Creates a table with the most frequent key first.
pub(crate) fn by_count(title: &str, column: &str, unit: &str, counts: BTreeMap<String, u64>) -> SummaryTable {
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(_, count)| Reverse(*count));
    table(title, &[column, unit], rows.into_iter().map(|(key, count)| vec![json!(key), json!(count)]))
}

/// Creates a table of the most frequent keys. If the counts are not exact, a column has what each may have
/// more.
pub(crate) fn most_frequent(title: &str, column: &str, counts: HeavyHitters) -> SummaryTable {
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
