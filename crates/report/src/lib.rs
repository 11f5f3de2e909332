//! Renders a finished or interrupted run as reports: JSON, CSV, PDF, SARIF and HTML.
//!
//! [`StoredRun::read`] reads the journal and the dataset in the folder of a run, and counts
//! everything once. Every format renders the same [`Report`], so no two formats can differ. Text
//! in a report may be hostile; each format escapes it where it writes it.
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
//!     Err(ReadError::NoRun(folder)) => println!("no run has been in {}", folder.display()),
//!     Err(error) => return Err(error.into()),
//! }
//! # std::fs::remove_dir(&folder)?;
//! # Ok(())
//! # }
//! ```

mod bounded_text;
mod digits;
pub mod escape;
mod format;
mod history;
mod record_unit;
mod rendering;
pub mod report;
mod rounding;
mod run;
mod run_folder;
mod sample_count;

pub use digits::group_digits;
pub use format::{ReportFormat, write};
pub use record_unit::RecordUnit;
pub use rendering::{RenderOptions, ReportError};
pub use report::Report;
pub use run::{StoredRun, events};
pub use run_folder::{DatasetRecord, ReadError, run_paths};
pub use sample_count::SampleCount;
