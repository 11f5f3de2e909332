//! Statistics of shards, job by job and in total.

use std::collections::BTreeMap;

use ratatui::text::{Line, Span};
use streamguard_engine::{JobState, Outcome, RunState};
use unicode_width::UnicodeWidthStr;

use super::Theme;
use super::header::total_ratio;
use super::jobs::pairs;
use crate::ui::format::{rejections, short_count};
use crate::ui::rule::rule;
use streamguard_report::group_digits;

/// Narrowest column for reasons of rejection.
const MIN_REASON_COLUMNS: usize = 16;

/// Columns of the table, the most important ones first: on a narrow terminal the last ones are left out.
const BY_IMPORTANCE: [usize; 6] = [0, 1, 2, 5, 3, 4];

/// Returns the totals of all jobs, as many as there is room for.
pub(super) fn totals(state: &RunState, theme: Theme, width: usize) -> Line<'static> {
    let jobs = &state.jobs;
    let over = jobs.iter().filter(|job| job.status.is_some()).count();
    let sum = |of: &dyn Fn(&JobState) -> u64| jobs.iter().map(of).sum::<u64>();
    let mut units = BTreeMap::<String, u64>::new();
    for job in jobs.iter().filter(|job| job.records > 0) {
        *units.entry(theme.truncate(&job.unit, 16)).or_default() += job.records;
    }
    let mut parts =
        // Rounded down, so that 100% is only shown when all is done.
        vec![format!("{:.0}%", (total_ratio(state) * 100.0).floor()), format!("{over}/{} jobs", jobs.len())];
    // Samples first: they are what people wait for, and a narrow terminal has no room for all.
    let mut units: Vec<(String, u64)> = units.into_iter().collect();
    units.sort_by_key(|(unit, _)| unit != "samples");
    parts.extend(units.into_iter().map(|(unit, records)| format!("{} {unit}", group_digits(records))));
    for (one, many, count) in [
        ("error", "errors", sum(&|job| u64::from(job.errors()))),
        ("pair", "pairs", sum(&|job| pairs(job).unwrap_or(0))),
        ("shard done", "shards done", sum(&|job| u64::from(job.completed_shards))),
        ("rejected", "rejected", sum(&|job| rejections(job).map(|(_, n)| n).sum())),
    ] {
        if count > 0 {
            parts.push(format!("{} {}", group_digits(count), if count == 1 { one } else { many }));
        }
    }
    let mut text = String::new();
    for part in parts {
        if 7 + text.width() + 2 + part.width() <= width {
            text.push_str("  ");
            text.push_str(part.trim_end());
        }
    }
    Line::from(vec![Span::styled("  TOTAL", theme.strong()), Span::styled(text, theme.strong())])
}

/// Returns a row for each job, below a rule and a heading.
pub(super) fn table(state: &RunState, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let most = if width >= 120 { 24 } else { 12 };
    let name = state.jobs.iter().map(|job| theme.truncate(&job.name, most).width()).max().unwrap_or(0).max(9);
    let mut cells = vec![["SHARDS", "RUN", "LOST", "RETRIED", "REUSED", "REJECTED"].map(str::to_owned)];
    cells.extend(state.jobs.iter().map(counts));
    let widths: [usize; 6] =
        std::array::from_fn(|column| cells.iter().map(|row| row[column].len()).max().unwrap_or(0));
    let mut room = width.saturating_sub(name + 2);
    let mut is_shown = [false; 6];
    for column in BY_IMPORTANCE {
        is_shown[column] = widths[column] + 2 <= room;
        room = room.saturating_sub(widths[column] + 2);
    }
    let mut lines = vec![rule("shards", theme, width)];
    for (at, row) in cells.iter().enumerate() {
        let job = at.checked_sub(1).and_then(|at| state.jobs.get(at));
        let mut text = format!("  {}", theme.cell(job.map_or("JOB", |job| &job.name), name));
        for ((cell, columns), _) in row.iter().zip(widths).zip(is_shown).filter(|(_, is_shown)| *is_shown) {
            text.push_str(&format!("  {cell:>columns$}"));
        }
        let left = width.saturating_sub(text.width() + 2);
        if left >= MIN_REASON_COLUMNS {
            let reasons = job.map_or_else(|| "WHY".to_owned(), |job| reasons(job, left));
            text.push_str("  ");
            text.push_str(&theme.truncate(&reasons, left));
        }
        let style = if job.is_none() { theme.strong() } else { ratatui::style::Style::new() };
        lines.push(Line::styled(theme.truncate(&text, width), style));
    }
    lines
}

fn counts(job: &JobState) -> [String; 6] {
    let shards = job.shards.map_or_else(
        || "-".to_owned(),
        |shards| {
            format!("{}/{}", short_count(u64::from(job.completed_shards)), short_count(u64::from(shards)))
        },
    );
    let lost = job.failed_shards.len() as u64;
    let reused = job.outcomes.get(&Outcome::Reused).copied().unwrap_or(0);
    let rejected = rejections(job).map(|(_, n)| n).sum();
    let counts = [
        job.running_count() as u64,
        lost,
        // Of the attempts that failed, all but the last ones were followed by another.
        u64::from(job.errors()).saturating_sub(lost),
        u64::from(reused),
        rejected,
    ];
    let mut cells = std::array::from_fn(|_| String::new());
    cells[0] = shards;
    for (cell, count) in cells[1..].iter_mut().zip(counts) {
        *cell = if count == 0 { "-".to_owned() } else { short_count(count) };
    }
    cells
}

/// Lists the reasons why candidates were rejected, the most frequent first, as many as there is room for.
fn reasons(job: &JobState, columns: usize) -> String {
    let mut reasons: Vec<(&str, u64)> = rejections(job).collect();
    reasons.sort_by_key(|&(name, n)| (std::cmp::Reverse(n), name));
    let mut text = String::new();
    for (name, n) in reasons {
        let comma = if text.is_empty() { "" } else { ", " };
        let reason = format!("{comma}{} {}", name.replace('_', " "), short_count(n));
        if !text.is_empty() && text.len() + reason.len() > columns {
            break;
        }
        text.push_str(&reason);
    }
    text
}
