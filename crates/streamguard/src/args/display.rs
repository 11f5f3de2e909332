//! Flags that decide how a run is shown.

use clap::Args;
use serde::{Deserialize, Serialize};
use streamguard::ViewMode;
use streamguard::ui::{self, LogFormat};

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
    /// Report every shard
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

impl DisplayArgs {
    /// Returns the view that suits the flags and the terminal.
    pub(crate) fn view(&self) -> ViewMode {
        let Self { verbose, refresh, log_format: format, .. } = *self;
        if self.quiet {
            ViewMode::Quiet
        } else if self.no_dashboard || format == LogFormat::Json || !ui::is_terminal() {
            ViewMode::Plain { verbose, format }
        } else {
            ViewMode::Dashboard { verbose, refresh }
        }
    }
}
