//! Files of test sets and predictions.

use serde_json::json;
use streamguard_evaluate::baseline::BaselineModel;
use streamguard_evaluate::{
    CodeSide, EvaluateError, EvaluationSettings, ExampleKey, Predictions, RowChoice, TestSet, evaluate,
};
use streamguard_table::{SplitName, TableDataset};

use crate::fixtures::{evaluated, scored, write_lines};

#[test]
fn a_missing_prediction_is_named() {
    let (rows, predictions) = scored(&[(1, 0.9), (0, 0.1), (1, 0.2)]);
    let error = evaluated(&rows, &predictions[..1]).unwrap_err();
    assert!(
        matches!(&error, EvaluateError::Missing { missing: 2, examples: 3, first } if first == "1"),
        "{error}"
    );
}

#[test]
fn a_device_in_the_place_of_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("predictions.jsonl");
    std::os::unix::fs::symlink("/dev/null", &path).unwrap();
    for error in [Predictions::read(&path).map(drop), BaselineModel::read(&path).map(drop)] {
        let error = error.unwrap_err().to_string();
        assert!(error.contains("not a regular file"), "{error}");
    }
}

#[test]
fn predictions_of_other_code_are_counted() {
    let (rows, predictions) = scored(&[(1, 0.9), (0, 0.1), (1, 0.2)]);
    let evaluation = evaluated(&rows[..2], &predictions).unwrap();
    assert_eq!((evaluation.examples, evaluation.other_predictions), (2, 1));
}

#[test]
fn an_id_that_stands_twice_is_an_error() {
    let (rows, predictions) = scored(&[(1, 0.9), (0, 0.1)]);
    let twice = [&rows[..], &rows[..1]].concat();
    assert!(matches!(evaluated(&twice, &predictions), Err(EvaluateError::DuplicateId(..))));
    let twice = [&predictions[..], &predictions[..1]].concat();
    assert!(matches!(evaluated(&rows, &twice), Err(EvaluateError::DuplicateId(..))));
}

#[test]
fn labels_without_any_are_an_error() {
    let unlabelled = [json!({"id": 1, "func": "f"})];
    assert!(matches!(evaluated(&unlabelled, &[]), Err(EvaluateError::NoLabels)));
    let (rows, _) = scored(&[(1, 0.9)]);
    let columns = evaluated(&rows, &[json!({"id": 0, "answer": "yes"})]).unwrap_err();
    assert!(matches!(&columns, EvaluateError::NoPredictions { columns, .. } if columns == "answer, id"));
}

#[test]
fn scores_that_are_no_probabilities_need_a_threshold() {
    let (rows, predictions) = scored(&[(1, 3.5), (0, -2.0)]);
    assert!(matches!(evaluated(&rows, &predictions), Err(EvaluateError::NoThreshold)));
    let folder = tempfile::tempdir().unwrap();
    let test = write_lines(&folder.path().join("rows.jsonl"), &rows);
    let predictions = write_lines(&folder.path().join("predictions.jsonl"), &predictions);
    let test = TestSet::read(&TableDataset::open_labels(&[test]).unwrap(), RowChoice::All).unwrap();
    let settings = EvaluationSettings { threshold: Some(0.0), ..EvaluationSettings::default() };
    let evaluation = evaluate(&test, &Predictions::read(&predictions).unwrap(), &settings).unwrap();
    assert_eq!(evaluation.metrics["accuracy"].value, Some(1.0));
    assert_eq!(evaluation.metrics["ece"].value, None);
}

#[test]
fn lines_of_an_id_and_a_score_are_predictions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("predictions.txt");
    std::fs::write(&path, "195\t0\t0.25\n\n207\t1\n").unwrap();
    let predictions = Predictions::read(&path).unwrap();
    let score = |id: &str| predictions.get(&ExampleKey { id: id.to_owned(), side: None }).unwrap().score;
    assert_eq!((score("195"), score("207"), predictions.len()), (Some(0.25), Some(1.0), 2));
    std::fs::write(&path, "195\tmaybe\n").unwrap();
    assert!(matches!(Predictions::read(&path), Err(EvaluateError::BadPrediction { .. })));
}

