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

    /// Returns the chosen formats of a job that finds nothing in code: `all` has no list of findings then.
    ///
    /// # Errors
    /// A name that is not a format.
    pub(crate) fn formats_without_findings(&self) -> Result<Vec<ReportFormat>, UsageError> {
        let mut chosen = self.formats()?;
        chosen.retain(|format| {
            has_figures(*format) || self.report_formats.iter().any(|name| name == format.name())
        });
        Ok(chosen)
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

/// Whether a format has figures; the others are lists of findings in code.
fn has_figures(format: ReportFormat) -> bool {
    format != ReportFormat::Sarif
}

/// Returns the help of flags that name formats, so that a new format needs no change here.
pub(crate) fn format_help() -> String {
    help_of(ReportFormat::ALL)
}

/// Returns that help for jobs that find nothing in code.
pub(crate) fn format_help_without_findings() -> String {
    help_of(&ReportFormat::ALL.iter().copied().filter(|format| has_figures(*format)).collect::<Vec<_>>())
}

fn help_of(formats: &[ReportFormat]) -> String {
    let names: Vec<&str> = formats.iter().map(|format| format.name()).collect();
    format!("Reports to write: {}, or `all`", names.join(", "))
}
