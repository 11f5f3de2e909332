//! The latest lines of the log.

use ratatui::text::{Line, Span};
use streamguard_engine::LogLevel;
use unicode_width::UnicodeWidthStr;

use super::look::Look;
use super::model::{Model, Said};
use super::picture::rule;
use crate::ui::clock;
use crate::ui::remark::level_name;

/// Lines that one remark may take.
const MOST: usize = 3;

/// Columns of a name.
const NAME: usize = 10;

/// The lines that fit into so many rows, the newest last, below a rule.
pub(super) fn lines(model: &mut Model, look: Look, width: usize, rows: usize) -> Vec<Line<'static>> {
    let seen = rows - 1;
    model.log_scroll = model.log_scroll.min(model.log.len().saturating_sub(seen));
    let end = model.log.len() - model.log_scroll;
    let mut name = if model.verbose { "log, verbose" } else { "log" }.to_owned();
    if model.log_scroll > 0 {
        name.push_str(&format!(", {} later lines below (Esc)", model.log_scroll));
    }
    let mut lines = vec![rule(&name, look, width)];
    let mut remarks = Vec::new();
    let mut left = seen;
    // From the newest back, as many as there is room for in whole.
    for said in model.log.range(..end).rev() {
        let remark = remark(said, look, width);
        if remark.len() > left && !remarks.is_empty() {
            break;
        }
        left = left.saturating_sub(remark.len());
        remarks.push(remark);
    }
    lines.extend(remarks.into_iter().rev().flatten().take(seen));
    lines
}

/// A line of the log, and those that it takes more.
fn remark(said: &Said, look: Look, width: usize) -> Vec<Line<'static>> {
    let lead = format!("{:>7}  {}  ", clock(said.at_ms), look.cell(&said.about, NAME));
    // The colour is not the only one to say it.
    let level = match said.level {
        LogLevel::Info | LogLevel::Debug => String::new(),
        level => format!("{}: ", level_name(level)),
    };
    let style = look.of_level(said.level);
    let indent = " ".repeat(lead.width());
    let text = look.wrapped(&format!("{level}{}", said.text), width.saturating_sub(lead.width()), MOST);
    let lines = text.into_iter().enumerate().map(|(at, text)| {
        let lead = if at == 0 { lead.clone() } else { indent.clone() };
        Line::from(vec![Span::styled(lead, look.faint()), Span::styled(text, style)])
    });
    lines.collect()
}
