//! The first line: what this is, how it stands, and since when.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use streamguard_engine::{CompletionStatus, JobState, RunState};
use unicode_width::UnicodeWidthStr;

use super::course::ratio;
use super::look::Look;
use super::model::Model;
use crate::ui::{clock, group_digits};

/// The first line.
pub(super) fn line(model: &Model, state: &RunState, look: Look, width: usize) -> Line<'static> {
    let time = clock(state.elapsed_ms);
    let name = format!("StreamGuard {}", state.version);
    let name = look.cut(name.trim_end(), 32);
    let (text, style) = standing(model, state, look);
    let mut text = format!("  {text}");
    if let Some(replay) = &model.replay {
        text = format!("  {}{text}", look.cut(replay, 40));
    }
    let left = width.saturating_sub(name.width() + time.width() + 2);
    if let (Some((short, _)), true) = (text.rsplit_once("  "), text.width() > left) {
        text = short.to_owned();
    }
    let text = look.cell(&text, left);
    Line::from(vec![
        Span::styled(name, look.strong()),
        Span::styled(text, style),
        Span::raw("  "),
        Span::styled(time, look.strong()),
    ])
}

/// How the run stands, in words.
fn standing(model: &Model, state: &RunState, look: Look) -> (String, Style) {
    let running: usize = state.jobs.iter().map(JobState::running_count).sum();
    let shards = if running == 1 { "shard" } else { "shards" };
    match (state.status, model.assembled) {
        (Some(CompletionStatus::Cancelled), _) => ("stopped".to_owned(), look.warning()),
        (_, Some(samples)) => {
            (format!("putting the dataset together: {} samples", group_digits(samples)), Style::new())
        }
        (Some(status), None) => (status.name().to_owned(), Style::new()),
        (None, None) if state.stopping => {
            (format!("STOPPING, {running} {shards} still running (Ctrl+C: at once)"), look.warning())
        }
        (None, None) if state.paused && running > 0 => {
            (format!("PAUSED, {running} {shards} still running"), look.warning())
        }
        (None, None) if state.paused => ("PAUSED".to_owned(), look.warning()),
        (None, None) => {
            let (workers, mode) = (state.workers, look.cut(&state.mode, 12));
            (format!("{running} {shards} running  {workers} workers ({mode})"), look.faint())
        }
    }
}

/// All in one line, for a very small terminal.
pub(super) fn short(state: &RunState, look: Look, width: usize) -> Line<'static> {
    let records = state.jobs.iter().map(|job| job.records).sum::<u64>();
    let standing = match state.status {
        Some(status) => status.name(),
        None if state.stopping => "stopping",
        None if state.paused => "paused",
        None => "",
    };
    let text = format!(
        "{:.0}% {} {} {standing}",
        done(state) * 100.0,
        clock(state.elapsed_ms).replace(' ', ""),
        group_digits(records)
    );
    Line::raw(look.cut(text.trim_end(), width))
}

/// How far all jobs together are, from 0 to 1: each counts the same.
pub(super) fn done(state: &RunState) -> f64 {
    let sum: f64 = state.jobs.iter().map(ratio).sum();
    sum / state.jobs.len().max(1) as f64
}
