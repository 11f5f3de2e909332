//! The scan as a job: the contract of the engine, and the same findings as without it.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use streamguard_engine::testing::check_job;
use streamguard_engine::{OnExistingRun, RunDir, RunOptions, RunPaths};
use streamguard_scan::{FINDINGS_NAME, Finding, ItemScanner, ScanInputs, ScanJob, SignatureIndex};

use super::{BEFORE, fixed, index_bytes, sample};

/// A tree of enough files for several shards, and an index of the one fix that some of them lack.
struct PlantedTree {
    folder: tempfile::TempDir,
    known: PathBuf,
}

impl PlantedTree {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..600 {
            let part = folder.path().join(format!("tree/part{}", number % 7));
            fs::create_dir_all(&part).expect("a folder");
            let code = match number % 100 {
                0 => BEFORE.to_owned(),
                1 => fixed(),
                _ => format!("int f{number}(void)\n{{\n  return {number};\n}}\n"),
            };
            fs::write(part.join(format!("{number}.c")), code).expect("a file");
        }
        fs::write(folder.path().join("tree/.gitignore"), "part6/\n").expect("a file");
        let known = folder.path().join("known.sgdb");
        let samples = [sample(BEFORE, &fixed(), "CVE-2020-1", "2020-01-01T00:00:00Z")];
        fs::write(&known, index_bytes(&samples)).expect("an index");
        Self { folder, known }
    }

    fn index(&self) -> SignatureIndex {
        SignatureIndex::read(&self.known, false).expect("an index")
    }

    fn job(&self) -> ScanJob {
        ScanJob::new(vec![self.folder.path().join("tree")], Some(self.known.clone()), self.index())
    }
}

#[test]
fn the_contract_of_the_engine_is_kept() {
    let tree = PlantedTree::new();
    check_job(&tree.job(), |settings: Value| serde_json::from_value::<ScanJob>(settings)).expect("kept");
}

#[test]
fn a_run_finds_what_a_scan_finds_with_any_number_of_workers() {
    let tree = PlantedTree::new();
    let inputs = ScanInputs::list(&[tree.folder.path().join("tree")], None).expect("a tree");
    let index = tree.index();
    let mut scanner = ItemScanner::new(&index, Vec::new());
    let expected: Vec<Finding> = inputs.items.iter().flat_map(|item| scanner.scan(item).findings).collect();
    // Six copies of each side, of which one is in the folder that is not looked at.
    assert_eq!(expected.len(), 11);
    for workers in [1, 3] {
        let folder = tree.folder.path().join(format!("run{workers}"));
        let paths = RunPaths::new(&folder, "test").with_outputs([FINDINGS_NAME.to_owned()]);
        let dir = RunDir::open(paths, Value::Null, OnExistingRun::Refuse).expect("a run");
        let options = RunOptions { workers, ..RunOptions::default() };
        let finished =
            streamguard_engine::run(vec![std::sync::Arc::new(tree.job())], &options, Some(&dir), &mut ());
        let state = finished.expect("a result").state;
        assert_eq!(state.jobs[0].summary.metrics["faults"], 0);
        let text = fs::read_to_string(folder.join(FINDINGS_NAME)).expect("findings");
        let found: Vec<Finding> =
            text.lines().map(|line| serde_json::from_str(line).expect("a finding")).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn another_index_than_that_of_the_plan_is_refused() {
    let tree = PlantedTree::new();
    let settings = streamguard_engine::Job::settings(&tree.job());
    fs::write(&tree.known, index_bytes(&[sample(&fixed(), BEFORE, "CVE-2020-2", "2020-01-01T00:00:00Z")]))
        .expect("an index");
    let job: ScanJob = serde_json::from_value(settings).expect("a job");
    let shard = serde_json::json!({});
    let error = streamguard_engine::testing::run_shard(&job, shard).expect_err("another index");
    assert!(error.to_string().contains("has changed since the scan began"), "{error}");
}
