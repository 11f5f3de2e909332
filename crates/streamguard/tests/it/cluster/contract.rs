//! Contract of `shard run` with its callers: shards may run once or twice, on any machine.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{begun, expect, records, signal, streamguard, toy};
use crate::{dataset, stderr, stdout};

const SHARDS: &str = "out/.streamguard/shards/toy";

fn planned(shards: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    toy(folder.path(), shards);
    expect(folder.path(), 0, &["plan", "run", "toy", "--out", "out"]);
    folder
}

fn shard(folder: &Path, code: i32, index: &str) -> std::process::Output {
    expect(folder, code, &["shard", "run", "--plan", "out", "--index", index])
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(SHARDS).join(name)
}

/// Returns the records that a run of the same job on this machine leaves.
fn local(shards: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    toy(folder.path(), shards);
    expect(folder.path(), 0, &["run", "toy", "--output-dir", "out"]);
    records(folder.path(), "out/toy.jsonl")
}

fn leftovers(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter_map(|name| name.into_string().ok()).filter(|name| name.ends_with(".part")).collect()
}

#[test]
fn a_finished_shard_is_not_run_again() {
    let folder = planned(&["0", "0", "0"]);
    shard(folder.path(), 0, "1");
    let again = shard(folder.path(), 0, "0..2");
    assert!(
        stdout(&again).contains("3 shards: 2 done, 1 done before, 0 to try again, 0 failed"),
        "{}",
        stdout(&again)
    );
    assert_eq!([0, 1, 2].map(|number| begun(folder.path(), number)), [1, 1, 1]);
    expect(folder.path(), 0, &["merge", "--plan", "out"]);
    assert_eq!(records(folder.path(), "out/toy.jsonl"), local(&["0", "0", "0"]));
    // A caller may start shards when the run is over already.
    shard(folder.path(), 0, "2");
    expect(folder.path(), 0, &["merge", "--plan", "out"]);
    assert_eq!(begun(folder.path(), 2), 1);
}

