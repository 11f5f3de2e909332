//! Flags that decide how a run is shown.

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use streamguard::ViewMode;
use streamguard::ui::{self, LogFormat};
use streamguard_engine::LogLevel;

/// Flags that choose the view of a run.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct DisplayArgs {
    /// Plain lines instead of the dashboard
    #[arg(long)]
    pub(crate) no_dashboard: bool,
    /// Format of the plain lines; json implies --no-dashboard
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    /// Frames per second of the dashboard
    #[arg(long, value_name = "HZ", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=10))]
    pub(crate) refresh: u8,
    /// Show nothing but errors and the summary
    #[arg(long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Report every shard: the same as --log-level DEBUG
    #[arg(long, short, conflicts_with = "log_level")]
    pub(crate) verbose: bool,
    /// Least level of the lines that are shown
    #[arg(long, value_enum, value_name = "LEVEL", ignore_case = true, default_value_t = LogLevelName::Info)]
    pub(crate) log_level: LogLevelName,
}

/// Level of log lines, as flags and settings name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[value(rename_all = "UPPER")]
pub(crate) enum LogLevelName {
    /// Every shard and every note of a job
    Debug,
    /// What happens, in few lines
    Info,
    /// What was left out, retried or stopped
    Warning,
    /// What is missing in the result
    Error,
}

impl From<LogLevelName> for LogLevel {
    fn from(name: LogLevelName) -> Self {
        match name {
            LogLevelName::Debug => Self::Debug,
            LogLevelName::Info => Self::Info,
            LogLevelName::Warning => Self::Warning,
            LogLevelName::Error => Self::Error,
        }
    }
}

impl DisplayArgs {
    /// Whether a line for people may be printed beside the view.
    pub(crate) fn shows_notices(&self) -> bool {
        !self.quiet && self.log_format == LogFormat::Text
    }

    /// Returns the view that suits the flags and the terminal.
    pub(crate) fn view(&self) -> ViewMode {
        let Self { refresh, log_format: format, .. } = *self;
        let level = if self.verbose { LogLevel::Debug } else { self.log_level.into() };
        if self.quiet {
            ViewMode::Quiet
        } else if self.no_dashboard || format == LogFormat::Json || !ui::is_terminal() {
            ViewMode::Plain { level, format }
        } else {
            ViewMode::Dashboard { level, refresh }
        }
    }
}
