//! Signs and colours. A colour never tells anything that a sign or a word does not tell too.

use ratatui::style::{Color, Modifier, Style};

use super::terminal::{has_colors, has_utf8};
use super::truncate::{pad_to, truncate, wrap_lines};

/// Abilities of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Whether the terminal shows more than ASCII.
    pub utf8: bool,
    /// Whether to use colours.
    pub colors: bool,
}

impl Theme {
    /// Returns the abilities of this terminal, by the user's environment.
    pub fn of_terminal() -> Self {
        Self { utf8: has_utf8(), colors: has_colors() }
    }

    /// Returns text on one line, at most so many columns wide.
    pub(crate) fn truncate(self, text: &str, columns: usize) -> String {
        truncate(text, columns, self.utf8)
    }

    /// Returns text in lines of at most so many columns, and at most so many lines.
    pub(crate) fn wrap_lines(self, text: &str, columns: usize, lines: usize) -> Vec<String> {
        wrap_lines(text, columns, lines, self.utf8)
    }

    /// Returns text in a cell of exactly so many columns.
    pub(crate) fn cell(self, text: &str, columns: usize) -> String {
        pad_to(text, columns, self.utf8)
    }

    /// Returns the sign for terminals with UTF-8, or the one for all others.
    pub(crate) fn symbol(self, utf8: &'static str, ascii: &'static str) -> &'static str {
        if self.utf8 { utf8 } else { ascii }
    }

    pub(crate) fn colored(self, color: Color) -> Style {
        if self.colors { Style::new().fg(color) } else { Style::new() }
    }

    /// Returns the style of less important text.
    pub(crate) fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Returns the style of headings.
    pub(crate) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Returns the style of warnings, and of reasons for waiting.
    pub(crate) fn warning(self) -> Style {
        self.colored(Color::Yellow)
    }

    /// Returns the style of errors.
    pub(crate) fn error(self) -> Style {
        self.colored(Color::Red)
    }

    /// Returns the filled and the empty part of a bar.
    pub(crate) fn bar(self, ratio: f64, columns: usize) -> (String, String) {
        let full = ((ratio * columns as f64) as usize).min(columns);
        (self.symbol("█", "#").repeat(full), self.symbol("░", "-").repeat(columns - full))
    }
}
