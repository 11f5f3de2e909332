//! Flags of how runs are shown, and shown again.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// How a run is shown while it goes on.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Showing {
    /// Plain lines instead of the dashboard
    #[arg(long)]
    pub(crate) no_dashboard: bool,
    /// What a plain line looks like; json says --no-dashboard as well
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    /// Pictures a second on the dashboard
    #[arg(long, value_name = "HZ", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=10))]
    pub(crate) refresh: u8,
    /// Show nothing but errors and the summary
    #[arg(long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Tell of every shard
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// What a plain line looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line: time, level, job, message, and what the event holds
    Json,
}

/// Settings of `replay`.
#[derive(Args, Clone, Debug)]
pub(crate) struct Replay {
    /// The output directory of the run
    #[arg(value_name = "OUT", default_value = "data/raw")]
    pub(crate) folder: PathBuf,
    /// How many times as fast as it was; `max` for all at once
    #[arg(long, value_name = "FACTOR", default_value = "10", value_parser = speed)]
    pub(crate) speed: Speed,
    #[command(flatten)]
    pub(crate) showing: Showing,
}

/// How fast to play; none for all at once.
pub(crate) type Speed = Option<f64>;

/// A speed out of an argument.
fn speed(text: &str) -> Result<Speed, String> {
    let slowest = 0.001;
    match text.parse::<f64>() {
        _ if text == "max" => Ok(None),
        Ok(0.0) => Ok(None),
        Ok(speed) if speed.is_finite() && speed >= slowest => Ok(Some(speed)),
        _ => Err(format!("neither a number from {slowest} on nor `max`")),
    }
}
