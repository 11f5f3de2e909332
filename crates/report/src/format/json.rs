//! The complete result, for programs: the report as it is. The schema is
//! `docs/collection_results.schema.json`.

use crate::rendering::{RenderOptions, RenderedFile, ReportError};
use crate::run::StoredRun;

pub(super) fn render(run: &StoredRun, _: &RenderOptions) -> Result<Vec<RenderedFile>, ReportError> {
    let mut bytes = serde_json::to_vec_pretty(&run.report)
        .unwrap_or_else(|error| unreachable!("a report holds nothing that JSON cannot: {error}"));
    bytes.push(b'\n');
    Ok(vec![("collection_results.json", bytes)])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_published_schema_is_that_of_the_report() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/collection_results.schema.json");
        let schema: serde_json::Value = schemars::schema_for!(crate::Report).into();
        let mut now = serde_json::to_string_pretty(&schema).unwrap();
        now.push('\n');
        if std::env::var_os("STREAMGUARD_UPDATE").is_some() {
            std::fs::write(&file, &now).unwrap();
        }
        let published = std::fs::read_to_string(&file).unwrap();
        assert_eq!(
            published, now,
            "run this test with STREAMGUARD_UPDATE=1, and say in the changelog what changed"
        );
    }
}
