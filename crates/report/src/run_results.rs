//! The results of a run: everything that is known about it, for programs.

use std::path::{Path, PathBuf};

use streamguard_durable::{WriteError, write_atomic};

use crate::run::StoredRun;

/// Name of the file.
pub(crate) const RESULTS_NAME: &str = "collection_results.json";

/// Writes the results of a run, `collection_results.json`, into a folder, and returns the path. Their schema is
/// `docs/collection_results.schema.json`. Every run has this file, whatever reports are wanted.
///
/// # Errors
/// [`WriteError`]; an earlier file is then unchanged.
pub fn write_results(run: &StoredRun, folder: &Path) -> Result<PathBuf, WriteError> {
    let path = folder.join(RESULTS_NAME);
    let mut bytes = serde_json::to_vec_pretty(&run.report)
        .unwrap_or_else(|error| unreachable!("a report holds nothing that JSON cannot: {error}"));
    bytes.push(b'\n');
    write_atomic(&path, &bytes).map_err(WriteError::at(&path))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_schema_is_that_of_the_results() {
        let schema = schemars::schema_for!(crate::Report);
        crate::published_schema::check("collection_results.schema.json", schema);
    }
}
