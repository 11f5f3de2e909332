//! The summary of a run, as reports show it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;
use streamguard_engine::{JobSummary, SummaryChart, SummaryTable};

use crate::ddsketch::MAX_RELATIVE_ERROR;
use crate::run_totals::RunTotals;
use crate::summary_head::{SummaryHead, latency_chart};
use crate::summary_tables::{by_count, most_frequent, pairs, percentage, table, with_comparison};

/// Files that are listed.
const LISTED_FILES: usize = 1000;

impl RunTotals {
    /// Returns the metrics and tables. The counts of `missing_shards` shards are not among them.
    pub(crate) fn into_summary(mut self, missing_shards: u32) -> JobSummary {
        // The hours of all requests are known, also where nothing else is counted over time.
        let hours = (self.counts.hours.first_key_value(), self.counts.hours.last_key_value());
        let span = self.timeline.span().or_else(|| Some((hours.0?.0 * 3600, hours.1?.0 * 3600)));
        let (tables, charts) = self.take_answers();
        let compared = self.compared.take().map(|compared| compared.into_summary(missing_shards));
        let summary = self.own_summary(missing_shards, span, (tables, charts));
        match compared {
            Some(compared) => with_comparison(summary, &compared),
            None => summary,
        }
    }

    /// Returns the metrics and tables without those of the compared inputs.
    fn own_summary(
        self,
        missing_shards: u32,
        span: Option<(i64, i64)>,
        (answers, mut charts): (Vec<SummaryTable>, Vec<SummaryChart>),
    ) -> JobSummary {
        let counts = self.counts;
        let errors = |class: u16| {
            counts.statuses.iter().filter(|(status, _)| **status / 100 == class).map(|(_, count)| count).sum()
        };
        let undated = counts.requests - counts.hours.values().sum::<u64>();
        let mut summary = JobSummary::default()
            .metric("requests", counts.requests)
            .metric("lines", counts.lines)
            .metric("files", self.files.len())
            .metric("malformed", counts.lines - counts.requests - counts.filtered)
            .metric("filtered", counts.filtered)
            .metric("client_errors_percent", percentage(errors(4), counts.requests))
            .metric("server_errors_percent", percentage(errors(5), counts.requests))
            .metric("lines_with_nul", counts.with_nul)
            .metric("lines_not_utf8", counts.not_utf8)
            .metric("undated", undated)
            .metric("missing_shards", missing_shards)
            .metric("bytes.sum", u64::try_from(counts.bytes).unwrap_or(u64::MAX))
            .metric("bytes.requests", counts.with_bytes)
            .metric("latency_ms.count", self.sums.count);
        let is_exact = self.latencies.is_exact();
        charts.extend(latency_chart(&self.latencies));
        let mut head = SummaryHead {
            requests: counts.requests,
            client_errors: errors(4),
            server_errors: errors(5),
            bytes: (counts.with_bytes > 0).then_some(counts.bytes),
            span,
            latency_ms: None,
        };
        if let Some([median, p90, p95, p99]) = self.latencies.quantiles(&self.sums, [0.5, 0.9, 0.95, 0.99]) {
            let how = match is_exact {
                true => "exact".to_owned(),
                false => format!("sketch with a relative error of {:.1} %", MAX_RELATIVE_ERROR * 100.0),
            };
            let ms = |ns: f64| ns / 1e6;
            head.latency_ms = Some([median, p95, p99].map(ms));
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
        summary = charts.into_iter().fold(head.add_to(summary), JobSummary::chart);
        // Known methods are counted by index, all others as keys: both belong into one table.
        let mut methods = counts.methods;
        methods
            .extend(self.methods.into_counted().keys.into_iter().map(|(method, count, _)| (method, count)));
        let mut classes = BTreeMap::<String, u64>::new();
        for (status, count) in &counts.statuses {
            let class = if *status == 0 { "none".to_owned() } else { format!("{}xx", status / 100) };
            *classes.entry(class).or_default() += count;
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
        summary = summary
            .table(by_count("Requests by method", "method", "requests", methods))
            .table(table("Requests by status class", &["class", "requests"], pairs(classes)))
            .table(table("Requests by status", &["status", "requests"], pairs(counts.statuses)))
            .table(most_frequent("Most frequent paths, without queries", "path", self.paths))
            .table(most_frequent("Most frequent user agents", "user agent", self.agents))
            .table(table("Requests per hour (UTC)", &["hour", "requests"], hours));
        summary.tables.extend(answers);
        summary
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
