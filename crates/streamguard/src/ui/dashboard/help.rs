//! The keys and signs, explained.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::symbols::border;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::look::Look;

/// Borders of those who see ASCII only.
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
    ("q", "stop cleanly; what is done is kept"),
    ("p", "pause: no further shard begins; again to go on"),
    ("v", "a line for every shard, or no longer"),
    ("Up Down", "scroll the jobs, or the log if all are seen"),
    ("PgUp PgDn", "scroll the log; Home and End, Esc to return"),
    ("?", "this text, or no longer"),
    ("Ctrl+C", "as q; the second time stop at once"),
    ("Ctrl+Z", "leave it standing; fg to go on"),
    ("", ""),
];

/// Draws it over everything else.
pub(super) fn popup(frame: &mut Frame<'_>, look: Look) {
    let mut lines: Vec<String> =
        KEYS.iter().map(|(key, what)| look.cut(&format!(" {key:<10} {what}"), 60)).collect();
    let signs = [("·", ".", "not begun"), ("✓", "+", "complete"), ("!", "!", "partial")];
    let more = [("✗", "x", "failed"), ("–", "-", "stopped"), ("=", "=", "paused")];
    for signs in [signs, more] {
        let signs = signs.map(|(utf8, ascii, what)| format!("{} {what:<10}", look.either(utf8, ascii)));
        lines.push(format!(" {}", signs.join("   ")));
    }
    let set = if look.utf8 { border::ROUNDED } else { PLAIN };
    let block = Block::bordered().border_set(set).title(" Keys and signs ");
    let height = u16::try_from(lines.len()).unwrap_or(0) + 2;
    let area = centered(frame.area(), 62, height);
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines.join("\n")).block(block), area);
}

fn centered(area: Rect, width: u16, height: u16) -> Rect {
    area.centered(Constraint::Length(width.min(area.width)), Constraint::Length(height.min(area.height)))
}
