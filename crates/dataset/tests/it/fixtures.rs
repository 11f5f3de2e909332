//! Samples for the tests: a full one, and arbitrary ones.

use std::fs;
use std::path::Path;

use jiff::{Timestamp, Unit};
use proptest::prelude::*;
use proptest::{collection, option};
use streamguard_dataset::{JsonlWriter, Language, QualityFlag, Sample, SampleKind, SampleLevel, Severity};

/// Returns a sample with a value in every field. Samples of different numbers differ.
pub(crate) fn full(number: u32) -> Sample {
    Sample {
        language: Some(Language::Python),
        vulnerable_code: Some(format!("def load{number}(name):\n    return eval(name)\n")),
        fixed_code: Some(format!("def load{number}(name):\n    return table[name]\n")),
        vulnerability_type: Some("code_injection".into()),
        cwes: vec!["CWE-95".into(), "CWE-94".into()],
        severity: Some(Severity::High),
        cvss_score: Some(8.1),
        cvss_vector: Some("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H".into()),
        cvss_version: Some("3.1".into()),
        advisory_ids: vec!["CVE-2024-0001".into(), "GHSA-aaaa-bbbb-cccc".into()],
        description: Some("Evaluates what it is given.".into()),
        published_date: Some("2024-02-29T12:00:00.000Z".into()),
        repository: Some("https://example.org/a/b".into()),
        commit: Some("0123456789012345678901234567890123456789".into()),
        parent_commit: Some("9876543210987654321098765432109876543210".into()),
        commit_date: Some("2024-02-28T23:59:59Z".into()),
        commit_message: Some("Do not evaluate names\n\nFixes CVE-2024-0001".into()),
        path_before: Some("src/load.py".into()),
        path_after: Some("src/table.py".into()),
        function: Some(format!("load{number}")),
        start_line_before: Some(number),
        end_line_before: Some(number + 1),
        start_line_after: Some(1),
        end_line_after: Some(u32::MAX),
        licence: Some("MIT".into()),
        source: Some("https://example.org/a/b/commit/0123".into()),
        label_evidence: vec!["cve_id".into()],
        label_confidence: Some(0.95),
        quality_flags: vec![QualityFlag::TangledCommit, QualityFlag::Renamed],
        ..Sample::new("repo", SampleKind::Pair, SampleLevel::Function)
    }
    .with_id()
}

/// Writes samples as a JSONL file.
pub(crate) fn write_jsonl(path: &Path, samples: &[Sample]) {
    let mut writer = JsonlWriter::create(path).unwrap();
    samples.iter().for_each(|sample| writer.write(sample).unwrap());
    writer.finish().unwrap();
}

/// Returns the files of a folder, by name.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Generates text of any characters, with troublesome ones more often than by chance, and sometimes a
/// very long one.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => any::<char>(),
        4 => prop::char::range(' ', '~'),
        2 => prop::sample::select(vec!['\0', '\n', '\r', '\t', '"', '\\', '\u{1b}', '\u{7f}', '\u{85}',
            '\u{2028}', '\u{202e}', '\u{feff}', '\u{fffd}', '\u{1f600}', '\u{10ffff}']),
    ];
    prop_oneof![
        60 => collection::vec(character, 0..40).prop_map(|characters| characters.into_iter().collect()),
        1 => any::<char>().prop_map(|character| character.to_string().repeat(1 << 20)),
    ]
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    option::of(text())
}

fn list() -> impl Strategy<Value = Vec<String>> {
    collection::vec(text(), 0..4)
}

/// Generates any sample, sensible or not, without an id.
pub(crate) fn arbitrary() -> impl Strategy<Value = Sample> {
    let kind = prop::sample::select(vec![
        SampleKind::Pair,
        SampleKind::Vulnerable,
        SampleKind::Fixed,
        SampleKind::Exploit,
    ]);
    let level = prop::sample::select(vec![SampleLevel::Function, SampleLevel::File, SampleLevel::Hunk]);
    let language = option::of(prop::sample::select(Language::all().collect::<Vec<_>>()));
    let severity = option::of(prop::sample::select(vec![
        Severity::None,
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
    ]));
    let flags = prop::sample::subsequence(
        vec![
            QualityFlag::TangledCommit,
            QualityFlag::InvalidUtf8,
            QualityFlag::ParseError,
            QualityFlag::Renamed,
            QualityFlag::ThroughMerge,
            QualityFlag::Synthetic,
        ],
        0..=6,
    );
    let number = option::of(any::<f64>().prop_filter("JSON has finite numbers only", |n| n.is_finite()));
    let names = (text(), text(), kind, level, language, severity, flags);
    let codes = (maybe(), maybe(), maybe(), maybe(), maybe(), maybe(), maybe());
    let places = (maybe(), maybe(), maybe(), (maybe(), maybe(), maybe()), maybe(), maybe(), maybe(), maybe());
    // The years 1 to 9999, which other readers know too.
    let milliseconds = || option::of(-62_135_596_800_000_i64..=253_402_207_200_000);
    let time = |milliseconds: i64, digits: usize| {
        let time = Timestamp::from_millisecond(milliseconds).unwrap();
        let unit = if digits == 0 { Unit::Second } else { Unit::Millisecond };
        format!("{:.digits$}", time.round(unit).unwrap())
    };
    let times = (milliseconds(), milliseconds());
    let numbers = || option::of(collection::vec(any::<u32>(), 0..4));
    let labels = (numbers(), numbers(), option::of(any::<u32>()), maybe(), maybe(), list());
    let lists = (list(), list(), list(), list());
    let lines = prop::array::uniform4(option::of(any::<u32>()));
    (names, codes, places, lists, lines, (times, labels), number.clone(), number).prop_map(
        move |(names, codes, places, lists, lines, (times, labels), score, confidence)| Sample {
            id: names.0,
            collector: names.1,
            kind: names.2,
            level: names.3,
            language: names.4,
            vulnerable_code: codes.0,
            fixed_code: codes.1,
            vulnerability_type: codes.2,
            cwes: lists.0,
            cwe_parents: labels.5,
            severity: names.5,
            cvss_score: score,
            cvss_vector: codes.3,
            cvss_version: codes.4,
            advisory_ids: lists.1,
            description: codes.5,
            published_date: times.0.map(|value| time(value, 3)),
            repository: codes.6,
            commit: places.0,
            parent_commit: places.1,
            commit_date: times.1.map(|value| time(value, 0)),
            commit_message: places.2,
            backport_of: places.3.2,
            introduced_by: lists.3,
            path_before: places.3.0,
            path_after: places.4,
            function: places.5,
            start_line_before: lines[0],
            end_line_before: lines[1],
            start_line_after: lines[2],
            end_line_after: lines[3],
            vulnerable_lines: labels.0,
            fixed_lines: labels.1,
            diff_lines: labels.2,
            code_hash_before: labels.3,
            code_hash_after: labels.4,
            licence: places.6,
            licence_path: places.3.1,
            licence_score: confidence,
            source: places.7,
            label_evidence: lists.2,
            label_confidence: confidence,
            quality_flags: names.6,
        },
    )
}