#[test]
fn the_exit_code_says_whether_to_try_again() {
    let folder = planned(&["0", "\"fail\"", "\"retry\"", "\"abort\"", "60"]);
    let failed = shard(folder.path(), 65, "0,1");
    assert!(stderr(&failed).contains("shard 1 failed: planted"), "{}", stderr(&failed));
    assert!(file(folder.path(), "000001.failed.json").exists());
    let again = shard(folder.path(), 75, "2");
    assert!(stderr(&again).contains("shard 2, another try may help: busy"), "{}", stderr(&again));
    assert!(stderr(&shard(folder.path(), 75, "3")).contains("signal 6"));
    shard(folder.path(), 75, "0..3");
    assert_eq!(begun(folder.path(), 0), 1);
    expect(folder.path(), 2, &["shard", "run", "--plan", "out", "--index", "x"]);
    expect(folder.path(), 2, &["shard", "run", "--plan", "out", "--job", "other", "--index", "0"]);
    let none = shard(folder.path(), 65, "5");
    assert!(stderr(&none).contains("no shard 5; it has 5, numbered from 0"), "{}", stderr(&none));
    let nowhere = expect(folder.path(), 65, &["shard", "run", "--plan", "none", "--index", "0"]);
    assert!(stderr(&nowhere).contains("is it on storage that this machine sees?"), "{}", stderr(&nowhere));

    let mut child = streamguard(folder.path())
        .args(["shard", "run", "--plan", "out", "--index", "4"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while begun(folder.path(), 4) == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let since = Instant::now();
    signal("TERM", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert!(since.elapsed() < Duration::from_secs(20), "Slurm kills after 30 s what was asked to end");
    assert_eq!(leftovers(&folder.path().join(SHARDS)), [""; 0]);
}

#[test]
fn torn_results_and_those_of_other_plans_do_not_count() {
    let shards = ["0", "0", "0", "0", "0"];
    let folder = planned(&shards);
    shard(folder.path(), 0, "0..4");
    let torn = |name: &str, keep: usize| {
        let path = file(folder.path(), name);
        let bytes = fs::read(&path).unwrap();
        fs::write(path, &bytes[..keep]).unwrap();
    };
    torn("000000.jsonl", 7);
    torn("000001.result.json", 30);
    fs::remove_file(file(folder.path(), "000002.jsonl")).unwrap();
    let other = fs::read_to_string(file(folder.path(), "000003.result.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_str(&other).unwrap();
    let other = other.replace(plan["plan"].as_str().unwrap(), "00000000000000000000000000000000");
    fs::write(file(folder.path(), "000003.result.json"), other).unwrap();

    let merged = expect(folder.path(), 3, &["merge", "--plan", "out"]);
    let hint = "streamguard shard run --plan out --job toy --index 0..3";
    assert!(stderr(&merged).contains(hint), "{}", stderr(&merged));
    shard(folder.path(), 0, "0..4");
    assert_eq!([0, 1, 2, 3, 4].map(|number| begun(folder.path(), number)), [2, 2, 2, 2, 1]);
    expect(folder.path(), 0, &["merge", "--plan", "out"]);
    assert_eq!(records(folder.path(), "out/toy.jsonl"), local(&shards));
}

#[test]
fn two_copies_of_a_shard_may_finish_at_once() {
    let shards = ["0.2", "0.2", "0.2", "\"once\""];
    let folder = planned(&shards);
    let copies = || {
        let arguments = ["shard", "run", "--plan", "out", "--index", "0..3"];
        streamguard(folder.path()).args(arguments).stdout(Stdio::null()).spawn().unwrap()
    };
    let mut both = [copies(), copies(), copies()];
    let ended = both.each_mut().map(|child| child.wait().unwrap().code());
    assert!(ended.iter().all(|code| matches!(code, Some(0 | 75))), "{ended:?}");
    shard(folder.path(), 0, "0..3");
    expect(folder.path(), 0, &["merge", "--plan", "out"]);
    assert_eq!(records(folder.path(), "out/toy.jsonl"), local(&["0.2", "0.2", "0.2", "\"once\""]));
}

#[test]
fn copies_that_differ_are_never_mixed() {
    let folder = planned(&["\"differ\""]);
    for _ in 0..5 {
        let copy = || {
            let arguments = ["shard", "run", "--plan", "out", "--index", "0"];
            streamguard(folder.path()).args(arguments).stdout(Stdio::null()).spawn().unwrap()
        };
        let mut both = [copy(), copy()];
        let ended = both.each_mut().map(|child| child.wait().unwrap().code());
        let result: serde_json::Value =
            serde_json::from_slice(&fs::read(file(folder.path(), "000000.result.json")).unwrap()).unwrap();
        let digest = blake3::hash(&fs::read(file(folder.path(), "000000.jsonl")).unwrap());
        // The program that reports the shard as done has seen both results.
        assert!(result["digest"] == digest.to_hex().as_str() || ended == [Some(75); 2], "{ended:?}");
        shard(folder.path(), 0, "0");
        fs::remove_file(file(folder.path(), "000000.result.json")).unwrap();
    }
}

#[test]
fn a_shard_that_failed_for_good_is_reported_and_the_rest_is_merged() {
    let folder = planned(&["0", "\"fail\"", "0"]);
    shard(folder.path(), 65, "0..2");
    let merged = expect(folder.path(), 3, &["merge", "--plan", "out"]);
    let said = stderr(&merged);
    assert_eq!(said.matches("planted").count(), 1, "{said}");
    assert!(said.contains("1 shard is missing, for the reason above"), "{said}");
    assert_eq!(String::from_utf8(records(folder.path(), "out/toy.jsonl")).unwrap().lines().count(), 4);
}

#[test]
fn a_merge_leaves_the_same_as_a_run() {
    let arguments = ["--collectors", "synthetic", "--synthetic-samples", "3000"];
    let here = tempfile::tempdir().unwrap();
    expect(here.path(), 0, &[&["collect"], &arguments[..]].concat());
    let there = tempfile::tempdir().unwrap();
    let plan = expect(there.path(), 0, &[&["plan", "collect"], &arguments[..]].concat());
    let shards = stdout(&plan).split_whitespace().nth(1).unwrap().parse::<u32>().unwrap();
    let last = format!("0..{}", shards - 1);
    expect(there.path(), 0, &["shard", "run", "--plan", "data/raw", "--index", &last]);
    let merged = expect(there.path(), 0, &["merge", "--plan", "data/raw", "--report-formats", "json"]);
    assert!(stdout(&merged).contains("3,000"), "{}", stdout(&merged));
    assert!(dataset(here.path()) == dataset(there.path()));
    assert!(there.path().join("data/raw/collection_results.json").exists());

    let range = ["prime", "--range", "1..3000000", "1e9..+1e6", "--output-dir", "out"];
    let here = stdout(&expect(here.path(), 0, &range));
    expect(there.path(), 0, &[&["plan"], &range[..]].concat());
    let planned = fs::read_to_string(there.path().join("out/.streamguard/plans/prime.json")).unwrap();
    let planned: serde_json::Value = serde_json::from_str(&planned).unwrap();
    let last = format!("0..{}", planned["shards"].as_array().unwrap().len() - 1);
    expect(there.path(), 0, &["shard", "run", "--plan", "out", "--index", &last]);
    assert_eq!(stdout(&expect(there.path(), 0, &["merge", "--plan", "out"])), here);
}

#[test]
fn a_path_that_a_node_does_not_have_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let logs = tempfile::tempdir().unwrap();
    let log = logs.path().join("a.log");
    fs::write(&log, "[GET] /, status=200, time=1ms\n").unwrap();
    let path = log.display().to_string();
    expect(folder.path(), 0, &["plan", "ingest", "--path", &path, "--out", "out"]);
    fs::remove_file(&log).unwrap();
    let output = expect(folder.path(), 65, &["shard", "run", "--plan", "out", "--index", "0"]);
    let hint =
        format!("{path} does not exist here: paths in settings must be on storage that all machines see");
    assert!(stderr(&output).contains(&hint), "{}", stderr(&output));
}

/// Checks a manifest with Kubernetes' schema of jobs.
fn kubernetes_takes(manifest: &Path) {
    const CHECK: &str = "import json, sys, kubernetes_validate as k; \
        k.validate(json.load(open(sys.argv[1])), k.latest_version(), strict=True)";
    let python = std::env::var("STREAMGUARD_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has = Command::new(&python).args(["-c", "import kubernetes_validate"]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        let why = "has no kubernetes-validate: nothing of Kubernetes' schema is tested here";
        let _ = writeln!(std::io::stderr(), "SKIPPED: {python} {why}");
        return;
    }
    let checked = Command::new(&python).args(["-c", CHECK]).arg(manifest).output().unwrap();
    assert!(checked.status.success(), "{}", stderr(&checked));
}

#[test]
fn a_manifest_for_kubernetes_names_what_its_array_tasks_run() {
    let folder = planned(&["0", "0", "0"]);
    shard(folder.path(), 0, "1");
    let export = ["plan", "export", "--plan", "out", "--k8s-job", "job.json", "--image", "i", "--claim", "c"];
    expect(folder.path(), 0, &[&export[..], &["--secret", "tokens"]].concat());
    let manifest: serde_json::Value = serde_json::from_slice(&records(folder.path(), "job.json")).unwrap();
    let spec = &manifest["spec"];
    assert_eq!((&spec["completionMode"], &spec["completions"]), (&"Indexed".into(), &2.into()));
    assert_eq!(spec["podFailurePolicy"]["rules"][0]["onExitCodes"]["values"], serde_json::json!([2, 65]));
    let container = &spec["template"]["spec"]["containers"][0];
    assert_eq!(container["envFrom"][0]["secretRef"]["name"], "tokens");
    let arguments: Vec<String> = serde_json::from_value(container["args"].clone()).unwrap();
    let below = expect(folder.path(), 2, &[&export[..], &["--mount", "/elsewhere"]].concat());
    assert!(stderr(&below).contains("is not below it"), "{}", stderr(&below));
    kubernetes_takes(&folder.path().join("job.json"));
    for task in ["0", "1"] {
        let arguments: Vec<&str> = arguments
            .iter()
            .map(|word| if word == "$(JOB_COMPLETION_INDEX)" { task } else { word.as_str() })
            .collect();
        expect(folder.path(), 0, &arguments);
    }
    expect(folder.path(), 0, &["merge", "--plan", "out"]);
    let over = expect(folder.path(), 2, &export);
    assert!(stderr(&over).contains("is already merged"), "{}", stderr(&over));
}
