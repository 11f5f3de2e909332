//! Explanation of keys and signs.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::symbols::border;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::Theme;

/// Borders for terminals without UTF-8.
const PLAIN: border::Set<'_> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

const KEYS: [(&str, &str); 9] = [
    ("q", "stop cleanly; finished work is kept"),
    ("p", "pause: no new shard starts; again to go on"),
    ("v", "show or hide a line for every shard"),
    ("Up Down", "scroll the jobs, or the log if all jobs fit"),
    ("PgUp PgDn", "scroll the log; Home and End, Esc to return"),
    ("?", "show or hide this text"),
    ("Ctrl+C", "like q; a second time stops at once"),
    ("Ctrl+Z", "suspend; fg to continue"),
    ("", ""),
];

/// Draws the explanation over everything else.
pub(super) fn popup(frame: &mut Frame<'_>, theme: Theme) {
    let mut lines: Vec<String> =
        KEYS.iter().map(|(key, what)| theme.truncate(&format!(" {key:<10} {what}"), 60)).collect();
    let signs = [("·", ".", "not started"), ("✓", "+", "complete"), ("!", "!", "partial")];
    let more = [("✗", "x", "failed"), ("–", "-", "stopped"), ("=", "=", "paused")];
    for signs in [signs, more] {
        let signs = signs.map(|(utf8, ascii, what)| format!("{} {what:<11}", theme.symbol(utf8, ascii)));
        lines.push(format!(" {}", signs.join("   ")));
    }
    let set = if theme.utf8 { border::ROUNDED } else { PLAIN };
    let block = Block::bordered().border_set(set).title(" Keys and signs ");
    let height = u16::try_from(lines.len()).unwrap_or(0) + 2;
    let area = centered(frame.area(), 62, height);
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines.join("\n")).block(block), area);
}

fn centered(area: Rect, width: u16, height: u16) -> Rect {
    area.centered(Constraint::Length(width.min(area.width)), Constraint::Length(height.min(area.height)))
}
