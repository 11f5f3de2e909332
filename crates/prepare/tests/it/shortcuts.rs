//! What rules without knowledge of vulnerabilities reach, and the baseline.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use streamguard_evaluate::{
    EvaluationSettings, Predictions, RowChoice, TestSet, baseline::BaselineModel, evaluate,
};
use streamguard_prepare::{BASELINE_MODEL_NAME, PrepareJob, ShortcutReport};
use streamguard_table::{SplitName, TableDataset};

use crate::fixtures::{Chance, function, write_lines};
use crate::job::prepare;

/// Prepares rows with a baseline.
fn prepared(folder: &Path, rows: &[Value]) -> BTreeMap<String, Vec<u8>> {
    let input = write_lines(&folder.join("in/rows.jsonl"), rows);
    let job = PrepareJob { baseline: true, ..PrepareJob::new(vec![input]) };
    prepare(job, &folder.join("out"), 2)
}

fn report(files: &BTreeMap<String, Vec<u8>>) -> ShortcutReport {
    serde_json::from_slice(&files["shortcut_report.json"]).unwrap()
}

fn in_test(report: &ShortcutReport, name: &str) -> Option<f64> {
    let rule = report.rules.iter().find(|rule| rule.name == name)?;
    rule.splits.get(&SplitName::Test)?.value
}

/// Returns pairs whose fixed side has more lines in 3 of 4, and a call that the vulnerable side lacks.
fn pairs(count: u64) -> Vec<Value> {
    let mut chance = Chance(5);
    let row = |number| {
        let statements = 5 + chance.below(60);
        let code = function(&mut chance, statements);
        let guard = if number % 4 == 0 { "guard();" } else { "int zero = 0; guard(zero, zero);" };
        let removed = if number % 4 == 0 { "int left, right, up, down = 0;" } else { "" };
        json!({
            "id": format!("row-{number}"),
            "vulnerable_code": code.replace("return a;", &format!("{removed} return a;")),
            "fixed_code": code.replace("return a;", &format!("{guard} return a;")),
            "commit": format!("{:040x}", 0xaaaa_0000_u64 + number),
        })
    };
    (0..count).map(row).collect()
}

#[test]
fn the_longer_side_and_the_words_give_pairs_away() {
    let folder = tempfile::tempdir().unwrap();
    let files = prepared(folder.path(), &pairs(400));
    let report = report(&files);
    let longer = in_test(&report, "longer side is fixed").unwrap();
    assert!((0.6..0.9).contains(&longer), "{longer}");
    assert!(in_test(&report, "bag of words").unwrap() > 0.85, "{report:?}");
    // Lengths differ far more from function to function.
    assert!((0.4..0.65).contains(&in_test(&report, "length").unwrap()), "{report:?}");
    assert_eq!(in_test(&report, "repository"), None);
    let card = String::from_utf8(files["README.md"].clone()).unwrap();
    assert!(card.contains("**Warning:** the rule \"bag of words\" alone reaches"), "{card}");
    assert!(card.contains("## The number to beat"), "{card}");
}

#[test]
fn length_and_names_give_single_functions_away() {
    let mut chance = Chance(9);
    let row = |number: u64| {
        let is_vulnerable = number.is_multiple_of(2);
        json!({
            "func": function(&mut chance, if is_vulnerable { 30 } else { 22 }),
            "target": u8::from(is_vulnerable),
            "commit_id": format!("{:040x}", 0xbbbb_0000_u64 + number),
            "project": if is_vulnerable { "leaky" } else { "solid" },
        })
    };
    let rows: Vec<Value> = (0..300).map(row).collect();
    let folder = tempfile::tempdir().unwrap();
    let files = prepared(folder.path(), &rows);
    let report = report(&files);
    assert_eq!(in_test(&report, "length"), Some(1.0));
    assert_eq!(in_test(&report, "repository"), Some(1.0));
    assert_eq!(in_test(&report, "longer side is fixed"), None);
}

#[test]
fn the_evaluation_of_the_baseline_is_that_of_its_predictions() {
    let folder = tempfile::tempdir().unwrap();
    let files = prepared(folder.path(), &pairs(200));
    let out = folder.path().join("out");
    let model = BaselineModel::read(&out.join(BASELINE_MODEL_NAME)).unwrap();
    let dataset = TableDataset::open(&[out], &[]).unwrap();
    let choice = RowChoice::default_for(&dataset);
    let mut lines = Vec::new();
    model
        .predict(&dataset, choice, None, |line| {
            lines.push(serde_json::to_value(line).unwrap());
            Ok(())
        })
        .unwrap();
    let predictions = write_lines(&folder.path().join("predictions.jsonl"), &lines);
    let settings = EvaluationSettings { threshold: Some(0.5), ..EvaluationSettings::default() };
    let test = TestSet::read(&dataset, choice).unwrap();
    let evaluation = evaluate(&test, &Predictions::read(&predictions).unwrap(), &settings).unwrap();
    let written: Value = serde_json::from_slice(&files["baseline/evaluation.json"]).unwrap();
    assert_eq!(serde_json::to_value(evaluation).unwrap(), written);
}
