//! A box over the rest of the screen.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::symbols::border;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::theme::Theme;

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

/// Draws lines in a box of so many columns in the middle of the screen.
pub(crate) fn popup(frame: &mut Frame<'_>, theme: Theme, title: &str, lines: Vec<Line<'_>>, columns: u16) {
    let set = if theme.utf8 { border::ROUNDED } else { PLAIN };
    let block = Block::bordered().border_set(set).title(format!(" {title} "));
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centered(frame.area(), columns, height);
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(Text::from(lines)).block(block), area);
}

/// Returns lines that explain keys, in a box of at most so many columns: what does not fit beside a key goes on below.
pub(crate) fn key_lines(
    frame: &Frame<'_>,
    theme: Theme,
    keys: &[(&str, &str)],
    key_columns: usize,
    columns: u16,
) -> Vec<String> {
    let inner = usize::from(inner_columns(frame, columns));
    let room = inner.saturating_sub(key_columns + 2).max(1);
    let lines = keys.iter().flat_map(|(key, what)| {
        theme.wrap_lines(what, room, usize::MAX).into_iter().enumerate().map(move |(nth, part)| {
            let key = if nth == 0 { *key } else { "" };
            theme.truncate(&format!(" {key:<key_columns$} {part}"), inner)
        })
    });
    lines.collect()
}

/// Returns how many columns there are within a box of at most so many columns.
pub(crate) fn inner_columns(frame: &Frame<'_>, columns: u16) -> u16 {
    columns.min(frame.area().width).saturating_sub(2)
}

fn centered(area: Rect, width: u16, height: u16) -> Rect {
    area.centered(Constraint::Length(width.min(area.width)), Constraint::Length(height.min(area.height)))
}
