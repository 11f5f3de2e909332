//! Finds out from which sources the program is built.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    // A package from a registry lies alone: then its version has to do.
    let root = here.join("../..");
    let sources = if root.join("Cargo.lock").exists() { source_files(&root) } else { Vec::new() };
    let mut hasher = DefaultHasher::new();
    for path in &sources {
        path.strip_prefix(&root).expect("they lie below").hash(&mut hasher);
        fs::read(path).unwrap_or_default().hash(&mut hasher);
    }
    println!("cargo::rustc-env=STREAMGUARD_SOURCES={:016x}", hasher.finish());
    let (commit, date) = commit(&root).unwrap_or_default();
    println!("cargo::rustc-env=STREAMGUARD_COMMIT={commit}");
    println!("cargo::rustc-env=STREAMGUARD_COMMIT_DATE={date}");
}

/// Lists what decides the program: sources, data that is compiled in, and the versions of all dependencies.
fn source_files(root: &Path) -> Vec<PathBuf> {
    let crates = entries(&root.join("crates")).iter().flat_map(|folder| entries(folder)).collect::<Vec<_>>();
    let is_source =
        |path: &PathBuf| !["tests", "benches", "examples"].iter().any(|name| path.ends_with(name));
    let mut files = Vec::new();
    let mut left: Vec<PathBuf> = crates.into_iter().filter(is_source).collect();
    left.extend(["Cargo.lock", "Cargo.toml"].map(|name| root.join(name)));
    for path in &left {
        // Of a folder, cargo looks at everything in it.
        println!("cargo::rerun-if-changed={}", path.display());
    }
    while let Some(path) = left.pop() {
        match path.is_dir() {
            true => left.extend(entries(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Returns the id of the commit, shortened, and its date, if the sources are a git checkout.
fn commit(root: &Path) -> Option<(String, String)> {
    let git = |arguments: &[&str]| {
        // The date is the same wherever it is built.
        let command = Command::new("git").env("TZ", "UTC").arg("-C").arg(root).args(arguments).output();
        let output = command.ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    // A checkout of another project, in whose folder these sources lie, is not meant.
    git(&["ls-files", "--error-unmatch", "Cargo.lock"])?;
    for name in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", name])?;
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    let date = git(&["show", "--no-patch", "--date=format-local:%Y-%m-%d", "--format=%cd", "HEAD"])?;
    Some((git(&["rev-parse", "--short=12", "HEAD"])?, date))
}
