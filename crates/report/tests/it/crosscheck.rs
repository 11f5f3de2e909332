//! All formats agree on the numbers of a run, whatever the run.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use streamguard_engine::{CompletionStatus, Event, EventKind, JobSummary, Outcome, SummaryTable};
use streamguard_report::{RenderOptions, ReportFormat, StoredRun};
use tempfile::TempDir;

use crate::csv::{Read, tables};
use crate::golden::{Ending, HOSTILE, golden, samples, write_dataset, write_run};

/// 2026-01-01T00:00:00Z, as in the golden run.
const CLOCK_MS: u64 = 1_767_225_600_000;

/// Makes a run of jobs that do not collect, with text and numbers in its tables.
pub(crate) fn jobs_run() -> (TempDir, StoredRun) {
    let table = SummaryTable {
        title: "Slowest paths".to_owned(),
        columns: vec!["path".to_owned(), "milliseconds".to_owned()],
        rows: vec![vec![json!("/"), json!(12.5)], vec![json!("=1+1"), json!(-3)]],
    };
    let ingest = JobSummary::default().metric("lines", 1_000_000).metric("slowest", HOSTILE).table(table);
    let prime = JobSummary::default().metric("primes", 9592).metric("exact", true);
    ran(vec![
        Job {
            name: "ingest",
            unit: "pieces",
            records: 8,
            status: CompletionStatus::Complete,
            summary: ingest,
            lost: 0,
        },
        Job {
            name: "prime",
            unit: "ranges",
            records: 3,
            status: CompletionStatus::Partial,
            summary: prime,
            lost: 1,
        },
    ])
}

/// Result of a job.
struct Job {
    name: &'static str,
    unit: &'static str,
    records: u64,
    status: CompletionStatus,
    summary: JobSummary,
    lost: u32,
}

fn ran(jobs: Vec<Job>) -> (TempDir, StoredRun) {
    let folder = tempfile::tempdir().unwrap();
    write_run(folder.path(), &events(jobs));
    let run = StoredRun::read(folder.path()).unwrap();
    (folder, run)
}

fn events(jobs: Vec<Job>) -> Vec<Event> {
    let started = EventKind::RunStarted {
        version: "0.1.0".to_owned(),
        clock_ms: CLOCK_MS,
        jobs: jobs.iter().map(|job| job.name.to_owned()).collect(),
        resumed: false,
        mode: "threading".to_owned(),
        workers: 2,
    };
    let mut events = vec![Event { at_ms: 0, kind: started }];
    for (at, job) in jobs.into_iter().enumerate() {
        let plan = "00".repeat(16);
        let planned = EventKind::JobPlanned {
            job: at,
            shards: job.lost + 1,
            expected: Some(50),
            unit: job.unit.to_owned(),
            plan,
        };
        let ended = |shard, outcome, records| EventKind::ShardEnded {
            job: at,
            shard,
            attempt: 1,
            outcome,
            reason: (outcome == Outcome::Failed).then(|| HOSTILE.into()),
            exit: None,
            retry_in_ms: None,
            records,
            counters: BTreeMap::new(),
            took_us: 70_000,
        };
        let counters = BTreeMap::from([
            ("pairs".to_owned(), job.records / 2),
            ("rejected.too_short".to_owned(), u64::from(job.lost) + 3),
            ("other".to_owned(), 7),
        ]);
        let at_ms = 100 * (at as u64 + 1);
        events.push(Event { at_ms, kind: planned });
        events.push(Event { at_ms: at_ms + 20, kind: ended(0, Outcome::Finished, job.records) });
        for shard in 1..=job.lost {
            events.push(Event { at_ms: at_ms + 30, kind: ended(shard, Outcome::Failed, 0) });
        }
        let ended = EventKind::JobEnded {
            job: at,
            status: job.status,
            reason: None,
            records: job.records,
            counters,
            summary: job.summary,
        };
        events.push(Event { at_ms: at_ms + 50, kind: ended });
    }
    events.push(Event { at_ms: 1000, kind: EventKind::RunEnded { status: CompletionStatus::Partial } });
    events
}

