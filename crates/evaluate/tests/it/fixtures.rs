//! Test sets and predictions for the tests.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use streamguard_evaluate::{
    EvaluateError, Evaluation, EvaluationSettings, Predictions, RowChoice, TestSet, evaluate,
};
use streamguard_table::TableDataset;

/// Writes rows as lines of JSON.
pub(crate) fn write_lines(path: &Path, rows: &[Value]) -> PathBuf {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    std::fs::write(path, lines).unwrap();
    path.to_owned()
}

/// Evaluates predictions of all rows.
pub(crate) fn evaluated(rows: &[Value], predictions: &[Value]) -> Result<Evaluation, EvaluateError> {
    let folder = tempfile::tempdir().unwrap();
    let test = write_lines(&folder.path().join("rows.jsonl"), rows);
    let predictions = write_lines(&folder.path().join("predictions.jsonl"), predictions);
    let test = TestSet::read(&TableDataset::open_labels(&[test])?, RowChoice::All)?;
    evaluate(&test, &Predictions::read(&predictions)?, &EvaluationSettings::default())
}

/// Returns rows with these labels, and predictions with these scores.
pub(crate) fn scored(examples: &[(u8, f64)]) -> (Vec<Value>, Vec<Value>) {
    let row = |(id, (label, score)): (usize, &(u8, f64))| {
        (json!({"idx": id, "target": label}), json!({"idx": id, "prob": score}))
    };
    examples.iter().enumerate().map(row).unzip()
}

/// Returns a figure.
pub(crate) fn value(evaluation: &Evaluation, name: &str) -> Option<f64> {
    evaluation.metrics[name].value
}
