//! Signs and colours. A colour never tells anything that a sign or a word does not tell too.

use ratatui::style::{Color, Modifier, Style};
use streamguard_engine::{CompletionStatus, JobState, LogLevel, RunState};

use crate::ui::terminal::{has_colors, has_utf8};
use crate::ui::truncate::{pad_to, truncate, wrap_lines};

/// Time between two steps of the spinner, in milliseconds of the run.
const SPINNER_STEP_MS: u64 = 250;

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
    pub(super) fn truncate(self, text: &str, columns: usize) -> String {
        truncate(text, columns, self.utf8)
    }

    /// Returns text in lines of at most so many columns, and at most so many lines.
    pub(super) fn wrap_lines(self, text: &str, columns: usize, lines: usize) -> Vec<String> {
        wrap_lines(text, columns, lines, self.utf8)
    }

    /// Returns text in a cell of exactly so many columns.
    pub(super) fn cell(self, text: &str, columns: usize) -> String {
        pad_to(text, columns, self.utf8)
    }

    /// Returns the sign for terminals with UTF-8, or the one for all others.
    pub(super) fn symbol(self, utf8: &'static str, ascii: &'static str) -> &'static str {
        if self.utf8 { utf8 } else { ascii }
    }

    fn colored(self, color: Color) -> Style {
        if self.colors { Style::new().fg(color) } else { Style::new() }
    }

    /// Returns the style of less important text.
    pub(super) fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Returns the style of headings.
    pub(super) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Returns the style of warnings, and of reasons for waiting.
    pub(super) fn warning(self) -> Style {
        self.colored(Color::Yellow)
    }

    /// Returns the style of errors.
    pub(super) fn error(self) -> Style {
        self.colored(Color::Red)
    }

    /// Returns the style of a job, by its status.
    pub(super) fn of_job(self, job: &JobState) -> Style {
        self.colored(match job.status {
            Some(CompletionStatus::Complete) => Color::Green,
            Some(CompletionStatus::Partial | CompletionStatus::Cancelled) => Color::Yellow,
            Some(CompletionStatus::Failed) => Color::Red,
            None if job.shards.is_none() => return self.faint(),
            None => Color::Cyan,
        })
    }

    /// Returns the style of an entry of the log.
    pub(super) fn of_level(self, level: LogLevel) -> Style {
        match level {
            LogLevel::Debug => self.faint(),
            LogLevel::Info => Style::new(),
            LogLevel::Warning => self.warning(),
            LogLevel::Error => self.error(),
        }
    }

    /// Returns the sign of a job, by its status: one column.
    pub(super) fn sign(self, job: &JobState, state: &RunState) -> &'static str {
        const SPINNER: [&str; 8] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"];
        const PLAIN: [&str; 4] = ["|", "/", "-", "\\"];
        match job.status {
            Some(CompletionStatus::Complete) => self.symbol("✓", "+"),
            Some(CompletionStatus::Partial) => "!",
            Some(CompletionStatus::Failed) => self.symbol("✗", "x"),
            Some(CompletionStatus::Cancelled) => self.symbol("–", "-"),
            None if job.shards.is_none() => self.symbol("·", "."),
            None if state.paused && job.running_count() == 0 => "=",
            None => {
                let at = usize::try_from(state.elapsed_ms / SPINNER_STEP_MS).unwrap_or(0);
                self.symbol(SPINNER[at % SPINNER.len()], PLAIN[at % PLAIN.len()])
            }
        }
    }

    /// Returns the filled and the empty part of a bar.
    pub(super) fn bar(self, ratio: f64, columns: usize) -> (String, String) {
        let full = ((ratio * columns as f64) as usize).min(columns);
        (self.symbol("█", "#").repeat(full), self.symbol("░", "-").repeat(columns - full))
    }
}
