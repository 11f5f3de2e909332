//! Signs and colours of jobs and log entries.

use ratatui::style::{Color, Style};
use streamguard_engine::{CompletionStatus, JobState, LogLevel, RunState};

use super::Theme;

/// Time between two steps of the spinner, in milliseconds of the run.
const SPINNER_STEP_MS: u64 = 250;

impl Theme {
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
        // Without the sign of a job that was stopped.
        const PLAIN: [&str; 4] = ["|", "/", "~", "\\"];
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
}
