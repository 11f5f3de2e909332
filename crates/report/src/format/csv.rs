//! Tables for spreadsheets and data frames (RFC 4180): one file per table, and one file with all tables
//! below each other.

mod cell;
mod table;

use crate::rendering::{RenderOptions, RenderedFile, ReportError};
use crate::run::StoredRun;
use crate::tables::{ALL_TABLES, RUN_TABLE_NAME};

/// Name of the file with all tables, for people with a spreadsheet.
const COMBINED_NAME: &str = "collection_report.csv";

/// Returns the names of the files with one table each.
pub(super) fn table_names() -> impl Iterator<Item = String> {
    ALL_TABLES.iter().map(|(name, ..)| table_name(name))
}

fn table_name(name: &str) -> String {
    format!("tables/{name}.csv")
}

pub(super) fn render(run: &StoredRun, _: &RenderOptions) -> Result<Vec<RenderedFile>, ReportError> {
    let tables = ALL_TABLES.iter().map(|(name, title, table)| (*name, *title, table(&run.report)));
    let mut whole = Vec::new();
    let mut files = Vec::new();
    for (name, title, tidy) in tables {
        // People read the metrics of the run from top to bottom, so that table is transposed here.
        let block = if name == RUN_TABLE_NAME { table::turned(&tidy) } else { table::written(&tidy) };
        if !whole.is_empty() {
            whole.extend_from_slice(b"\r\n");
        }
        whole.extend_from_slice(title.as_bytes());
        whole.extend_from_slice(b"\r\n");
        whole.extend(block);
        // Data frames want one row per observation, so the file of its own is never transposed.
        files.push((table_name(name), table::written(&tidy)));
    }
    files.insert(0, (COMBINED_NAME.to_owned(), whole));
    Ok(files)
}
