//! Two versions of a dataset: which rows differ, and why.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use streamguard_dataset::advisory::FixState;
use streamguard_dataset::changes::{ChangeKind, ChangeReason, DatasetVersion, SampleChange, compare};
use streamguard_dataset::{JsonlWriter, MergedAdvisory, Sample, SampleKind, SampleLevel, Severity};

fn sample(function: &str, commit: &str, advisory: Option<&str>) -> Sample {
    Sample {
        vulnerable_code: Some(format!("{function}(input)")),
        fixed_code: Some(format!("{function}(clean(input))")),
        function: Some(function.to_owned()),
        repository: Some("https://example.org/a/b".to_owned()),
        commit: Some(commit.repeat(40)),
        path_before: Some("a.c".to_owned()),
        advisory_ids: advisory.into_iter().map(str::to_owned).collect(),
        ..Sample::new("repo", SampleKind::Pair, SampleLevel::Function)
    }
}

fn advisory(id: &str, commit: &str, withdrawn: bool) -> MergedAdvisory {
    MergedAdvisory {
        id: id.to_owned(),
        withdrawn: withdrawn.then(|| "2026-01-01T00:00:00Z".to_owned()),
        fixes: vec![FixState {
            repository: "https://example.org/a/b".to_owned(),
            named: commit.repeat(40),
            commit: Some(commit.repeat(40)),
            problem: None,
            samples: 1,
        }],
        ..MergedAdvisory::default()
    }
}

fn write(folder: &Path, name: &str, samples: Vec<Sample>, advisories: &[MergedAdvisory]) {
    let mut writer = JsonlWriter::create(&folder.join(format!("{name}.samples"))).unwrap();
    for sample in samples {
        writer.write(&sample.with_id()).unwrap();
    }
    writer.finish().unwrap();
    let lines: Vec<String> =
        advisories.iter().map(|advisory| serde_json::to_string(advisory).unwrap()).collect();
    fs::write(folder.join(format!("{name}.advisories")), lines.join("\n")).unwrap();
}

fn compared(
    older: (Vec<Sample>, &[MergedAdvisory]),
    newer: (Vec<Sample>, &[MergedAdvisory]),
    at_target: &[&str],
) -> Vec<SampleChange> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "older", older.0, older.1);
    write(root, "newer", newer.0, newer.1);
    let path = |name: &str| root.join(name);
    let files = ["older.samples", "older.advisories", "newer.samples", "newer.advisories"].map(path);
    let [old_samples, old_advisories, new_samples, new_advisories] = &files;
    compare(
        DatasetVersion { samples: old_samples, advisories: Some(old_advisories) },
        DatasetVersion { samples: new_samples, advisories: Some(new_advisories) },
        &at_target.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(),
        (2, "2026-02-03T00:00:00Z"),
    )
    .unwrap()
}

fn reasons(changes: &[SampleChange]) -> Vec<(ChangeKind, ChangeReason)> {
    changes.iter().map(|change| (change.change, change.reason)).collect()
}

#[test]
fn rows_that_are_equal_are_no_change() {
    let rows = || vec![sample("f", "a", None), sample("g", "b", Some("CVE-2020-1"))];
    let mut turned = rows();
    turned.reverse();
    assert!(compared((rows(), &[]), (rows(), &[]), &[]).is_empty());
    assert!(compared((rows(), &[]), (turned, &[]), &[]).is_empty());
}

#[test]
fn added_rows_tell_a_new_advisory_from_a_new_fix() {
    let known = [advisory("CVE-2020-1", "a", false)];
    let newer = vec![
        sample("f", "a", Some("CVE-2020-1")),
        sample("g", "b", Some("CVE-2020-2")),
        sample("h", "c", None),
    ];
    let changes = compared((vec![], &known), (newer, &known), &[]);
    assert_eq!(
        reasons(&changes),
        [
            (ChangeKind::Added, ChangeReason::NewFix),
            (ChangeKind::Added, ChangeReason::NewAdvisory),
            (ChangeKind::Added, ChangeReason::NewFinding),
        ]
    );
}

