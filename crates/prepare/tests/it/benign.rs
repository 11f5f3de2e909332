//! Benign code beside the samples: so much of each file, and no copies.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use streamguard_prepare::near::{NearThreshold, ShingledText};
use streamguard_prepare::{DatasetView, PrepareJob, PreparedInfo};

use crate::fixtures::{Chance, changed, function, rows, write_lines};
use crate::job::prepare;
use crate::views::read_rows;

/// Returns pairs, each with four functions of its file: one that is new, one that is in each file, a copy of a vulnerable
/// function, and a near copy of a fixed one.
fn rows_with_benign_code() -> Vec<Value> {
    let mut chance = Chance(5);
    let everywhere = function(&mut chance, 20);
    let pairs = rows(60);
    let code = |pair: &Value, side: &str| pair[side].as_str().unwrap().to_owned();
    // With one line of these changed, they are still near.
    let long: Vec<&Value> =
        pairs.iter().filter(|pair| code(pair, "fixed_code").lines().count() > 30).collect();
    let mut all = Vec::new();
    for (number, pair) in (0..).zip(&pairs) {
        let mut pair = pair.clone();
        pair["path_before"] = json!(format!("{number}.c"));
        pair["path_after"] = pair["path_before"].clone();
        pair["kind"] = json!("pair");
        let copy = code(&pairs[(number + 7) % pairs.len()], "vulnerable_code");
        let near = changed(&mut chance, &code(long[number % long.len()], "fixed_code"), 1);
        let new = function(&mut chance, 25);
        let beside = [&everywhere, &copy, &near, &new].map(|code| {
            let mut row = pair.clone();
            row["kind"] = json!("benign");
            row["vulnerable_code"] = Value::Null;
            row["fixed_code"] = json!(code);
            row["advisory_ids"] = json!([]);
            row
        });
        all.push(pair);
        all.extend(beside);
    }
    for (number, row) in all.iter_mut().enumerate() {
        row["id"] = json!(number.to_string());
    }
    all
}

fn prepared(folder: &Path, benign: u32) -> (Vec<BTreeMap<String, Value>>, PreparedInfo) {
    let input = write_lines(&folder.join("in/rows.jsonl"), &rows_with_benign_code());
    let job = PrepareJob { benign, view: vec![DatasetView::Rows], ..PrepareJob::new(vec![input]) };
    let out = folder.join(format!("out{benign}"));
    let files = prepare(job, &out, 2);
    (read_rows(&out.join("rows")), serde_json::from_slice(&files["prepared.json"]).unwrap())
}

#[test]
fn benign_code_is_left_out_unless_it_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let (functions, info) = prepared(folder.path(), 0);
    assert_eq!((info.counts.benign, info.counts.benign_left_out), (0, 240));
    assert!(functions.iter().all(|function| function["kind"] == "pair"));
}

#[test]
fn benign_code_is_of_the_files_of_samples_and_a_copy_of_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for wanted in [1, 3] {
        let (functions, info) = prepared(folder.path(), wanted);
        let is_benign = |function: &&BTreeMap<String, Value>| function["kind"] == "benign";
        let benign: Vec<_> = functions.iter().filter(is_benign).collect();
        // What is in each file is beside the first pair only.
        let expected = if wanted == 1 { 60 } else { 61 };
        assert_eq!((benign.len(), info.counts.benign), (expected, expected as u64));
        assert_eq!(info.counts.benign_left_out, 240 - expected as u64);
        assert!(benign.iter().all(|function| function["label"] == 0));
        for function in &benign {
            let beside = functions.iter().find(|one| {
                one["kind"] == "pair"
                    && (&one["path"], &one["commit"]) == (&function["path"], &function["commit"])
            });
            let beside = beside.expect("there is a sample of its file");
            assert_eq!(
                (&function["component"], &function["split"]),
                (&beside["component"], &beside["split"])
            );
        }
        let mut text = ShingledText::default();
        let mut set = |row: &BTreeMap<String, Value>| {
            text.read(row["code"].as_str().unwrap(), streamguard_dataset::CommentSyntax::of(None));
            text.shingle_set()
        };
        let sets: Vec<_> = functions.iter().map(|function| (is_benign(&function), set(function))).collect();
        let threshold = NearThreshold::from_thousandths(800).unwrap();
        for (at, (_, one)) in sets.iter().enumerate().filter(|(_, (is_benign, _))| *is_benign) {
            let others = sets.iter().enumerate().filter(|(other, _)| *other != at);
            assert!(others.map(|(_, (_, two))| two).all(|two| !threshold.accepts(one, two)));
        }
    }
}