/// Asserts that a cell equals a JSON value. The escapes of text are not compared.
fn same(cell: &str, value: &Value, place: &str) {
    match value {
        Value::Null => assert_eq!(cell, "", "{place}"),
        Value::Number(number) => assert_eq!(cell, number.to_string(), "{place}"),
        Value::String(_) => assert!(cell.parse::<f64>().is_err(), "{place}: {cell}"),
        other => panic!("{place}: {other} is no cell"),
    }
}

fn column(table: &Read, name: &str) -> usize {
    table.0.iter().position(|column| column == name).unwrap()
}

fn sum(table: &Read, name: &str) -> u64 {
    let at = column(table, name);
    table.1.iter().map(|row| row[at].parse::<u64>().unwrap()).sum()
}

/// Asserts that tables and findings agree with the JSON report.
fn agree(run: &StoredRun) {
    let options = RenderOptions::default();
    let path = streamguard_report::write_results(run, &run.folder).unwrap();
    let json: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let tables = tables(run);

    let whole = &tables["run.csv"];
    for part in [&json, &json["summary"], &json["performance"]] {
        for (name, value) in part.as_object().unwrap() {
            if !matches!(value, Value::Object(_) | Value::Array(_)) && name != "dataset" {
                same(&whole.1[0][column(whole, name)], value, name);
            }
        }
    }
    let collectors = &tables["collectors.csv"];
    assert_eq!(collectors.1.len(), json["by_collector"].as_object().unwrap().len());
    for row in &collectors.1 {
        let collector = &json["by_collector"][&row[0]];
        for (name, value) in collector.as_object().unwrap() {
            if !matches!(value, Value::Object(_) | Value::Array(_)) {
                same(&row[column(collectors, name)], value, name);
            }
        }
        for name in ["planned", "done", "lost"] {
            same(&row[column(collectors, &format!("shards_{name}"))], &collector["shards"][name], name);
        }
    }
    assert_eq!(sum(&tables["rejections.csv"], "count"), json["summary"]["rejected"]);
    for (table, name) in
        [("types", "by_vulnerability_type"), ("languages", "by_language"), ("severities", "by_severity")]
    {
        let table = &tables[&format!("{table}.csv")];
        let counts = json["dataset"]["stats"][name].as_object().cloned().unwrap_or_default();
        assert_eq!(table.1.len(), counts.len());
        for row in &table.1 {
            same(&row[column(table, "samples")], &counts[&row[0]], name);
        }
    }
    for (table, list) in [("errors", "errors"), ("warnings", "warnings")] {
        assert_eq!(tables[&format!("{table}.csv")].1.len(), json[list].as_array().unwrap().len());
    }

    let path = &streamguard_report::write(run, ReportFormat::Sarif, &options, &run.folder).unwrap()[0];
    let log: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let counts = &log["runs"][0]["properties"];
    let of = |name: &str| counts[name].as_u64().unwrap();
    assert_eq!(of("results"), log["runs"][0]["results"].as_array().unwrap().len() as u64);
    let samples = json["summary"]["samples_in_dataset"].as_u64().unwrap_or(0);
    assert_eq!(of("results") + of("left_out") + of("without_vulnerable_code"), samples);
}

#[test]
fn the_golden_runs_agree_in_all_formats() {
    for (_folder, run) in
        [golden(Ending::Partial), golden(Ending::Cancelled), golden(Ending::Interrupted), jobs_run()]
    {
        agree(&run);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_run_agrees_in_all_formats(
        jobs in proptest::collection::vec((0..2000_u64, 0..3_u32, 0..4_usize, 0..3_usize), 0..4),
        count in proptest::option::of(0..30_u32),
    ) {
        let statuses = [CompletionStatus::Complete, CompletionStatus::Partial, CompletionStatus::Failed, CompletionStatus::Cancelled];
        let jobs = jobs.into_iter().zip(["cve", "repo", "synthetic"]).map(
            |((records, lost, status, unit), name)| Job {
                name,
                unit: ["samples", "advisories", "pieces"][unit],
                records,
                status: statuses[status],
                summary: JobSummary::default().metric("samples", records / 3),
                lost,
            },
        );
        let folder = tempfile::tempdir().unwrap();
        write_run(folder.path(), &events(jobs.collect()));
        if let Some(count) = count {
            write_dataset(folder.path(), &[("repo", samples("repo", count))]);
        }
        agree(&StoredRun::read(folder.path()).unwrap());
    }
}
