//! README and the pages of the book: their commands, links and tables.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use streamguard_dataset::{Sample, SampleKind, SampleLevel};

use crate::stderr;

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn page(name: &str) -> String {
    fs::read_to_string(project().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns the pages of the book, in its order.
fn book() -> Vec<String> {
    let links = links(&page("docs/SUMMARY.md"));
    links.into_iter().map(|link| format!("docs/{link}")).collect()
}

/// Returns the targets of links and pictures in a page, outside of blocks of code.
fn links(page: &str) -> Vec<String> {
    let text: String = page.split("\n```").step_by(2).collect();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

/// Returns the command lines of the blocks that are marked to be run.
fn commands(page: &str) -> Vec<&str> {
    let blocks = page.split("\n```console run\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    blocks.flat_map(str::lines).filter_map(|line| line.strip_prefix("$ ")).collect()
}

/// All pages share one folder, as for somebody who reads the book: what the first page collects, later ones use.
#[test]
fn commands_that_are_marked_work_in_the_order_of_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_streamguard")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut ran = 0;
    for name in book() {
        for command in commands(&page(&name)) {
            let output = Command::new("bash")
                .args(["-c", &format!("set -o pipefail\n{command}")])
                .current_dir(folder.path())
                .env_clear()
                .envs([("PATH", &*path), ("HOME", "/nonexistent")])
                .env("XDG_CACHE_HOME", folder.path().join("cache"))
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(0), "{name}: {command}: {}", stderr(&output));
            ran += 1;
        }
    }
    assert!(ran > 20, "{ran} commands");
}

#[test]
fn every_page_is_in_the_book_and_every_link_leads_somewhere() {
    let in_book: BTreeSet<_> = book().into_iter().collect();
    let pages = fs::read_dir(project().join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    for name in pages.filter_map(|name| name.into_string().ok()) {
        let is_page = name.ends_with(".md") && name != "SUMMARY.md";
        assert!(!is_page || in_book.contains(&format!("docs/{name}")), "{name} is not in the book");
    }
    let others = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "docs/SUMMARY.md"].map(str::to_owned);
    for name in in_book.into_iter().chain(others) {
        let folder = project().join(&name).parent().unwrap().to_owned();
        for link in links(&page(&name)).into_iter().filter(|link| !link.contains("://")) {
            let (file, _) = link.split_once('#').unwrap_or((&link, ""));
            assert!(folder.join(file).exists(), "{name} links to {link}");
        }
    }
}

#[test]
fn the_page_about_the_record_has_every_field_and_no_other() {
    let page = page("docs/record.md");
    let rows =
        page.lines().filter_map(|line| line.strip_prefix("| `")).map(|row| row.split('|').next().unwrap());
    let names: Vec<&str> =
        rows.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches([' ', '`'])).collect();
    let sample = Sample::new("repo", SampleKind::Pair, SampleLevel::Function);
    let Value::Object(fields) = serde_json::to_value(sample).unwrap() else {
        panic!("a sample is an object")
    };
    let told: BTreeSet<&str> = names.iter().copied().collect();
    let missing: Vec<_> = fields.keys().filter(|field| !told.contains(field.as_str())).collect();
    assert!(missing.is_empty(), "fields without a row: {missing:?}");
    let flags = page.split("| flag |").nth(1).unwrap();
    for name in names.into_iter().filter(|name| !flags.contains(&format!("| `{name}` |"))) {
        assert!(fields.contains_key(name), "{name} is no field of a sample");
    }
}