#[test]
fn changed_rows_keep_their_ids_and_name_their_fields() {
    let older = vec![sample("f", "a", Some("CVE-2020-1")), sample("g", "b", None)];
    let mut newer = older.clone();
    newer[0].severity = Some(Severity::High);
    newer[0].label_confidence = Some(0.9);
    newer[1].label_confidence = Some(0.9);
    let ids: Vec<String> = older.iter().map(Sample::content_id).collect();
    let changes = compared((older, &[]), (newer, &[]), &[]);
    assert_eq!(
        reasons(&changes),
        [
            (ChangeKind::Changed, ChangeReason::CorrectedAdvisory),
            (ChangeKind::Changed, ChangeReason::CorrectedLabel)
        ]
    );
    assert_eq!(changes[0].fields, ["label_confidence", "severity"]);
    assert_eq!([&changes[0].id, &changes[1].id], [&ids[0], &ids[1]]);
    assert!(changes.iter().all(|change| change.previous_id.is_none()));
}

#[test]
fn moved_rows_name_the_id_that_they_had() {
    let older = vec![sample("f", "a", None), sample("g", "b", None)];
    let mut newer = older.clone();
    newer[0].commit = Some("c".repeat(40));
    newer[1].fixed_code = Some("g(cleaner(input))".to_owned());
    let ids: Vec<String> = older.iter().map(Sample::content_id).collect();
    let changes = compared((older, &[]), (newer, &[]), &[]);
    assert_eq!(
        reasons(&changes),
        [
            (ChangeKind::Changed, ChangeReason::MovedCommit),
            (ChangeKind::Changed, ChangeReason::CorrectedCode)
        ]
    );
    assert_eq!(changes[0].fields, ["commit"]);
    assert_eq!(changes[1].fields, ["code_hash_after", "fixed_code"]);
    let previous: Vec<_> = changes.iter().map(|change| change.previous_id.clone().unwrap()).collect();
    assert_eq!(previous, ids);
}

#[test]
fn withdrawn_rows_say_why() {
    let of = |function, commit, id| sample(function, commit, Some(id));
    let older = vec![
        of("rejected", "1", "CVE-2020-1"),
        of("gone", "2", "CVE-2020-2"),
        of("renamed", "3", "CVE-2020-3"),
        of("relabelled", "4", "CVE-2020-4"),
        of("kept", "5", "CVE-2020-5"),
        of("sibling", "5", "CVE-2020-5"),
        sample("late", "6", None),
    ];
    let mut kept = older[4].clone();
    kept.severity = Some(Severity::Low);
    let newer_advisories = [
        advisory("CVE-2020-1", "1", true),
        advisory("CVE-2020-3", "f", false),
        advisory("CVE-2020-4", "4", false),
        advisory("CVE-2020-5", "5", false),
    ];
    let mut late = older.clone();
    late[6].collector = "synthetic".to_owned();
    let changes = compared((late, &[]), (vec![kept], &newer_advisories), &["synthetic"]);
    assert_eq!(
        reasons(&changes),
        [
            (ChangeKind::Changed, ChangeReason::CorrectedAdvisory),
            (ChangeKind::Withdrawn, ChangeReason::AdvisoryWithdrawn),
            (ChangeKind::Withdrawn, ChangeReason::AdvisoryGone),
            (ChangeKind::Withdrawn, ChangeReason::FixNoLongerNamed),
            (ChangeKind::Withdrawn, ChangeReason::LabelWithdrawn),
            (ChangeKind::Withdrawn, ChangeReason::LabelWithdrawn),
            (ChangeKind::Withdrawn, ChangeReason::BeyondTarget),
        ]
    );
    assert_eq!(changes[1].advisory_ids, ["CVE-2020-1"]);
}
