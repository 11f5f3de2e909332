//! What two splits have in common, of each kind.

use std::path::Path;

use serde_json::{Value, json};
use streamguard_prepare::near::NearThreshold;
use streamguard_prepare::{LeakKind, LeakReport, find_leaks};
use streamguard_table::{TableDataset, TableError};

use crate::fixtures::{Chance, changed, function, write_lines};

fn leaks(folder: &Path) -> Result<LeakReport, TableError> {
    let dataset = TableDataset::open(&[folder.to_owned()], &[])?;
    find_leaks(&dataset, NearThreshold::from_thousandths(800).unwrap(), None, &|| false)
}

fn row(code: &str, commit: u64, advisory: u64) -> Value {
    json!({"func": code, "commit_id": format!("{commit:040x}"), "cve": format!("CVE-2020-{advisory}"), "target": 1})
}

/// Checks a dataset without leaks in which one row of the test split is replaced.
fn check(leaking: impl Fn(&mut Chance, &str) -> Value, kind: Option<LeakKind>) {
    let folder = tempfile::tempdir().unwrap();
    let mut chance = Chance(3);
    let codes: Vec<String> = (0..40).map(|_| function(&mut chance, 30)).collect();
    let rows: Vec<Value> =
        (0..).zip(&codes).map(|(number, code)| row(code, 0xaaaa_0000 + number, 1000 + number)).collect();
    let mut test = rows[30..].to_vec();
    test[4] = leaking(&mut chance, &codes[5]);
    write_lines(&folder.path().join("train.jsonl"), &rows[..30]);
    write_lines(&folder.path().join("test.jsonl"), &test);
    let report = leaks(folder.path()).unwrap();
    for (found, count) in &report.leaks {
        assert_eq!(*count, u64::from(Some(*found) == kind), "{found:?}: {:?}", report.examples);
    }
    if kind.is_some() {
        let rows = &report.examples[0].rows;
        let mut places: Vec<_> = rows.iter().map(|row| (row.file.as_str(), row.row)).collect();
        places.sort_unstable();
        assert_eq!(places, [("test.jsonl", 4), ("train.jsonl", 5)]);
    }
}

#[test]
fn splits_without_leaks_are_clean() {
    check(|chance, _| row(&function(chance, 30), 0xbbbb_0000, 2000), None);
}

#[test]
fn an_exact_copy_is_found_whatever_its_comments_and_layout() {
    let copy = |_: &mut Chance, code: &str| {
        row(&format!("/* x */{}", code.replace('\n', "\n\n ")), 0xbbbb_0000, 2000)
    };
    check(copy, Some(LeakKind::Exact));
}

#[test]
fn a_near_copy_is_found() {
    check(|chance, code| row(&changed(chance, code, 1), 0xbbbb_0000, 2000), Some(LeakKind::Near));
}

#[test]
fn a_common_commit_is_found() {
    check(|chance, _| row(&function(chance, 30), 0xaaaa_0005, 2000), Some(LeakKind::Commit));
}

#[test]
fn a_common_advisory_is_found() {
    check(|chance, _| row(&function(chance, 30), 0xbbbb_0000, 1005), Some(LeakKind::Advisory));
}

#[test]
fn a_dataset_without_splits_cannot_be_checked() {
    let folder = tempfile::tempdir().unwrap();
    write_lines(&folder.path().join("rows.jsonl"), &[row("int f() { return 1; }", 1, 1)]);
    assert!(matches!(leaks(folder.path()), Err(TableError::NoSplits)));
}

#[test]
fn a_dataset_in_which_nothing_can_be_compared_is_no_clean_one() {
    let folder = tempfile::tempdir().unwrap();
    let code = row("int f() { return 1; }", 1, 1);
    write_lines(&folder.path().join("train.jsonl"), &[code.clone(), code]);
    assert!(matches!(leaks(folder.path()), Err(TableError::OneSplit("train"))));
    let numbers = json!({"func": 1, "split": "test"});
    write_lines(&folder.path().join("train.jsonl"), &[json!({"func": null, "split": "train"}), numbers]);
    assert!(matches!(leaks(folder.path()), Err(TableError::NoCodeInRows { .. })));
}
