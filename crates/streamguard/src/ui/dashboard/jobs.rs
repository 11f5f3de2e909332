//! A row for each job: how far it is, how fast, and what it waits for.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use serde_json::Value;
use streamguard_engine::{JobState, RunState};
use unicode_width::UnicodeWidthStr;

use super::course::ratio;
use super::look::Look;
use super::model::Model;
use crate::ui::remark::elsewhere;
use crate::ui::{clock, group_digits, short};

/// Widest and narrowest bar, and how wide it may be where there is room for what jobs wait for.
const BAR: (usize, usize, usize) = (30, 6, 20);

/// The least room in which it is worth saying what a job waits for; else it has a line of its own.
const WAITS: usize = 24;

/// The head of the table, and its rows.
pub(super) struct Table {
    pub(super) head: Line<'static>,
    pub(super) rows: Vec<Line<'static>>,
}

/// What is said of a job.
struct Row<'a> {
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

/// How many columns each part has; none if there is no room for it.
struct Columns {
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

/// All jobs.
pub(super) fn table(model: &Model, state: &RunState, look: Look, width: usize) -> Table {
    let rows: Vec<Row<'_>> =
        state.jobs.iter().enumerate().map(|(at, job)| row(model, state, at, job)).collect();
    let columns = Columns::fit(&rows, look, width);
    let mut lines = Vec::new();
    for row in &rows {
        lines.push(columns.line(row, state, look));
        if let Some(waits) = row.waits.as_ref().filter(|_| columns.waits == 0) {
            let text = look.cut(waits, width.saturating_sub(4));
            let lead = format!("  {} ", look.either("└", "`"));
            lines
                .push(Line::from(vec![Span::styled(lead, look.faint()), Span::styled(text, look.warning())]));
        }
    }
    Table { head: columns.head(look), rows: lines }
}

fn row<'a>(model: &Model, state: &RunState, at: usize, job: &'a JobState) -> Row<'a> {
    let of = |expected: Option<String>| expected.map_or(String::new(), |expected| format!("/{expected}"));
    let course = model.course(at);
    let none = || "-".to_owned();
    Row {
        job,
        ratio: ratio(job),
        records: format!("{}{}", group_digits(job.records), of(job.expected.map(group_digits))),
        records_short: format!("{}{}", short(job.records), of(job.expected.map(short))),
        rate: course.and_then(|course| course.rate(job)).map_or_else(none, rate),
        left: course.and_then(|course| course.left_ms(job, state)).map_or_else(none, left),
        pairs: pairs(job).map_or_else(none, group_digits),
        errors: group_digits(u64::from(job.errors())),
        waits: waits(job, state),
    }
}

/// The time that is left, in whole seconds: it is an estimate.
fn left(ms: u64) -> String {
    let seconds = ms.div_ceil(1000).max(1);
    if seconds < 60 { format!("{seconds} s") } else { clock(seconds * 1000) }
}

/// Records a second, for people.
fn rate(rate: f64) -> String {
    if rate == 0.0 {
        "0/s".to_owned()
    } else if rate < 9.95 {
        format!("{rate:.1}/s")
    } else {
        format!("{}/s", short(rate.round() as u64))
    }
}

/// Code pairs so far.
pub(super) fn pairs(job: &JobState) -> Option<u64> {
    let merged = job.summary.metrics.get("pairs").and_then(Value::as_u64);
    merged.or_else(|| job.counters.get("pairs").copied())
}

/// What a job waits for, or why it ended as it did.
fn waits(job: &JobState, state: &RunState) -> Option<String> {
    let and_more = |more: usize| if more > 0 { format!(" (+{more})") } else { String::new() };
    if job.status.is_some() {
        return job.reason.clone();
    }
    let mut doing = job.running.values().filter_map(|running| running.activity.as_deref());
    if let Some(first) = doing.next() {
        return Some(format!("{first}{}", and_more(doing.count())));
    }
    if let Some(text) = elsewhere(&job.cluster) {
        return Some(text);
    }
    let (shard, retry) = job.retries.iter().min_by_key(|(_, retry)| retry.at_ms)?;
    let when = match retry.at_ms.saturating_sub(state.elapsed_ms) {
        0 => "as soon as a worker is free".to_owned(),
        left => format!("in {} s", left.div_ceil(1000)),
    };
    Some(format!("shard {shard}: try {} {when}{}", retry.attempt, and_more(job.retries.len() - 1)))
}

impl Columns {
    /// Shares the width out: first what matters most.
    fn fit(rows: &[Row<'_>], look: Look, width: usize) -> Self {
        let gap = if width >= 100 { 2 } else { 1 };
        let widest =
            |of: &dyn Fn(&Row<'_>) -> usize, least| rows.iter().map(of).max().unwrap_or(0).max(least);
        let most = if width >= 120 { 24 } else { 12 };
        let name = widest(&|row| look.cut(&row.job.name, most).width(), 9);
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
        let mut bar = claim(BAR.1);
        let pairs = claim(widest(&|row| row.pairs.len(), 5));
        let more = if rest >= WAITS + gap + BAR.2 { BAR.2 } else { BAR.0 }.saturating_sub(bar).min(rest);
        if bar > 0 {
            bar += more;
            rest -= more;
        }
        let waits = rest.checked_sub(gap).filter(|columns| *columns >= WAITS).unwrap_or(0);
        Self { gap, name, bar, percent, records, is_short, rate, left, pairs, errors, waits }
    }

    fn head(&self, look: Look) -> Line<'static> {
        let mut text = format!("  {}", look.cell("JOB", self.name));
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
        Line::styled(text, look.strong())
    }

    fn line(&self, row: &Row<'_>, state: &RunState, look: Look) -> Line<'static> {
        let style = look.of_job(row.job);
        let mut spans = vec![
            Span::styled(format!("{} ", look.sign(row.job, state)), style),
            Span::raw(look.cell(&row.job.name, self.name)),
        ];
        let gap = " ".repeat(self.gap);
        if self.bar > 0 {
            let (full, empty) = look.bar(row.ratio, self.bar);
            spans.extend([
                Span::raw(gap.clone()),
                Span::styled(full, style),
                Span::styled(empty, look.faint()),
            ]);
        }
        let percent = match row.job.shards {
            Some(_) => format!("{:.0}%", (row.ratio * 100.0).floor()),
            None => "-".to_owned(),
        };
        let records = if self.is_short { &row.records_short } else { &row.records };
        let errors = if row.job.errors() > 0 { look.error() } else { look.faint() };
        for (text, columns, style) in [
            (&percent, self.percent, Style::new()),
            (records, self.records, Style::new()),
            (&row.rate, self.rate, Style::new()),
            (&row.left, self.left, Style::new()),
            (&row.pairs, self.pairs, Style::new()),
            (&row.errors, self.errors, errors),
        ] {
            if columns > 0 {
                spans.push(Span::styled(format!("{gap}{:>columns$}", look.cut(text, columns)), style));
            }
        }
        if self.waits > 0 {
            let text = row.waits.as_deref().unwrap_or_default();
            spans.push(Span::styled(format!("{gap}{}", look.cut(text, self.waits)), look.warning()));
        }
        Line::from(spans)
    }
}
