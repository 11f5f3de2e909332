//! A prepared dataset with its baseline, evaluations of detectors, and exports.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{run, stderr, stdout};

/// Runs a command that succeeds, and returns what it prints.
#[track_caller]
fn succeed(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}{}", stdout(&output), stderr(&output));
    stdout(&output)
}

/// Prepares generated pairs with a baseline.
fn prepare(folder: &Path) {
    succeed(
        folder,
        &["collect", "--offline", "--collectors", "synthetic", "--synthetic-samples", "600", "--quiet"],
    );
    succeed(folder, &["prepare", "data/raw", "--output-dir", "data/prepared", "--baseline", "--quiet"]);
}

#[test]
fn the_baseline_of_a_prepared_dataset_is_predicted_and_evaluated() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder);
    succeed(folder, &["predict", "data/prepared", "data/prepared", "-o", "predictions.jsonl"]);
    let text = succeed(folder, &["evaluate", "predictions.jsonl", "data/prepared"]);
    assert!(text.contains("of the split test") && text.contains("VD-S"), "{text}");
    let json = succeed(
        folder,
        &["evaluate", "predictions.jsonl", "data/prepared", "--format", "json", "--threshold", "0.5"],
    );
    let evaluation: Value = serde_json::from_str(&json).unwrap();
    let prepared = fs::read_to_string(folder.join("data/prepared/baseline/evaluation.json")).unwrap();
    assert_eq!(evaluation, serde_json::from_str::<Value>(&prepared).unwrap());

    let lines = fs::read_to_string(folder.join("predictions.jsonl")).unwrap();
    fs::write(folder.join("short.jsonl"), lines.lines().next().unwrap()).unwrap();
    let short = run(folder, &["evaluate", "short.jsonl", "data/prepared"]);
    assert_eq!(short.status.code(), Some(1));
    assert!(stderr(&short).contains("have no prediction"), "{}", stderr(&short));
    let none = run(folder, &["predict", "data/raw", "data/raw"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(stderr(&none).contains("prepare --baseline"), "{}", stderr(&none));
}

#[test]
fn an_export_is_verified_and_is_not_replaced_by_accident() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder);
    for layout in ["hf", "croissant", "primevul", "megavul"] {
        let out = format!("data/{layout}");
        succeed(folder, &["export", "data/prepared", "--to", layout, "--output-dir", &out]);
        succeed(folder, &["verify", &out]);
    }
    // What is generated has no CVE.
    let none = run(folder, &["export", "data/prepared", "--to", "cvefixes", "-o", "data/cvefixes"]);
    assert_eq!(none.status.code(), Some(4), "{}{}", stdout(&none), stderr(&none));

    // An exported folder is a dataset in splits like any other.
    let checked = succeed(folder, &["prepare", "--check", "data/hf"]);
    assert!(checked.contains("exact 0, near 0, commit 0, advisory 0"), "{checked}");

    let again = ["export", "data/prepared", "--to", "primevul", "--output-dir", "data/hf"];
    let refused = run(folder, &again);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    succeed(folder, &["verify", "data/hf"]);
    succeed(folder, &[&again[..], &["--fresh"]].concat());
    assert!(
        !folder.join("data/hf/README.md").exists() && folder.join("data/hf/primevul_test.jsonl").exists()
    );

    // A README of the user is not replaced.
    fs::write(folder.join("data/hf/README.md"), "mine").unwrap();
    let refused = run(folder, &["export", "data/prepared", "--to", "hf", "-o", "data/hf", "--fresh"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert_eq!(fs::read(folder.join("data/hf/README.md")).unwrap(), b"mine");
    fs::remove_file(folder.join("data/hf/README.md")).unwrap();

    fs::write(folder.join("data/hf/primevul_test.jsonl"), "{}\n").unwrap();
    assert_eq!(run(folder, &["verify", "data/hf"]).status.code(), Some(7));
    let own = run(folder, &["export", "data/prepared", "--to", "hf", "--output-dir", "data/prepared"]);
    assert_eq!(own.status.code(), Some(2));
    // A folder in the dataset is refused before there is one, too.
    let export = ["export", "data/prepared", "--to", "hf", "--output-dir"];
    for command in [&export[..], &["prepare", "data/prepared", "--output-dir"]] {
        let inner = run(folder, &[command, &["data/prepared/none/out"]].concat());
        assert_eq!(inner.status.code(), Some(2), "{}", stderr(&inner));
        assert!(stderr(&inner).contains("apart from the datasets"), "{}", stderr(&inner));
        assert!(!folder.join("data/prepared/none").exists());
    }
}
