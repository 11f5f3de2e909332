//! One row for each job: progress, speed, and the reason for waiting.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use serde_json::Value;
use streamguard_engine::{JobState, RunState};
use unicode_width::UnicodeWidthStr;

use super::Theme;
use super::model::DashboardModel;
use super::rate::progress_ratio;
use crate::ui::format::{format_duration, short_count};
use crate::ui::log_line::cluster_progress;
use streamguard_report::group_digits;

/// Widest and narrowest bar, and the widest beside a column of reasons.
const BAR_COLUMNS: (usize, usize, usize) = (30, 6, 20);

/// Narrowest column for reasons; without that room a reason has a line of its own.
const MIN_REASON_COLUMNS: usize = 24;

/// Table of all jobs.
pub(super) struct JobTable {
    pub(super) head: Line<'static>,
    pub(super) rows: Vec<Line<'static>>,
}

/// Content of a row.
struct JobRow<'a> {
    job: &'a JobState,
    ratio: f64,
    records: String,
    records_short: String,
    rate: String,
    left: String,
    pairs: String,
    errors: String,
    waits: Option<String>,
}

/// Width of each part in columns; 0 if there is no room for it.
struct ColumnWidths {
    gap: usize,
    name: usize,
    bar: usize,
    percent: usize,
    records: usize,
    is_short: bool,
    rate: usize,
    left: usize,
    pairs: usize,
    errors: usize,
    waits: usize,
}

/// Returns the table of all jobs.
pub(super) fn table(model: &DashboardModel, state: &RunState, theme: Theme, width: usize) -> JobTable {
    let rows: Vec<JobRow<'_>> =
        state.jobs.iter().enumerate().map(|(at, job)| row(model, state, at, job)).collect();
    let columns = ColumnWidths::fit(&rows, theme, width);
    let mut lines = Vec::new();
    for row in &rows {
        lines.push(columns.line(row, state, theme));
        if let Some(waits) = row.waits.as_ref().filter(|_| columns.waits == 0) {
            let text = theme.truncate(waits, width.saturating_sub(4));
            let lead = format!("  {} ", theme.symbol("└", "`"));
            lines.push(Line::from(vec![
                Span::styled(lead, theme.faint()),
                Span::styled(text, theme.warning()),
            ]));
        }
    }
    JobTable { head: columns.head(theme), rows: lines }
}

fn row<'a>(model: &DashboardModel, state: &RunState, at: usize, job: &'a JobState) -> JobRow<'a> {
    let of = |expected: Option<String>| expected.map_or(String::new(), |expected| format!("/{expected}"));
    let estimator = model.estimator(at);
    let none = || "-".to_owned();
    // Shards that run at once may find more than is wanted, until the merge takes what is.
    let records = job.expected.map_or(job.records, |expected| job.records.min(expected));
    JobRow {
        job,
        ratio: progress_ratio(job),
        records: format!("{}{}", group_digits(records), of(job.expected.map(group_digits))),
        records_short: format!("{}{}", short_count(records), of(job.expected.map(short_count))),
        rate: estimator.and_then(|estimator| estimator.rate(job)).map_or_else(none, format_rate),
        left: estimator
            .and_then(|estimator| estimator.remaining_ms(job, state))
            .map_or_else(none, format_remaining),
        pairs: pairs(job).map_or_else(none, group_digits),
        errors: group_digits(u64::from(job.errors())),
        waits: wait_reason(job, state),
    }
}

/// Formats the remaining time in whole seconds, as it is an estimate.
fn format_remaining(ms: u64) -> String {
    let seconds = ms.div_ceil(1000).max(1);
    if seconds < 60 { format!("{seconds} s") } else { format_duration(seconds * 1000) }
}

/// Formats a number of records per second.
fn format_rate(rate: f64) -> String {
    if rate == 0.0 {
        "0/s".to_owned()
    } else if rate < 9.95 {
        format!("{rate:.1}/s")
    } else {
        format!("{}/s", short_count(rate.round() as u64))
    }
}

/// Returns the number of code pairs so far.
pub(super) fn pairs(job: &JobState) -> Option<u64> {
    let merged = job.summary.metrics.get("pairs").and_then(Value::as_u64);
    merged.or_else(|| job.counters.get("pairs").copied())
}

/// Returns the reason why a job waits, or ended as it did.
fn wait_reason(job: &JobState, state: &RunState) -> Option<String> {
    let and_more = |more: usize| if more > 0 { format!(" (+{more})") } else { String::new() };
    if job.status.is_some() {
        return job.reason.clone();
    }
    let mut doing = job.running.values().filter_map(|running| running.activity.as_deref());
    if let Some(first) = doing.next() {
        return Some(format!("{first}{}", and_more(doing.count())));
    }
    if let Some(text) = job.merge_activity.clone().or_else(|| cluster_progress(&job.cluster)) {
        return Some(text);
    }
    let (shard, retry) = job.retries.iter().min_by_key(|(_, retry)| retry.at_ms)?;
    let when = match retry.at_ms.saturating_sub(state.elapsed_ms) {
        0 => "as soon as a worker is free".to_owned(),
        left => format!("in {} s", left.div_ceil(1000)),
    };
    Some(format!("shard {shard}: try {} {when}{}", retry.attempt, and_more(job.retries.len() - 1)))
}

