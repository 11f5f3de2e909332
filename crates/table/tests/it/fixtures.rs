//! Datasets for the tests.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// Writes rows as lines of JSON.
pub(crate) fn write_lines(path: &Path, rows: &[Value]) -> PathBuf {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    std::fs::write(path, lines).unwrap();
    path.to_owned()
}
