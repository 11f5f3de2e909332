//! Views: the rows in other shapes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use streamguard_evaluate::{EvaluationSettings, Predictions, RowChoice, TestSet, evaluate};
use streamguard_prepare::near::NearThreshold;
use streamguard_prepare::{Augmentation, DatasetView, PrepareJob, PreparedInfo, find_leaks};
use streamguard_table::{SplitName, TableDataset};

use crate::fixtures::{rows, write_lines};
use crate::job::prepare;

/// Prepares rows with all views, and returns the rows of one of them with their settings and counts.
fn view(folder: &Path, rows: &[Value], view: DatasetView) -> (Vec<BTreeMap<String, Value>>, PreparedInfo) {
    let input = write_lines(&folder.join("in/rows.jsonl"), rows);
    let job = PrepareJob {
        view: vec![DatasetView::Rows, DatasetView::Pairs, DatasetView::Triples],
        ..PrepareJob::new(vec![input])
    };
    let out = folder.join("out");
    let files = prepare(job, &out, 2);
    (read_rows(&out.join(view.name())), serde_json::from_slice(&files["prepared.json"]).unwrap())
}

/// Returns the rows of a view, column by column.
pub(crate) fn read_rows(folder: &Path) -> Vec<BTreeMap<String, Value>> {
    let written = TableDataset::open_labels(&[folder.to_owned()]).unwrap();
    let names: Vec<&String> = written.schema.columns.iter().map(|column| &column.name).collect();
    let mut read = Vec::new();
    written
        .for_each_row(&written.schema, |_, _, row| {
            read.push(names.iter().map(|name| (*name).clone()).zip(row).collect());
            Ok(())
        })
        .unwrap();
    read
}

fn text<'v>(row: &'v BTreeMap<String, Value>, name: &str) -> &'v str {
    row[name].as_str().unwrap_or_else(|| panic!("no text in {name}: {row:?}"))
}

#[test]
fn both_sides_of_a_pair_are_single_functions_of_one_split() {
    let folder = tempfile::tempdir().unwrap();
    let input = rows(400);
    let (functions, info) = view(folder.path(), &input, DatasetView::Rows);
    let counts = &info.views[&DatasetView::Rows];
    let left_out: u64 = counts.left_out.values().sum();
    assert_eq!(functions.len() as u64 + left_out, 800);
    assert_eq!(counts.rows.values().sum::<u64>(), functions.len() as u64);
    let mut splits: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for function in &functions {
        splits.entry(text(function, "pair")).or_default().insert(text(function, "split"));
        let row = &input[text(function, "pair").parse::<usize>().unwrap()];
        let side = if function["label"] == 1 { "vulnerable_code" } else { "fixed_code" };
        assert_eq!(function["code"], row[side]);
        let id =
            format!("{}:{}", text(function, "pair"), if function["label"] == 1 { "before" } else { "after" });
        assert_eq!(text(function, "id"), id);
        assert_eq!(function["commit"], row["commit"]);
    }
    assert!(splits.values().all(|splits| splits.len() == 1));

    // Its splits have nothing in common, as anybody can check, and predictions about it can be measured by pairs.
    let written = TableDataset::open(&[folder.path().join("out/rows")], &[]).unwrap();
    let threshold = NearThreshold::from_thousandths(800).unwrap();
    let leaks = find_leaks(&written, threshold, None, &|| false).unwrap();
    assert!(leaks.is_clean() && leaks.rows.values().sum::<u64>() == functions.len() as u64, "{leaks:?}");
    let in_test: Vec<Value> = functions
        .iter()
        .filter(|function| function["split"] == "test")
        .map(|function| json!({"id": function["id"], "score": function["label"]}))
        .collect();
    let predictions = write_lines(&folder.path().join("predictions.jsonl"), &in_test);
    let test = TestSet::read(&written, RowChoice::Split(SplitName::Test)).unwrap();
    let evaluation =
        evaluate(&test, &Predictions::read(&predictions).unwrap(), &EvaluationSettings::default()).unwrap();
    assert_eq!(evaluation.metrics["p_c"].value, Some(1.0));
}

#[test]
fn of_equal_functions_one_is_taken_and_a_vulnerable_one_is_not_benign_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let mut input = rows(60);
    // The fix of row 7 was not enough: row 9 fixes it again, and row 11 is a copy of row 9.
    input[9]["vulnerable_code"] = input[7]["fixed_code"].clone();
    input[11]["vulnerable_code"] = input[9]["vulnerable_code"].clone();
    input[11]["fixed_code"] = input[9]["fixed_code"].clone();
    let (functions, info) = view(folder.path(), &input, DatasetView::Rows);
    let ids: BTreeSet<&str> = functions.iter().map(|function| text(function, "id")).collect();
    assert!(!ids.contains("7:after") && ids.contains("9:before"));
    assert!(!ids.contains("11:before") && !ids.contains("11:after"));
    let left_out = &info.views[&DatasetView::Rows].left_out;
    assert_eq!(left_out["benign functions that another row calls vulnerable"], 1);
    assert!(left_out["copies of another function with the same label"] >= 2);
}

