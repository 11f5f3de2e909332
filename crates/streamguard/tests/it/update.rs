//! Finished datasets that are brought up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Instant;

use serde_json::Value;
use streamguard_world::{World, WorldSettings};
use tempfile::TempDir;

use crate::{lines, run, stderr, stdout, streamguard};

const OUTPUTS: [&str; 3] = ["samples.jsonl", "samples.parquet", "advisories.jsonl"];

/// Returns a folder with two snapshots: `old`, and `new`, in which some fixes are others.
fn two_snapshots() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, fixes) in [("old", 40), ("new", 44)] {
        let settings =
            WorldSettings { seed: 5, repositories: 4, fixes, ordinary: 2, ..WorldSettings::default() };
        World::new(settings).snapshot(&folder.path().join(name)).unwrap();
    }
    folder
}

fn collect<'a>(snapshot: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let begin = ["collect", "--collectors", "github,osv,cve,synthetic", "--synthetic-samples", "50"];
    let end = ["--snapshot", snapshot, "--report-formats", "json", "--no-dashboard"];
    [&begin[..], &end, more].concat()
}

fn outputs(folder: &Path) -> Vec<Vec<u8>> {
    OUTPUTS.iter().map(|name| fs::read(folder.join("data/raw").join(name)).unwrap()).collect()
}

fn ids(folder: &Path) -> BTreeSet<String> {
    let id = |line: &String| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
    lines(folder, "samples.jsonl").iter().map(id).collect()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn an_update_equals_a_new_collection_and_lists_what_changed() {
    let (folder, fresh) = (two_snapshots(), two_snapshots());
    let (folder, fresh) = (folder.path(), fresh.path());
    let first = run(folder, &collect("old", &[]));
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    fs::write(folder.join("data/raw/notes.txt"), "mine").unwrap();
    fs::write(folder.join("data/raw/README.md"), "mine").unwrap();
    let old_ids = ids(folder);

    let updated = run(folder, &["collect", "--update", "--snapshot", "new", "--no-dashboard"]);
    assert_eq!(updated.status.code(), Some(0), "{}{}", stdout(&updated), stderr(&updated));
    assert!(stdout(&updated).contains("Version 2: "), "{}", stdout(&updated));
    run(fresh, &collect("new", &[]));
    assert!(outputs(folder) == outputs(fresh));
    assert_eq!(fs::read(folder.join("data/raw/README.md")).unwrap(), b"mine");

    // What the list says leads from one version to the other.
    let mut ids_by_change: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in lines(folder, "changes.jsonl") {
        let change: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| change[name].as_str().map(str::to_owned);
        assert_eq!(change["version"], 2);
        if let Some(previous) = text("previous_id") {
            ids_by_change.entry("withdrawn".to_owned()).or_default().insert(previous);
            ids_by_change.entry("added".to_owned()).or_default().insert(text("id").unwrap());
        } else {
            ids_by_change.entry(text("change").unwrap()).or_default().insert(text("id").unwrap());
        }
    }
    let mut expected = old_ids.clone();
    expected.retain(|id| !ids_by_change["withdrawn"].contains(id));
    expected.extend(ids_by_change["added"].iter().cloned());
    assert_eq!(expected, ids(folder));
    assert!(!old_ids.is_disjoint(&expected) && old_ids != expected);
    assert!(lines(folder, "changes.md").iter().any(|line| line.starts_with("## Version 2, 20")));

    // The same files as after a new collection, and what changed; those of others stay.
    let mut expected = names(&fresh.join("data/raw"));
    expected.extend(["changes.jsonl", "changes.md", "notes.txt"].map(str::to_owned));
    assert_eq!(names(&folder.join("data/raw")), expected);
    assert_eq!(names(&folder.join("data/raw/.streamguard")), names(&fresh.join("data/raw/.streamguard")));
    let report = run(folder, &["report", "data/raw", "--format", "csv"]);
    assert_eq!(report.status.code(), Some(0), "{}", stderr(&report));

    // Once more: nothing is new.
    let before = (outputs(folder), lines(folder, "changes.jsonl"));
    let again = run(folder, &["collect", "--update", "--snapshot", "new", "--no-dashboard"]);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert!(stdout(&again).contains("up to date"), "{}", stdout(&again));
    assert!((outputs(folder), lines(folder, "changes.jsonl")) == before);

    // Back again, as a third version; the list has both.
    let back = run(folder, &["collect", "--update", "--snapshot", "old", "--no-dashboard"]);
    assert!(stdout(&back).contains("Version 3: "), "{}", stdout(&back));
    assert_eq!(ids(folder), old_ids);
    let version = |line: &String| serde_json::from_str::<Value>(line).unwrap()["version"].as_u64();
    let versions: BTreeSet<_> = lines(folder, "changes.jsonl").iter().map(version).collect();
    assert_eq!(versions, [Some(2), Some(3)].into());
    let fresh = run(folder, &collect("old", &["--fresh"]));
    assert_eq!(fresh.status.code(), Some(0), "{}", stderr(&fresh));
    assert!(!folder.join("data/raw/changes.jsonl").exists());
}

#[test]
fn an_update_that_is_killed_leaves_a_whole_version() {
    let folder = two_snapshots();
    let folder = folder.path();
    let first = run(folder, &collect("old", &[]));
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    let old = outputs(folder);
    let update = ["collect", "--update", "--snapshot", "new", "--no-dashboard"];
    // To learn how long it takes, and what it gives.
    let start = Instant::now();
    assert_eq!(run(folder, &update).status.code(), Some(0));
    let takes = start.elapsed();
    let new = outputs(folder);
    assert!(old != new);
    let kills =
        std::env::var("STREAMGUARD_CRASHES").ok().and_then(|kills| kills.parse().ok()).unwrap_or(6_u32);
    let mut ended = 0;
    for kill in 1..=kills {
        if outputs(folder) == new {
            let back = run(folder, &["collect", "--update", "--snapshot", "old", "--no-dashboard"]);
            assert_eq!(back.status.code(), Some(0), "{}", stderr(&back));
            assert!(outputs(folder) == old);
        }
        let mut child = streamguard(folder).args(update).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(takes * kill / kills);
        child.kill().unwrap();
        ended += u32::from(child.wait().unwrap().success());
        let now = outputs(folder);
        assert!(now == old || now == new, "after {kill} kills a version is not whole");
    }
    assert!(ended < kills, "no run was killed");
    let last = run(folder, &update);
    assert_eq!(last.status.code(), Some(0), "{}", stderr(&last));
    assert!(outputs(folder) == new);
    assert!(!folder.join("data/raw/.streamguard/update").exists());
}

#[test]
fn what_cannot_be_updated_says_what_to_do() {
    let folder = two_snapshots();
    let folder = folder.path();
    let refused = |arguments: &[&str], wanted: &str| {
        let output = run(folder, &[&["collect", "--update", "--no-dashboard"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(wanted), "{arguments:?}: {}", stderr(&output));
    };
    refused(&["--snapshot", "old"], "leave --update out");
    assert!(!folder.join("data").exists());
    run(folder, &collect("old", &[]));
    refused(&[], "name a newer one by --snapshot");
    refused(&["--snapshot", "new", "--synthetic-samples", "51"], "--synthetic-samples was 50, and is 51 now");
    refused(&["--snapshot", "new", "--fresh"], "cannot be used with");
    assert!(!folder.join("data/raw/.streamguard/update").exists());
}
