//! The licence that the manifest of a package names.

use crate::expression::canonical;

/// Returns the SPDX expression that a manifest names, by the name of its file.
pub(crate) fn manifest_licence(path: &str, text: &str) -> Option<String> {
    if path.ends_with(".json") {
        let manifest: serde_json::Value = serde_json::from_str(text).ok()?;
        return match manifest.get("license")? {
            serde_json::Value::String(stated) => canonical(stated),
            // Composer: a list means a choice (https://getcomposer.org/doc/04-schema.md#license).
            serde_json::Value::Array(choices) => {
                let choices: Vec<&str> = choices.iter().map(|one| one.as_str()).collect::<Option<_>>()?;
                canonical(&choices.join(" OR "))
            }
            _ => None,
        };
    }
    let manifest: toml::Table = text.parse().ok()?;
    // PEP 639 for pyproject.toml; the Cargo Book for Cargo.toml, where a workspace may state it for its packages.
    let places: [&[&str]; 3] =
        [&["package", "license"], &["workspace", "package", "license"], &["project", "license"]];
    places.iter().find_map(|place| {
        let (last, tables) = place.split_last()?;
        let table = tables.iter().try_fold(&manifest, |table, name| table.get(*name)?.as_table())?;
        canonical(table.get(*last)?.as_str()?)
    })
}
