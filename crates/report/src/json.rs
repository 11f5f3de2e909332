//! The complete result, for programs: the report as it is. Its schema is
//! `docs/collection_results.schema.json`.

use crate::Report;
use crate::format::Rendered;

pub(crate) fn render(report: &Report) -> Rendered {
    let mut bytes = serde_json::to_vec_pretty(report)
        .unwrap_or_else(|error| unreachable!("a report holds nothing that JSON cannot: {error}"));
    bytes.push(b'\n');
    ("collection_results.json", bytes)
}

/// The JSON Schema (draft 2020-12) of `collection_results.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Report).into()
}
