//! Comparison of the schemas in `docs` with the types that they describe.

use std::path::Path;

use schemars::Schema;
use serde_json::Value;

/// Compares a schema with the published file, which `STREAMGUARD_UPDATE=1` writes anew.
pub(crate) fn check(name: &str, schema: Schema) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    let mut now = serde_json::to_string_pretty(&Value::from(schema)).unwrap();
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
