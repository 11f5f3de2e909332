//! Signs and colours. Colour never says anything that a sign or a word does not say too.

use ratatui::style::{Color, Modifier, Style};
use streamguard_engine::{CompletionStatus, JobState, LogLevel, RunState};

use crate::ui::cut::{cut, padded, wrapped};
use crate::ui::terminal::{has_colors, has_utf8};

/// Time between two pictures of the spinner, in milliseconds of the run.
const SPIN_MS: u64 = 250;

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether it shows more than ASCII.
    pub utf8: bool,
    /// Whether to use colours.
    pub colors: bool,
}

impl Look {
    /// That of the terminal and the user's environment.
    pub fn of_terminal() -> Self {
        Self { utf8: has_utf8(), colors: has_colors() }
    }

    /// Text on one line, at most so many columns wide.
    pub(super) fn cut(self, text: &str, columns: usize) -> String {
        cut(text, columns, self.utf8)
    }

    /// Text in lines of at most so many columns, and at most so many lines.
    pub(super) fn wrapped(self, text: &str, columns: usize, lines: usize) -> Vec<String> {
        wrapped(text, columns, lines, self.utf8)
    }

    /// Text in a cell of just so many columns.
    pub(super) fn cell(self, text: &str, columns: usize) -> String {
        padded(text, columns, self.utf8)
    }

    /// One sign for whoever sees UTF-8, one for all others.
    pub(super) fn either(self, utf8: &'static str, ascii: &'static str) -> &'static str {
        if self.utf8 { utf8 } else { ascii }
    }

    fn colored(self, color: Color) -> Style {
        if self.colors { Style::new().fg(color) } else { Style::new() }
    }

    /// Of what is beside the point.
    pub(super) fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Of heads.
    pub(super) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Of what is waited for, and of warnings.
    pub(super) fn warning(self) -> Style {
        self.colored(Color::Yellow)
    }

    /// Of what is missing.
    pub(super) fn error(self) -> Style {
        self.colored(Color::Red)
    }

    /// The style of a job, by where it stands.
    pub(super) fn of_job(self, job: &JobState) -> Style {
        self.colored(match job.status {
            Some(CompletionStatus::Complete) => Color::Green,
            Some(CompletionStatus::Partial | CompletionStatus::Cancelled) => Color::Yellow,
            Some(CompletionStatus::Failed) => Color::Red,
            None if job.shards.is_none() => return self.faint(),
            None => Color::Cyan,
        })
    }

    /// The style of a line of the log.
    pub(super) fn of_level(self, level: LogLevel) -> Style {
        match level {
            LogLevel::Debug => self.faint(),
            LogLevel::Info => Style::new(),
            LogLevel::Warning => self.warning(),
            LogLevel::Error => self.error(),
        }
    }

    /// The sign of a job, by where it stands: one column.
    pub(super) fn sign(self, job: &JobState, state: &RunState) -> &'static str {
        const SPINNER: [&str; 8] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"];
        const PLAIN: [&str; 4] = ["|", "/", "-", "\\"];
        match job.status {
            Some(CompletionStatus::Complete) => self.either("✓", "+"),
            Some(CompletionStatus::Partial) => "!",
            Some(CompletionStatus::Failed) => self.either("✗", "x"),
            Some(CompletionStatus::Cancelled) => self.either("–", "-"),
            None if job.shards.is_none() => self.either("·", "."),
            None if state.paused && job.running_count() == 0 => "=",
            None => {
                let at = usize::try_from(state.elapsed_ms / SPIN_MS).unwrap_or(0);
                self.either(SPINNER[at % SPINNER.len()], PLAIN[at % PLAIN.len()])
            }
        }
    }

    /// The filled and the empty part of a bar.
    pub(super) fn bar(self, ratio: f64, columns: usize) -> (String, String) {
        let full = ((ratio * columns as f64) as usize).min(columns);
        (self.either("█", "#").repeat(full), self.either("░", "-").repeat(columns - full))
    }
}
