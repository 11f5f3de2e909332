//! Renders a finished or interrupted run as reports: JSON, CSV, PDF, SARIF and HTML.
//!
//! [`StoredRun::read`] reads the journal of a run and the facts about its dataset, and counts everything once, in a
//! [`Report`]. Every format renders this value, so that formats cannot contradict each other. SARIF and HTML also read
//! the samples, and count only those that they select and leave out. Text in a report may be hostile; each format
//! escapes it where it writes it.
//!
//! ```
//! use streamguard_report::{RenderOptions, ReadError, ReportFormat, StoredRun};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("streamguard-no-run-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! match StoredRun::read(&folder) {
//!     Ok(run) => {
//!         println!("{}: {} samples", run.report.status, run.report.summary.total_samples_collected);
//!         streamguard_report::write(&run, ReportFormat::Pdf, &RenderOptions::default(), &folder)?;
//!     }
//!     Err(ReadError::NoRun(folder)) => println!("there is no run in {}", folder.display()),
//!     Err(error) => return Err(error.into()),
//! }
//! # std::fs::remove_dir(&folder)?;
//! # Ok(())
//! # }
//! ```

mod bounded_text;
mod digits;
mod format;
#[cfg(feature = "fuzz")]
#[doc(hidden)]
pub mod fuzz_targets;
mod history;
#[cfg(test)]
mod published_schema;
mod record_unit;
mod rendering;
pub mod report;
mod rounding;
mod run;
mod run_results;
mod sample_count;
mod stored_run_files;
mod tables;

pub use digits::{format_number, group_digits};
pub use format::{ReportFormat, formats_in, remove_reports, report_names, write};
pub use record_unit::RecordUnit;
pub use rendering::{RenderOptions, ReportError};
pub use report::Report;
pub use run::{StoredRun, events};
pub use run_results::write_results;
pub use sample_count::SampleCount;
pub use stored_run_files::{
    ADVISORIES_NAME, DatasetInfo, ReadError, check_data, check_run, run_paths, run_paths_for,
};
pub use streamguard_sarif::escape;