#[test]
fn ids_and_labels_are_told_however_programs_write_them() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<_> = (1..=3).map(|id| json!({"id": id, "func": "f", "target": "bad"})).collect();
    let test = write_lines(&folder.path().join("rows.jsonl"), &rows);
    let test = TestSet::read(&TableDataset::open_labels(&[test]).unwrap(), RowChoice::All).unwrap();
    let path = folder.path().join("predictions.jsonl");
    let lines = ["1.0,\"prediction\":\"bad\"", "2,\"prediction\":1.0", "\"3\",\"prediction\":\"good\""];
    let lines = lines.map(|line| format!("{{\"id\":{line}}}\n")).concat();
    std::fs::write(&path, format!("\u{feff}{lines}")).unwrap();
    let predictions = Predictions::read(&path).unwrap();
    let evaluation = evaluate(&test, &predictions, &EvaluationSettings::default()).unwrap();
    assert_eq!((evaluation.examples, evaluation.other_predictions), (3, 0));
    let text = folder.path().join("predictions.txt");
    std::fs::write(&text, "\u{feff}1 0.5\n").unwrap();
    let key = ExampleKey { id: "1".to_owned(), side: None };
    assert!(Predictions::read(&text).unwrap().get(&key).is_some());
}

#[test]
fn a_label_that_is_neither_yes_nor_no_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [json!({"id": 1, "func": "f", "target": 2.0}), json!({"id": 2, "func": "f", "target": 1.0})];
    let path = write_lines(&folder.path().join("rows.jsonl"), &rows);
    let test = TestSet::read(&TableDataset::open_labels(&[path]).unwrap(), RowChoice::All).unwrap();
    assert_eq!(test.len(), 1);
}

#[test]
fn the_test_split_is_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let rows = ["train", "test", "test"].map(|split| json!({"func": "f", "target": 1, "split": split}));
    let path = write_lines(&folder.path().join("rows.jsonl"), &rows);
    let dataset = TableDataset::open_labels(&[path]).unwrap();
    let choice = RowChoice::default_for(&dataset);
    assert_eq!(choice, RowChoice::Split(SplitName::Test));
    assert_eq!(TestSet::read(&dataset, choice).unwrap().len(), 2);
    assert_eq!(TestSet::read(&dataset, RowChoice::All).unwrap().len(), 3);
    let none = TestSet::read(&dataset, RowChoice::Split(SplitName::Validation));
    assert!(matches!(none, Err(EvaluateError::NoRows("validation"))));
}

#[test]
fn one_side_alone_is_an_example_and_an_exploit_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        json!({"id": "a", "kind": "pair", "vulnerable_code": "x", "fixed_code": "y"}),
        json!({"id": "b", "kind": "fixed", "vulnerable_code": null, "fixed_code": "y"}),
        json!({"id": "c", "kind": "exploit", "vulnerable_code": "x", "fixed_code": null}),
    ];
    let path = write_lines(&folder.path().join("rows.jsonl"), &rows);
    let test = TestSet::read(&TableDataset::open_labels(&[path]).unwrap(), RowChoice::All).unwrap();
    assert_eq!(test.len(), 3);
    let predictions = write_lines(
        &folder.path().join("p.jsonl"),
        &[
            json!({"id": "a", "side": "before", "pred": true}),
            json!({"id": "a", "side": "after", "pred": false}),
            json!({"id": "b", "side": "after", "pred": true}),
        ],
    );
    let predictions = Predictions::read(&predictions).unwrap();
    assert!(predictions.get(&ExampleKey { id: "b".into(), side: Some(CodeSide::After) }).is_some());
    let evaluation = evaluate(&test, &predictions, &EvaluationSettings::default()).unwrap();
    assert_eq!((evaluation.pairs, evaluation.vulnerable), (1, 1));
}
