//! Explanation of the keys.

use ratatui::Frame;
use ratatui::text::Line;

use crate::ui::popup::{key_lines, popup};
use crate::ui::theme::Theme;

/// Columns of the explanation.
const COLUMNS: u16 = 66;

/// Columns of the names of the keys.
const KEY_COLUMNS: usize = 15;

const KEYS: [(&str, &str); 16] = [
    ("n j Right Down", "next sample"),
    ("p k Left Up", "previous sample"),
    ("Home End", "first and last sample"),
    ("PgDn PgUp", "scroll the sample; space too"),
    ("J K", "scroll by one line"),
    ("f", "filter by type, language, collector or kind"),
    ("/", "search code, descriptions, paths and ids"),
    ("Esc", "remove the filter and search of these keys"),
    ("s", "side by side, or one column"),
    ("o", "open the page of the commit, or its address"),
    ("m", "mark the sample, or remove its mark"),
    ("w", "write the marked samples to a file"),
    ("?", "show or hide this text"),
    ("Ctrl+Z", "suspend; fg to continue"),
    ("q", "quit; asks if marks are not written"),
    ("Ctrl+C", "quit at once"),
];

/// Draws the explanation over everything else.
pub(super) fn draw(frame: &mut Frame<'_>, theme: Theme) {
    let lines = key_lines(frame, theme, &KEYS, KEY_COLUMNS, COLUMNS).into_iter().map(Line::from).collect();
    popup(frame, theme, "Keys", lines, COLUMNS);
}
