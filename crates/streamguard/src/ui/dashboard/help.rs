//! Explanation of keys and signs.

use ratatui::Frame;
use ratatui::text::Line;

use super::Theme;
use crate::ui::popup::{self, inner_columns, key_lines};

/// Columns of the explanation.
const COLUMNS: u16 = 62;

/// Columns of the names of the keys.
const KEY_COLUMNS: usize = 10;

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
    let mut lines = key_lines(frame, theme, &KEYS, KEY_COLUMNS, COLUMNS);
    let signs = [
        ("·", ".", "not started"),
        ("✓", "+", "complete"),
        ("!", "!", "partial"),
        ("✗", "x", "failed"),
        ("–", "-", "stopped"),
        ("=", "=", "paused"),
    ];
    let signs = signs.map(|(utf8, ascii, what)| format!("{} {what:<11}", theme.symbol(utf8, ascii)));
    let fit = (usize::from(inner_columns(frame, COLUMNS)) + 2) / 16;
    lines.extend(signs.chunks(fit.clamp(1, 3)).map(|signs| format!(" {}", signs.join("   "))));
    let lines = lines.into_iter().map(Line::from).collect();
    popup::popup(frame, theme, "Keys and signs", lines, COLUMNS);
}
