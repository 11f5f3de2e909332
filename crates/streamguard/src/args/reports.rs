//! Flags that choose reports.

use clap::Args;
use serde::{Deserialize, Serialize};
use streamguard::exit::UsageError;
use streamguard_report::{RenderOptions, ReportFormat};

/// Selection of reports.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ReportSelection {
    #[arg(
        long,
        value_name = "FORMAT",
        help = format_help(),
        num_args = 1..,
        value_delimiter = ',',
        default_value = "all"
    )]
    pub(crate) report_formats: Vec<String>,
    /// Most samples that the HTML report holds
    #[arg(long, value_name = "N", default_value_t = RenderOptions::default().html_samples)]
    pub(crate) html_samples: usize,
}

impl ReportSelection {
    /// Returns the chosen formats.
    ///
    /// # Errors
    /// A name that is not a format.
    pub(crate) fn formats(&self) -> Result<Vec<ReportFormat>, UsageError> {
        formats(&self.report_formats)
    }

    /// Returns the options of the reports.
    pub(crate) fn options(&self) -> RenderOptions {
        RenderOptions { html_samples: self.html_samples }
    }
}

/// Returns the report formats of these names.
///
/// # Errors
/// A name that is not a format.
pub(crate) fn formats(names: &[String]) -> Result<Vec<ReportFormat>, UsageError> {
    if names.iter().any(|name| name == "all") {
        return Ok(ReportFormat::ALL.into());
    }
    names.iter().map(|name| name.parse().map_err(UsageError)).collect()
}

/// Returns the help of flags that name formats, so that a new format needs no change here.
pub(crate) fn format_help() -> String {
    let names: Vec<&str> = ReportFormat::ALL.iter().map(|format| format.name()).collect();
    format!("Reports to write: {}, or `all`", names.join(", "))
}
