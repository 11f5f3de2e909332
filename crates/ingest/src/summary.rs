//! The figures, as reports show them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use streamguard_engine::{Summary, Table};

use super::sketch::RELATIVE_ERROR;
use super::top::{Counted, Top};
use super::total::Total;

/// How many paths and user agents are listed.
const LISTED: usize = 10;

impl Total {
    /// The figures; `missing` shards are not among them.
    pub(super) fn into_summary(self, missing: u32) -> Summary {
        let counts = self.counts;
        let undated = counts.requests - counts.hours.values().sum::<u64>();
        let mut summary = Summary::default()
            .metric("requests", counts.requests)
            .metric("lines", counts.lines)
            .metric("files", self.files.len())
            .metric("malformed", counts.lines - counts.requests)
            .metric("lines_with_nul", counts.with_nul)
            .metric("lines_not_utf8", counts.not_utf8)
            .metric("undated", undated)
            .metric("missing_shards", missing)
            .metric("bytes.sum", u64::try_from(counts.bytes).unwrap_or(u64::MAX))
            .metric("bytes.requests", counts.with_bytes)
            .metric("latency_ms.count", self.sums.count);
        let is_exact = self.times.is_exact();
        if let Some([median, p90, p95, p99]) = self.times.quantiles(&self.sums, [0.5, 0.9, 0.95, 0.99]) {
            let how = match is_exact {
                true => "exact".to_owned(),
                false => format!("sketch with a relative error of {:.1} %", RELATIVE_ERROR * 100.0),
            };
            let ms = |ns: f64| ns / 1e6;
            summary = summary
                .metric("latency_ms.mean", self.sums.mean().map(ms))
                .metric("latency_ms.stddev", self.sums.deviation().map(ms))
                .metric("latency_ms.min", ms(self.sums.least as f64))
                .metric("latency_ms.max", ms(self.sums.greatest as f64))
                .metric("latency_ms.median", ms(median))
                .metric("latency_ms.p90", ms(p90))
                .metric("latency_ms.p95", ms(p95))
                .metric("latency_ms.p99", ms(p99))
                .metric("latency_ms.quantiles", how);
        }
        let mut methods = counts.methods;
        methods
            .extend(self.methods.into_counted().words.into_iter().map(|(method, count, _)| (method, count)));
        let mut classes = BTreeMap::<String, u64>::new();
        for (status, count) in &counts.statuses {
            *classes.entry(format!("{}xx", status / 100)).or_default() += count;
        }
        let hours = counts.hours.into_iter().map(|(hour, count)| {
            let start = hour.checked_mul(3600).and_then(|second| Timestamp::from_second(second).ok());
            vec![json!(start.map(|start| start.to_string())), json!(count)]
        });
        let told =
            self.told.into_iter().map(|(file, line, reason)| vec![json!(file), json!(line), json!(reason)]);
        summary
            .table(by_count("Requests by method", "method", "requests", methods))
            .table(table("Requests by status class", &["class", "requests"], pairs(classes)))
            .table(table("Requests by status", &["status", "requests"], pairs(counts.statuses)))
            .table(most_frequent("Most frequent paths, without queries", "path", self.paths))
            .table(most_frequent("Most frequent user agents", "user agent", self.agents))
            .table(table("Requests per hour (UTC)", &["hour", "requests"], hours))
            .table(by_count("Malformed lines by reason", "reason", "lines", counts.malformed))
            .table(table("First malformed lines", &["file", "line", "reason"], told))
    }
}

fn table(title: &str, columns: &[&str], rows: impl IntoIterator<Item = Vec<Value>>) -> Table {
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    Table { title: title.to_owned(), columns, rows: rows.into_iter().collect() }
}

fn pairs<K: serde::Serialize>(counts: BTreeMap<K, u64>) -> impl Iterator<Item = Vec<Value>> {
    counts.into_iter().map(|(key, count)| vec![json!(key), json!(count)])
}

/// A table with the most frequent first.
fn by_count(title: &str, key: &str, what: &str, counts: BTreeMap<String, u64>) -> Table {
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(_, count)| Reverse(*count));
    table(title, &[key, what], rows.into_iter().map(|(key, count)| vec![json!(key), json!(count)]))
}

/// The most frequent words; if some were not counted throughout, with what each may have more.
fn most_frequent(title: &str, key: &str, words: Top) -> Table {
    let Counted { words, error } = words.into_counted();
    let words = words.into_iter().take(LISTED);
    if error == 0 {
        let rows = words.map(|(word, count, _)| vec![json!(word), json!(count)]);
        return table(title, &[key, "requests"], rows);
    }
    let title =
        format!("{title} (so many different ones that one not listed may have up to {error} requests)");
    let rows = words.map(|(word, count, missed)| vec![json!(word), json!(count), json!(missed)]);
    table(&title, &[key, "requests", "or up to so many more"], rows)
}
