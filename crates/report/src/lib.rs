//! Renders a finished or interrupted run: one file per format.
//!
//! [`Run::read`] counts all that is said of a run, once, out of its journal and its dataset; each
//! format renders the same [`Report`], so that no two of them can differ. Text in it may be
//! hostile: each format escapes it at its own edge.

mod csv;
mod digits;
pub mod escape;
mod format;
mod history;
mod html;
mod json;
mod pdf;
mod record_unit;
pub mod report;
mod run;
mod sample_count;
mod sarif;

pub use digits::group_digits;
pub use format::{Format, Options, ReportError, write};
pub use json::schema;
pub use record_unit::RecordUnit;
pub use report::Report;
pub use run::{Assembled, ReadError, Run, events};
pub use sample_count::SampleCount;
