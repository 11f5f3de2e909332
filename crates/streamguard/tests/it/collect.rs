//! A first dataset from the demo world, and its content.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::{dataset, lines, run, stderr, stdout};

/// Collectors that have a target of samples.
const COLLECTORS: [&str; 6] = ["cve", "github", "osv", "exploitdb", "repo", "synthetic"];

/// Returns the report of a run in the output directory.
fn report(folder: &Path) -> Value {
    let report = fs::read(folder.join("data/raw/collection_results.json")).unwrap();
    serde_json::from_slice(&report).unwrap()
}

#[test]
fn the_first_command_of_the_readme_gives_a_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["collect", "--offline", "--quick-test"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let samples = lines(folder.path(), "samples.jsonl");
    let report = report(folder.path());
    assert_eq!(report["status"], "complete");
    // All that collect, and the job `fixes`.
    assert_eq!(report["summary"]["total_collectors"], COLLECTORS.len() + 1);
    assert_eq!(report["summary"]["successful_collectors"], COLLECTORS.len() + 1);
    for collector in COLLECTORS {
        let row = &report["by_collector"][collector];
        let figures = (&row["samples_collected"], &row["target_samples"]);
        assert_eq!(figures, (&json!(100), &json!(100)), "{collector}");
        let printed = stdout(&output);
        let row = printed.lines().find(|line| line.starts_with(&format!("+ {collector} ")));
        assert!(row.is_some_and(|row| row.contains(" 100/100 ")), "{printed}");
    }
    assert!(report["by_collector"]["fixes"]["code_pairs"].as_u64() >= Some(100));
    assert!(lines(folder.path(), "advisories.jsonl").len() >= 100);
    assert_eq!(report["summary"]["samples_in_dataset"], samples.len());
    for line in &samples {
        let sample: streamguard_dataset::Sample = serde_json::from_str(line).unwrap();
        assert_eq!(sample.id, sample.content_id());
        assert!(!line.contains(&folder.path().display().to_string()), "a path of this machine: {line}");
    }
}

#[test]
fn a_full_run_offline_has_100_samples_of_everything() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["collect", "--offline", "--synthetic-samples", "100"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = report(folder.path());
    for collector in COLLECTORS {
        let samples = report["by_collector"][collector]["samples_collected"].as_u64();
        assert!(samples >= Some(100), "{collector}: {samples:?}");
    }
}

#[test]
fn the_bytes_do_not_depend_on_how_it_was_run() {
    let base = ["collect", "--offline", "--repo-samples", "150", "--synthetic-samples", "6000"];
    let mut expected = None;
    for how in [
        &["--mode", "threading", "--workers", "1"][..],
        &["--mode", "threading", "--workers", "4"],
        &["--mode", "process", "--workers", "1"],
        &["--mode", "process", "--workers", "4"],
        &["--mode", "threading", "--sequential"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = run(folder.path(), &[&base, how].concat());
        assert_eq!(output.status.code(), Some(0), "{how:?}: {}", stderr(&output));
        let files = dataset(folder.path());
        let expected = expected.get_or_insert_with(|| files.clone());
        assert!(*expected == files, "{how:?} gives other bytes");
    }
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &[&base[..], &["--seed", "43"]].concat());
    assert!(expected.unwrap() != dataset(folder.path()), "the seed decides nothing");
}

#[test]
fn one_collector_that_fails_leaves_the_other_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let output = run(
        folder.path(),
        &[
            &["collect", "--collectors", "repo", "synthetic"][..],
            &["--repo", "empty", "--synthetic-samples", "200"],
        ]
        .concat(),
    );
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert_eq!(lines(folder.path(), "samples.jsonl").len(), 200);
    assert!(stdout(&output).contains("cannot open"), "{}", stdout(&output));
    assert!(stdout(&output).contains("--resume"));
}

#[test]
fn one_bad_repository_leaves_the_others_alone() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["collect", "--offline", "--collectors", "repo", "--output-dir", "first"]);
    // The run above has unpacked it: a sound repository on this machine.
    let snapshots = folder.path().join("cache/streamguard/snapshots");
    let snapshot = std::fs::read_dir(snapshots).unwrap().next().unwrap().unwrap().path();
    let sound = snapshot.join("git/git.example+drydock-systems+juniper-pad.git").display().to_string();
    let bad = ["nowhere", "ext::sh -c id"];
    let output =
        run(folder.path(), &[&["collect", "--collectors", "repo", "--repo", &sound][..], &bad].concat());
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(!lines(folder.path(), "samples.jsonl").is_empty());
    for hint in ["nowhere", "ext::sh"] {
        assert!(stderr(&output).contains(hint), "{hint}: {}", stderr(&output));
    }
}

#[test]
fn nothing_is_printed_but_text() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(
        folder.path(),
        &["collect", "--synthetic-samples", "10", "--collectors", "synthetic", "--verbose"],
    );
    for text in [stdout(&output), stderr(&output)] {
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }
    let help = run(folder.path(), &["collect", "--help"]);
    assert!(stdout(&help).contains("--synthetic-samples"));
    assert!(stdout(&help).contains("Exit codes"));
}

#[test]
fn a_recorded_run_is_replayed_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    // The snapshot of a run of the demo world stands in for the upstreams of the recorded run.
    let world =
        run(folder.path(), &["collect", "--offline", "--collectors", "repo", "--output-dir", "world"]);
    assert_eq!(world.status.code(), Some(0), "{}", stderr(&world));
    let snapshots = folder.path().join("cache/streamguard/snapshots");
    let snapshot = std::fs::read_dir(snapshots).unwrap().next().unwrap().unwrap().path();
    let mirror = format!("https://git.example={}", mirrored(folder.path(), &snapshot.join("git")).display());
    let repository = "https://git.example/drydock-systems/juniper-pad";
    let base = ["collect", "--collectors", "repo", "--repo", repository, "--since", "all"];
    let recorded = ["--git-mirrors", &mirror, "--record", "run.snapshot", "--output-dir", "recorded"];
    let output = run(folder.path(), &[&base[..], &recorded].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    std::fs::remove_dir_all(snapshot).unwrap();
    let replayed = ["--git-mirrors", &mirror, "--snapshot", "run.snapshot", "--output-dir", "replayed"];
    let output = run(folder.path(), &[&base[..], &replayed].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let samples = |name: &str| std::fs::read(folder.path().join(name).join("samples.jsonl")).unwrap();
    assert!(!samples("recorded").is_empty());
    assert!(samples("recorded") == samples("replayed"));
    // A repository that the snapshot lacks is named.
    let other = "https://git.example/nobody/nothing";
    let lacking = ["collect", "--collectors", "repo", "--repo", other, "--snapshot", "run.snapshot"];
    let output = run(folder.path(), &[&lacking[..], &["--output-dir", "lacking"]].concat());
    assert_ne!(output.status.code(), Some(0));
    assert!(stdout(&output).contains(other), "{}", stdout(&output));
}

/// Makes a folder in which the mirrors of a snapshot lie under the paths of their addresses.
fn mirrored(folder: &std::path::Path, mirrors: &std::path::Path) -> std::path::PathBuf {
    let to = folder.join("hosted");
    for entry in std::fs::read_dir(mirrors).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let parts: Vec<&str> = name.trim_end_matches(".git").split('+').collect();
        if let ([_, owner, name], true) = (parts.as_slice(), entry.path().is_dir()) {
            std::fs::create_dir_all(to.join(owner)).unwrap();
            std::os::unix::fs::symlink(entry.path(), to.join(owner).join(name)).unwrap();
        }
    }
    to
}
