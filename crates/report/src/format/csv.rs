//! Tables for spreadsheets and data frames (RFC 4180): one tidy table a file, and all of them
//! below each other in one.

mod cell;
mod table;
mod tables;

use crate::rendering::{RenderOptions, RenderedFile, ReportError};
use crate::run::StoredRun;

/// All tables in one file, as people open it in a spreadsheet.
const WHOLE: &str = "collection_results.csv";

pub(super) fn render(run: &StoredRun, _: &RenderOptions) -> Result<Vec<RenderedFile>, ReportError> {
    let tables = tables::ALL.iter().map(|(name, title, table)| (*name, *title, table(&run.report)));
    let mut whole = Vec::new();
    let mut files = Vec::new();
    for (name, title, table) in tables {
        // The figures of the run are read downwards there.
        let block = if name == tables::RUN { table.turned() } else { table.written() };
        if !whole.is_empty() {
            whole.extend_from_slice(b"\r\n");
        }
        whole.extend_from_slice(title.as_bytes());
        whole.extend_from_slice(b"\r\n");
        whole.extend(block);
        files.push((name, table.written()));
    }
    files.insert(0, (WHOLE, whole));
    Ok(files)
}
