//! The same rows in pyarrow, DuckDB and polars. `STREAMGUARD_TEST_PYTHON=/path/to/python3` names a Python
//! that has them; without it the test is skipped with a note.

use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use streamguard_dataset::dataset_files::{JSONL_NAME, PARQUET_NAME, write_dataset};
use streamguard_dataset::{CollectorFile, Sample, SampleKind, SampleLevel};

use crate::fixtures;

#[test]
fn other_readers_see_the_same_types_and_values() {
    let Some(python) = python_with_readers() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.jsonl");
    fixtures::write_jsonl(&path, &samples());
    let sources = [CollectorFile { collector: "repo".into(), path }];
    let union = write_dataset(&sources, folder.path(), &mut |_| (), &|| false).unwrap();
    assert!(union.stats.samples > 20_000, "several row groups");

    let output = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers.py"))
        .args([JSONL_NAME, PARQUET_NAME].map(|name| folder.path().join(name)))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Returns arbitrary samples, one without values, one with empty text, and many ordinary ones.
fn samples() -> Vec<Sample> {
    let mut runner = TestRunner::deterministic();
    let arbitrary = fixtures::arbitrary();
    let mut samples: Vec<_> = (0..200).map(|_| arbitrary.new_tree(&mut runner).unwrap().current()).collect();
    samples.push(Sample::new("repo", SampleKind::Exploit, SampleLevel::File));
    let mut empty = Sample::new("", SampleKind::Pair, SampleLevel::File);
    empty.vulnerable_code = Some(String::new());
    empty.cwes = vec![String::new(), String::new()];
    samples.push(empty);
    samples.extend((0..25_000).map(fixtures::full));
    samples
}

fn python_with_readers() -> Option<String> {
    let python = env::var("STREAMGUARD_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let import = Command::new(&python).args(["-c", "import pyarrow, duckdb, polars"]).output();
    if import.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    skipped(&format!(
        "{python} has no pyarrow, duckdb and polars; set STREAMGUARD_TEST_PYTHON to one that has"
    ));
    None
}

/// Writes a note past the test harness, which hides the output of tests that pass: a skipped test must
/// not look like one that passed.
fn skipped(reason: &str) {
    let line = format!("SKIPPED other_readers_see_the_same_types_and_values: {reason}\n");
    io::stderr().write_all(line.as_bytes()).unwrap();
}
