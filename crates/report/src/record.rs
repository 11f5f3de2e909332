//! The record of a run: everything that is known about it, for programs.

use std::path::{Path, PathBuf};

use streamguard_durable::{WriteError, write_atomic};

use crate::run::StoredRun;

/// Name of the file.
const RECORD_NAME: &str = "collection_results.json";

/// Writes the record of a run, `collection_results.json`, into a folder, and returns its path. Its schema is
/// `docs/collection_results.schema.json`. Every run has a record, whatever reports are wanted.
///
/// # Errors
/// [`WriteError`]; an earlier record is then unchanged.
pub fn write_record(run: &StoredRun, folder: &Path) -> Result<PathBuf, WriteError> {
    let path = folder.join(RECORD_NAME);
    let mut bytes = serde_json::to_vec_pretty(&run.report)
        .unwrap_or_else(|error| unreachable!("a record holds nothing that JSON cannot: {error}"));
    bytes.push(b'\n');
    write_atomic(&path, &bytes).map_err(WriteError::at(&path))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_schema_is_that_of_the_record() {
        let schema = schemars::schema_for!(crate::Report);
        crate::published_schema::check("collection_results.schema.json", schema);
    }
}
