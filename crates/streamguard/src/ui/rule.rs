//! The line between two parts of the screen.

use ratatui::text::Line;

use super::theme::Theme;

/// Returns a line across the screen, with a name in it.
pub(crate) fn rule(name: &str, theme: Theme, width: usize) -> Line<'static> {
    let dash = theme.symbol("─", "-");
    let text = format!("{} {name} {}", dash.repeat(2), dash.repeat(width.saturating_sub(name.len() + 4)));
    Line::styled(text, theme.faint())
}