impl ColumnWidths {
    /// Distributes the width: the most important columns first.
    fn fit(rows: &[JobRow<'_>], theme: Theme, width: usize) -> Self {
        let gap = if width >= 100 { 2 } else { 1 };
        let widest =
            |of: &dyn Fn(&JobRow<'_>) -> usize, least| rows.iter().map(of).max().unwrap_or(0).max(least);
        let most = if width >= 120 { 24 } else { 12 };
        let name = widest(&|row| theme.truncate(&row.job.name, most).width(), 9);
        let mut rest = width.saturating_sub(2 + name);
        let mut claim = |columns: usize| match rest.checked_sub(columns + gap) {
            Some(left) => {
                rest = left;
                columns
            }
            None => 0,
        };
        let percent = claim(4);
        let full = widest(&|row| row.records.len(), 7);
        let is_short = full > 15 && width < 80;
        let records = claim(if is_short { widest(&|row| row.records_short.len(), 7) } else { full });
        let rate = claim(widest(&|row| row.rate.len(), 7));
        let left = claim(widest(&|row| row.left.len(), 6));
        let errors = claim(widest(&|row| row.errors.len(), 3));
        // The bar gets its least width now, and what is left over at the end.
        let mut bar = claim(BAR_COLUMNS.1);
        let pairs = claim(widest(&|row| row.pairs.len(), 5));
        let more =
            if rest >= MIN_REASON_COLUMNS + gap + BAR_COLUMNS.2 { BAR_COLUMNS.2 } else { BAR_COLUMNS.0 }
                .saturating_sub(bar)
                .min(rest);
        if bar > 0 {
            bar += more;
            rest -= more;
        }
        let waits = rest.checked_sub(gap).filter(|columns| *columns >= MIN_REASON_COLUMNS).unwrap_or(0);
        Self { gap, name, bar, percent, records, is_short, rate, left, pairs, errors, waits }
    }

    fn head(&self, theme: Theme) -> Line<'static> {
        let mut text = format!("  {}", theme.cell("JOB", self.name));
        let mut put = |name: &str, columns: usize, to_the_right: bool| {
            if columns > 0 {
                text.push_str(&" ".repeat(self.gap));
                text.push_str(&if to_the_right {
                    format!("{name:>columns$}")
                } else {
                    format!("{name:<columns$}")
                });
            }
        };
        put("", self.bar, false);
        put("%", self.percent, true);
        put("RECORDS", self.records, true);
        put("RATE", self.rate, true);
        put("ETA", self.left, true);
        put("PAIRS", self.pairs, true);
        put("ERR", self.errors, true);
        put("WAITS FOR", self.waits, false);
        Line::styled(text, theme.strong())
    }

    fn line(&self, row: &JobRow<'_>, state: &RunState, theme: Theme) -> Line<'static> {
        let style = theme.of_job(row.job);
        let mut spans = vec![
            Span::styled(format!("{} ", theme.sign(row.job, state)), style),
            Span::raw(theme.cell(&row.job.name, self.name)),
        ];
        let gap = " ".repeat(self.gap);
        if self.bar > 0 {
            let (full, empty) = theme.bar(row.ratio, self.bar);
            spans.extend([
                Span::raw(gap.clone()),
                Span::styled(full, style),
                Span::styled(empty, theme.faint()),
            ]);
        }
        // Rounded down: 100 % is shown only when all is done.
        let percent = match row.job.shards {
            Some(_) => format!("{:.0}%", (row.ratio * 100.0).floor()),
            None => "-".to_owned(),
        };
        let records = if self.is_short { &row.records_short } else { &row.records };
        let errors = if row.job.errors() > 0 { theme.error() } else { theme.faint() };
        for (text, columns, style) in [
            (&percent, self.percent, Style::new()),
            (records, self.records, Style::new()),
            (&row.rate, self.rate, Style::new()),
            (&row.left, self.left, Style::new()),
            (&row.pairs, self.pairs, Style::new()),
            (&row.errors, self.errors, errors),
        ] {
            if columns > 0 {
                spans.push(Span::styled(format!("{gap}{:>columns$}", theme.truncate(text, columns)), style));
            }
        }
        if self.waits > 0 {
            let text = row.waits.as_deref().unwrap_or_default();
            spans.push(Span::styled(format!("{gap}{}", theme.truncate(text, self.waits)), theme.warning()));
        }
        Line::from(spans)
    }
}
