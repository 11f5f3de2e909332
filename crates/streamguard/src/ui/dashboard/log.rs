//! The latest lines of the log.

use ratatui::text::{Line, Span};
use streamguard_engine::LogLevel;
use unicode_width::UnicodeWidthStr;

use super::Theme;
use super::model::{DashboardModel, LogEntry};
use crate::ui::format::{format_duration, plural};
use crate::ui::log_line::level_name;
use crate::ui::rule::rule;

/// Lines that one entry may take.
const MAX_ENTRY_ROWS: usize = 3;

/// Columns of the name of a job.
const JOB_COLUMNS: usize = 10;

/// Returns the newest entries that fit into a number of rows, the newest last, below a rule.
pub(super) fn lines(
    model: &mut DashboardModel,
    theme: Theme,
    width: usize,
    rows: usize,
) -> Vec<Line<'static>> {
    let seen = rows - 1;
    model.log_scroll = model.log_scroll.min(model.log.len().saturating_sub(seen));
    let end = model.log.len() - model.log_scroll;
    let mut name = if model.verbose { "log, verbose" } else { "log" }.to_owned();
    if model.log_scroll > 0 {
        let lines = plural(model.log_scroll, "line");
        name.push_str(&format!(", {} later {lines} below (Esc)", model.log_scroll));
    }
    let mut lines = vec![rule(&name, theme, width)];
    let mut entries = Vec::new();
    let mut left = seen;
    // From the newest back, as many as there is room for in whole.
    for entry in model.log.range(..end).rev() {
        let line = line(entry, theme, width);
        if line.len() > left && !entries.is_empty() {
            break;
        }
        left = left.saturating_sub(line.len());
        entries.push(line);
    }
    lines.extend(entries.into_iter().rev().flatten().take(seen));
    lines
}

/// Returns the rows of an entry.
fn line(entry: &LogEntry, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let lead = format!("{:>7}  {}  ", format_duration(entry.at_ms), theme.cell(&entry.job, JOB_COLUMNS));
    // The word is for readers who do not see the colour.
    let level = match entry.level {
        LogLevel::Info | LogLevel::Debug => String::new(),
        level => format!("{}: ", level_name(level)),
    };
    let style = theme.of_level(entry.level);
    let indent = " ".repeat(lead.width());
    let text = theme.wrap_lines(
        &format!("{level}{}", entry.text),
        width.saturating_sub(lead.width()),
        MAX_ENTRY_ROWS,
    );
    let lines = text.into_iter().enumerate().map(|(at, text)| {
        let lead = if at == 0 { lead.clone() } else { indent.clone() };
        Line::from(vec![Span::styled(lead, theme.faint()), Span::styled(text, style)])
    });
    lines.collect()
}
