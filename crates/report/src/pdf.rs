//! The report for people, to be sent and printed.

use crate::format::Rendered;
use crate::{Report, ReportError};

pub(crate) fn render(_report: &Report) -> Result<Rendered, ReportError> {
    Ok(("collection_report.pdf", Vec::new()))
}
