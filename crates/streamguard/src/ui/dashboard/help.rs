//! Explanation of keys and signs.

use ratatui::Frame;
use ratatui::text::Line;

use super::Theme;

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
    let lines = lines.into_iter().map(Line::from).collect();
    crate::ui::popup::popup(frame, theme, "Keys and signs", lines, 62);
}
