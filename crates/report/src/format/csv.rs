//! Tables for spreadsheets and data frames (RFC 4180): one file per table, and one file with all tables
//! below each other.

mod cell;
mod table;
mod tables;

use crate::rendering::{RenderOptions, RenderedFile, ReportError};
use crate::run::StoredRun;

/// Name of the file with all tables, for people with a spreadsheet.
const COMBINED_NAME: &str = "collection_results.csv";

pub(super) fn render(run: &StoredRun, _: &RenderOptions) -> Result<Vec<RenderedFile>, ReportError> {
    let tables = tables::ALL_TABLES.iter().map(|(name, title, table)| (*name, *title, table(&run.report)));
    let mut whole = Vec::new();
    let mut files = Vec::new();
    for (name, title, table) in tables {
        // People read the metrics of the run from top to bottom, so that table is transposed here.
        let block = if name == tables::RUN_TABLE_NAME { table.turned() } else { table.written() };
        if !whole.is_empty() {
            whole.extend_from_slice(b"\r\n");
        }
        whole.extend_from_slice(title.as_bytes());
        whole.extend_from_slice(b"\r\n");
        whole.extend(block);
        // Data frames want one row per observation, so the file of its own is never transposed.
        files.push((name, table.written()));
    }
    files.insert(0, (COMBINED_NAME, whole));
    Ok(files)
}
