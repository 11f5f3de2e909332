//! The first line: name, status and duration of the run.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use streamguard_engine::{CompletionStatus, JobState, RunState};
use unicode_width::UnicodeWidthStr;

use super::Theme;
use super::model::DashboardModel;
use super::rate::progress_ratio;
use crate::ui::format::{format_duration, plural};
use streamguard_report::group_digits;

/// Returns the first line.
pub(super) fn line(model: &DashboardModel, state: &RunState, theme: Theme, width: usize) -> Line<'static> {
    let time = format_duration(state.elapsed_ms);
    let name = format!("StreamGuard {}", state.version);
    let name = theme.truncate(name.trim_end(), 32);
    let (text, style) = status(model, state, theme);
    let mut text = format!("  {text}");
    if let Some(replay) = &model.replay {
        text = format!("  {}{text}", theme.truncate(replay, 40));
    }
    let left = width.saturating_sub(name.width() + time.width() + 2);
    // The least important words stand last, and go first.
    if let (Some((short, _)), true) = (text.rsplit_once("  "), text.width() > left) {
        text = short.to_owned();
    }
    let text = theme.cell(&text, left);
    Line::from(vec![
        Span::styled(name, theme.strong()),
        Span::styled(text, style),
        Span::raw("  "),
        Span::styled(time, theme.strong()),
    ])
}

/// Describes the status of the run.
fn status(model: &DashboardModel, state: &RunState, theme: Theme) -> (String, Style) {
    let running: usize = state.jobs.iter().map(JobState::running_count).sum();
    let shards = if running == 1 { "shard" } else { "shards" };
    match (state.status, model.assembled) {
        (Some(CompletionStatus::Cancelled), _) => ("stopped".to_owned(), theme.warning()),
        (_, Some(samples)) => {
            (format!("putting the dataset together: {} samples", group_digits(samples)), Style::new())
        }
        (Some(status), None) => (status.label().to_owned(), Style::new()),
        (None, None) if state.stopping => {
            (format!("STOPPING, {running} {shards} still running (Ctrl+C: at once)"), theme.warning())
        }
        (None, None) if state.paused && running > 0 => {
            (format!("PAUSED, {running} {shards} still running"), theme.warning())
        }
        (None, None) if state.paused => ("PAUSED".to_owned(), theme.warning()),
        (None, None) => {
            let (workers, mode) = (state.workers, theme.truncate(&state.mode, 12));
            let noun = plural(workers, "worker");
            (format!("{running} {shards} running  {workers} {noun} ({mode})"), theme.faint())
        }
    }
}

/// Returns everything in one line, for a very small terminal.
pub(super) fn short_line(state: &RunState, theme: Theme, width: usize) -> Line<'static> {
    let records = state.jobs.iter().map(|job| job.records).sum::<u64>();
    let status = match state.status {
        Some(status) => status.label(),
        None if state.stopping => "stopping",
        None if state.paused => "paused",
        None => "",
    };
    let text = format!(
        "{:.0}% {} {} {status}",
        total_ratio(state) * 100.0,
        format_duration(state.elapsed_ms).replace(' ', ""),
        group_digits(records)
    );
    Line::raw(theme.truncate(text.trim_end(), width))
}

/// Returns the progress of all jobs together, from 0 to 1: each job counts the same.
pub(super) fn total_ratio(state: &RunState) -> f64 {
    let sum: f64 = state.jobs.iter().map(progress_ratio).sum();
    sum / state.jobs.len().max(1) as f64
}
