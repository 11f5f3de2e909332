//! Licences of what the program is made of, which all of them want to be passed on with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::output_of;

/// Beginnings of the names of files with a licence.
const LICENCE_NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT"];

/// Returns the licences of all crates in the program: a list of the crates, and each text once with the crates that
/// bring it.
pub(super) fn notices(root: &Path) -> Result<String> {
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let metadata = ["metadata", "--locked", "--format-version", "1", "--filter-platform", &platform];
    let metadata = output_of(Command::new(env!("CARGO")).args(metadata).current_dir(root))?;
    let metadata: Value = serde_json::from_slice(&metadata)?;
    let linked = linked_crates(&metadata)?;
    let mut list = String::from("StreamGuard contains these crates, with their licences:\n\n");
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        // Our own have no source, and the licence of the project.
        if package["source"].is_null() || !linked.contains(text(package, "id")?) {
            continue;
        }
        let name = format!("{} {}", text(package, "name")?, text(package, "version")?);
        list += &format!("{name}: {}\n", package["license"].as_str().unwrap_or("see its text below"));
        let folder =
            Path::new(text(package, "manifest_path")?).parent().context("a manifest lies in a folder")?;
        for licence in licence_texts(folder)? {
            texts.entry(licence).or_default().push(name.clone());
        }
    }
    for (licence, crates) in texts {
        list += &format!("\n{}\n{}\n\n{licence}\n", "-".repeat(80), crates.join(", "));
    }
    Ok(list)
}

/// Returns the ids of the crates that are linked into the program: those that it, or one of them, needs at run time.
fn linked_crates(metadata: &Value) -> Result<BTreeSet<&str>> {
    let nodes = metadata["resolve"]["nodes"].as_array().context("cargo tells no dependencies")?;
    let nodes = nodes.iter().map(|node| Ok((text(node, "id")?, node))).collect::<Result<BTreeMap<_, _>>>()?;
    let is_program = |package: &&Value| package["name"] == "streamguard";
    let program = metadata["packages"].as_array().into_iter().flatten().find(is_program);
    let mut left = vec![text(program.context("the workspace has no program")?, "id")?];
    let mut linked = BTreeSet::new();
    while let Some(id) = left.pop() {
        if !linked.insert(id) {
            continue;
        }
        for dependency in nodes[id]["deps"].as_array().into_iter().flatten() {
            // Those for tests and build scripts have another kind.
            if dependency["dep_kinds"].as_array().into_iter().flatten().any(|kind| kind["kind"].is_null()) {
                left.push(text(dependency, "pkg")?);
            }
        }
    }
    Ok(linked)
}

/// Returns the texts of the licences in the folder of a crate.
fn licence_texts(folder: &Path) -> Result<Vec<String>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        path.is_file() && LICENCE_NAMES.iter().any(|start| name.starts_with(start))
    });
    paths.sort();
    // The same text with other ends of lines is the same licence.
    let read = |path: &std::path::PathBuf| {
        let text = String::from_utf8_lossy(&fs::read(path)?).replace("\r\n", "\n");
        Ok(text.trim().to_owned())
    };
    paths.iter().map(read).collect()
}

/// Returns a text in the answer of cargo.
fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("cargo gives no {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_of_what_is_linked_are_listed_and_of_nothing_else() {
        let notices = notices(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
        let (list, texts) = notices.split_once("\n---").unwrap();
        let has = |name: &str| list.lines().any(|line| line.starts_with(&format!("{name} ")));
        assert!(has("serde_json") && has("zstd-sys") && has("ring"), "{list}");
        assert!(!has("proptest") && !has("streamguard-engine"), "{list}");
        assert!(texts.contains("Permission is hereby granted") && texts.contains("Apache License"));
    }
}