#[test]
fn variants_are_made_of_train_alone_and_keep_their_component() {
    let folder = tempfile::tempdir().unwrap();
    let mut input = rows(80);
    input.iter_mut().for_each(|row| row["language"] = json!("c"));
    let path = write_lines(&folder.path().join("in/rows.jsonl"), &input);
    let augment = vec![Augmentation::Rename, Augmentation::Reformat];
    let job = PrepareJob { view: vec![DatasetView::Rows], augment, ..PrepareJob::new(vec![path]) };
    let out = folder.path().join("out");
    let files = prepare(job, &out, 1);
    assert!(
        !files.contains_key("augmented/test.parquet") && !files.contains_key("augmented/validation.parquet")
    );
    let functions: BTreeMap<String, BTreeMap<String, Value>> = read_rows(&out.join("rows"))
        .into_iter()
        .map(|function| (text(&function, "id").to_owned(), function))
        .collect();
    let variants = read_rows(&out.join("augmented"));
    let in_train = functions.values().filter(|function| function["split"] == "train").count();
    assert!(variants.len() > in_train, "{} variants of {in_train}", variants.len());
    for variant in &variants {
        let (id, way) = text(variant, "id").split_once('~').unwrap();
        let function = &functions[id];
        assert_eq!(function["split"], "train");
        for name in ["component", "label", "pair", "commit", "n_tokens"] {
            assert_eq!(variant[name], function[name], "{name}");
        }
        assert_eq!(variant["augmentation"], way);
        assert_ne!(variant["code"], function["code"]);
    }
}

#[test]
fn columns_of_one_side_lose_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut input = rows(60);
    for row in &mut input {
        row["start_line_after"] = json!(7000);
        row["vulnerable_lines"] = json!([1]);
        row["fixed_lines"] = json!([2, 3]);
    }
    let (functions, _) = view(folder.path(), &input, DatasetView::Rows);
    for function in &functions {
        let is_vulnerable = function["label"] == 1;
        assert_eq!(function["lines"], if is_vulnerable { json!([1]) } else { json!([2, 3]) });
        assert_eq!(function["start_line"] == 7000, !is_vulnerable);
        assert!(!function.contains_key("start_line_before") && !function.contains_key("vulnerable_code"));
    }
}

#[test]
fn a_view_of_pairs_has_no_rows_with_one_side() {
    let folder = tempfile::tempdir().unwrap();
    let mut input = rows(60);
    input[5]["fixed_code"] = Value::Null;
    let (pairs, info) = view(folder.path(), &input, DatasetView::Pairs);
    assert_eq!(pairs.len(), 59);
    assert_eq!(info.views[&DatasetView::Pairs].left_out["rows without two sides"], 1);
    assert!(pairs.iter().all(|pair| pair["id"] != "5"));
}

#[test]
fn triples_have_the_same_weaknesses_and_other_components() {
    let folder = tempfile::tempdir().unwrap();
    let mut input = rows(300);
    for (number, row) in input.iter_mut().enumerate() {
        let weakness = ["CWE-79", "CWE-89", "CWE-22"][number % 3];
        row["cwes"] = json!([weakness]);
    }
    input[8]["cwes"] = json!(["CWE-1"]);
    input[9]["cwes"] = json!([]);
    let (triples, info) = view(folder.path(), &input, DatasetView::Triples);
    let (rows, _) = view(folder.path(), &input, DatasetView::Pairs);
    let by_id: BTreeMap<&str, &BTreeMap<String, Value>> =
        rows.iter().map(|row| (text(row, "id"), row)).collect();
    let mut positives = BTreeSet::new();
    for triple in &triples {
        let (anchor, positive) = (by_id[text(triple, "id")], by_id[text(triple, "positive_id")]);
        assert_eq!(triple["anchor"], anchor["vulnerable_code"]);
        assert_eq!(triple["negative"], anchor["fixed_code"]);
        assert_eq!(triple["positive"], positive["vulnerable_code"]);
        assert_eq!((&anchor["cwes"], &anchor["split"]), (&positive["cwes"], &positive["split"]));
        assert_ne!(anchor["component"], positive["component"]);
        positives.insert(text(triple, "positive_id"));
    }
    let left_out = &info.views[&DatasetView::Triples].left_out;
    assert_eq!(left_out["rows without a weakness"], 1);
    assert!(left_out["rows whose weaknesses no other component has"] >= 1);
    // Not the same few functions for all.
    assert!(triples.len() > 250 && positives.len() > 60, "{} {}", triples.len(), positives.len());
}
