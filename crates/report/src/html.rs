//! One page to look through, without a network.

use crate::format::Rendered;
use crate::{ReportError, Run};

pub(crate) fn render(_run: &Run, _samples: usize) -> Result<Rendered, ReportError> {
    Ok(("collection_report.html", Vec::new()))
}
