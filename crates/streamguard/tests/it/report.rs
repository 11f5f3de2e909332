//! Reports, from outside.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::{run, stderr, stdout, streamguard};

const SMALL: [&str; 5] = ["collect", "--collectors", "synthetic", "--synthetic-samples", "50"];
const LONG: [&str; 6] =
    ["collect", "--collectors", "synthetic", "--synthetic-samples", "3000000", "--workers=2"];

fn results(folder: &Path) -> Value {
    let path = folder.join("collection_results.json");
    let json = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&json).unwrap()
}

/// Starts a run that never ends by itself, and waits for its first results.
fn begin(folder: &Path) -> std::process::Child {
    let child = streamguard(folder).args(LONG).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let shards = folder.join("data/raw/.streamguard/shards/synthetic");
    while std::fs::read_dir(&shards).map_or(0, |entries| entries.count()) < 8 {
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

#[test]
fn reports_written_again_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--report-formats", "all", "--github-token", "ghp_0123456789"];
    let output = run(folder.path(), &[&SMALL[..], &flags].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = run(folder.path(), &["report", "data/raw", "--output-dir", "again"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = stdout(&output);
    assert!(said.lines().count() >= 5, "{said}");
    for path in said.lines() {
        let again = std::fs::read(folder.path().join(path)).unwrap();
        let first = std::fs::read(folder.path().join(path.replace("again", "data/raw"))).unwrap();
        assert!(again == first, "{path} differs");
        assert!(!again.windows(8).any(|bytes| bytes == b"ghp_0123"), "{path} tells the token");
    }
    let command = &results(&folder.path().join("again"))["provenance"]["command"];
    assert_eq!(
        command,
        "streamguard collect --collectors synthetic --synthetic-samples 50 --report-formats all"
    );
}

#[test]
fn a_stopped_run_leaves_a_partial_report() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = begin(folder.path());
    Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let report = results(&folder.path().join("data/raw"));
    assert_eq!(report["status"], "cancelled");
    assert_eq!(report["dataset"], Value::Null);
    let collected = report["summary"]["total_samples_collected"].as_u64().unwrap();
    assert!(collected > 0 && collected < 3_000_000, "{collected}");
    assert_eq!(report["by_collector"]["synthetic"]["samples_collected"], collected);
}

#[test]
fn a_killed_run_can_be_reported() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = begin(folder.path());
    child.kill().unwrap();
    child.wait().unwrap();
    let output = run(folder.path(), &["report"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = results(&folder.path().join("data/raw"));
    assert_eq!(report["status"], "interrupted");
    assert!(report["by_collector"]["synthetic"]["samples_collected"].as_u64().unwrap() > 0);
    for command in ["report", "replay"] {
        let output = run(folder.path(), &[command, "cache"]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("there is no run in cache"), "{}", stderr(&output));
    }
    let journal = folder.path().join("data/raw/.streamguard/journal.jsonl");
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes[10] ^= 4;
    std::fs::write(&journal, bytes).unwrap();
    for command in ["report", "replay"] {
        let output = run(folder.path(), &[command]);
        assert_eq!(output.status.code(), Some(7), "{}", stderr(&output));
    }
}
