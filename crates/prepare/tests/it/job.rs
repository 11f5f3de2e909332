//! The job: splits without leaks, the same bytes whatever runs it, what is left out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use streamguard_engine::testing::check_job;
use streamguard_engine::{OnExistingRun, RunDir, RunOptions, RunPaths, run};
use streamguard_prepare::near::NearThreshold;
use streamguard_prepare::{
    DatasetView, LeakReport, PrepareJob, PreparedInfo, SplitRule, Straddling, find_leaks,
};
use streamguard_table::TableDataset;

use crate::fixtures::{rows, write_lines};

pub(crate) fn dataset(folder: &Path) -> PathBuf {
    write_lines(&folder.join("in/rows.jsonl"), &rows(400))
}

/// Runs the job, and returns its files.
pub(crate) fn prepare(job: PrepareJob, folder: &Path, workers: usize) -> BTreeMap<String, Vec<u8>> {
    let names = streamguard_engine::Job::output_names(&job);
    let paths = RunPaths::new(folder, "test").with_outputs(names.clone());
    let dir = RunDir::open(paths, json!({}), OnExistingRun::Discard).unwrap();
    let options = RunOptions { workers, ..RunOptions::default() };
    let finished = run(vec![Arc::new(job)], &options, Some(&dir), &mut ()).unwrap();
    let failures = &finished.state.jobs[0];
    assert_eq!(finished.status, streamguard_engine::CompletionStatus::Complete, "{failures:?}");
    // Those of a baseline are there only if one is wanted.
    let read = |name: String| std::fs::read(folder.join(&name)).ok().map(|bytes| (name, bytes));
    names.into_iter().filter_map(read).collect()
}

fn info(files: &BTreeMap<String, Vec<u8>>) -> PreparedInfo {
    serde_json::from_slice(&files["prepared.json"]).unwrap()
}

#[test]
fn the_job_keeps_the_contract_of_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    let job = PrepareJob::new(vec![dataset(folder.path())]);
    let make = |settings: Value| serde_json::from_value::<PrepareJob>(settings);
    check_job(&job, make).unwrap();
}

#[test]
fn no_rule_leaves_anything_in_two_splits() {
    let folder = tempfile::tempdir().unwrap();
    let input = dataset(folder.path());
    for split in [SplitRule::Time, SplitRule::Repository, SplitRule::Advisory, SplitRule::Random] {
        for straddling in [Straddling::Drop, Straddling::Train] {
            let out = folder.path().join(format!("{split:?}-{straddling:?}"));
            let job = PrepareJob { split, straddling, ..PrepareJob::new(vec![input.clone()]) };
            let files = prepare(job, &out, 2);
            let written: LeakReport = serde_json::from_slice(&files["leak_report.json"]).unwrap();
            assert!(written.is_clean(), "{split:?}: {written:?}");
            // Once more from the files, as anybody would.
            let made = TableDataset::open(&[out], &[]).unwrap();
            let threshold = NearThreshold::from_thousandths(800).unwrap();
            let report = find_leaks(&made, threshold, None, &|| false).unwrap();
            assert!(report.is_clean(), "{split:?}: {:?}", report.examples);
            let info = info(&files);
            let in_splits: u64 = info.splits.values().map(|split| split.rows).sum();
            let dropped = if straddling == Straddling::Drop { info.counts.straddling_rows } else { 0 };
            assert_eq!(in_splits + dropped, 400);
            assert_eq!(report.rows.values().sum::<u64>(), in_splits);
            assert!(info.splits.values().all(|split| split.rows > 0), "{split:?}: {info:?}");
        }
    }
}

#[test]
fn the_files_are_the_same_for_any_number_of_workers() {
    let folder = tempfile::tempdir().unwrap();
    // Long enough for several shards.
    let many: Vec<Value> = rows(3500);
    let input = write_lines(&folder.path().join("in/rows.jsonl"), &many);
    let view = vec![DatasetView::Rows, DatasetView::Pairs, DatasetView::Triples];
    let job = PrepareJob { baseline: true, view, ..PrepareJob::new(vec![input]) };
    let one = prepare(job.clone(), &folder.path().join("one"), 1);
    let four = prepare(job, &folder.path().join("four"), 4);
    assert!(one == four);
}

#[test]
fn copies_of_a_benchmark_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let input = dataset(folder.path());
    let benchmark: Vec<Value> =
        rows(400)[10..20].iter().map(|row| json!({"func": row["fixed_code"], "target": 0})).collect();
    let benchmark = write_lines(&folder.path().join("benchmark.jsonl"), &benchmark);
    let job = PrepareJob { exclude: vec![benchmark.clone()], ..PrepareJob::new(vec![input.clone()]) };
    let out = folder.path().join("out");
    assert!(info(&prepare(job, &out, 1)).counts.excluded >= 10);
    // What is left has nothing in common with the benchmark.
    let job =
        PrepareJob { exclude: vec![benchmark], ..PrepareJob::new(vec![out.join("data/train.parquet")]) };
    assert_eq!(info(&prepare(job, &folder.path().join("again"), 1)).counts.excluded, 0);
}

#[test]
fn a_date_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = json!(PrepareJob::new(vec![dataset(folder.path())]));
    settings["before"] = json!("soon");
    let job: PrepareJob = serde_json::from_value(settings).unwrap();
    let error = job.check_settings().unwrap_err().to_string();
    assert!(error.contains("before \"soon\": expected a date"), "{error}");
}

#[test]
fn rows_outside_the_dates_are_left_out_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let input = dataset(folder.path());
    let job = PrepareJob {
        after: Some("2014-01-01".to_owned()),
        before: Some("2020-01-01".to_owned()),
        ..PrepareJob::new(vec![input])
    };
    let files = prepare(job, &folder.path().join("out"), 1);
    let lines: Vec<u8> = ["train", "validation", "test"]
        .iter()
        .flat_map(|split| files[&format!("jsonl/{split}.jsonl")].clone())
        .collect();
    let dates: Vec<String> = String::from_utf8(lines)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["commit_date"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        !dates.is_empty() && dates.iter().all(|date| ("2014".."2020").contains(&date.as_str())),
        "{dates:?}"
    );
    assert_eq!(info(&files).counts.outside_dates + dates.len() as u64, 400);
}
