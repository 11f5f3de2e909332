//! Tables for spreadsheets and data frames (RFC 4180).

use crate::Report;
use crate::format::Rendered;

pub(crate) fn render(_report: &Report) -> Vec<Rendered> {
    Vec::new()
}
