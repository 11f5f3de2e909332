//! The results and the JSON report: conformance with their schemas, and agreement of their numbers.

use std::path::PathBuf;

use serde_json::Value;
use streamguard_report::{RenderOptions, Report, ReportFormat, StoredRun};

use crate::golden::{Ending, HOSTILE, golden};
use crate::readers;

/// Returns the path of a published schema.
fn schema_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

/// Writes the JSON report of a run, and returns it.
fn json_report(run: &StoredRun) -> Value {
    let paths =
        streamguard_report::write(run, ReportFormat::Json, &RenderOptions::default(), &run.folder).unwrap();
    assert!(paths[0].ends_with("collection_report.json"));
    serde_json::from_slice(&std::fs::read(&paths[0]).unwrap()).unwrap()
}

fn written(ending: Ending) -> (Report, Value) {
    let (folder, run) = golden(ending);
    let path = streamguard_report::write_results(&run, folder.path()).unwrap();
    let json = std::fs::read(path).unwrap();
    (run.report, serde_json::from_slice(&json).unwrap())
}

#[test]
fn every_report_keeps_to_the_schema() {
    let reports = [Ending::Partial, Ending::Cancelled, Ending::Interrupted].map(|ending| written(ending).1);
    let mut wrong = reports[0].clone();
    wrong["summary"]["total_samples_collected"] = Value::from("many");
    readers::check_schema(&schema_file("collection_results.schema.json"), &reports, &wrong);
}

#[test]
fn the_report_holds_the_tables_and_the_figures_of_the_others() {
    let runs = [Ending::Partial, Ending::Cancelled, Ending::Interrupted].map(golden);
    let reports = [0, 1, 2].map(|at: usize| json_report(&runs[at].1));
    let mut wrong = reports[0].clone();
    wrong["tables"] = Value::from("none");
    readers::check_schema(&schema_file("collection_report.schema.json"), &reports, &wrong);

    let (folder, run) = &runs[0];
    let csv = crate::csv::tables(run);
    let tables = reports[0]["tables"].as_array().unwrap();
    assert_eq!(tables.len(), csv.len());
    for table in tables {
        let (columns, rows) = &csv[&format!("{}.csv", table["name"].as_str().unwrap())];
        assert_eq!(table["columns"], Value::from(columns.clone()));
        assert_eq!(table["rows"].as_array().unwrap().len(), rows.len());
    }
    let summary = &reports[0]["summary"];
    assert_eq!(summary["code_pairs"], run.report.summary.code_pairs);
    // Of 200 wanted from repo, 36 of 41 would be pairs; of 40 from synthetic, 22 of 24; exploits are not pairs.
    assert_eq!(summary["expected_code_pairs"]["estimate"], 175 + 36, "{summary}");
    let languages =
        reports[0]["figures"].as_array().unwrap().iter().find(|figure| figure["name"] == "languages");
    let counts = languages.unwrap()["series"][0]["values"].as_array().unwrap();
    let sum: u64 = counts.iter().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(Some(sum), run.report.summary.samples_in_dataset);
    assert!(!folder.path().join("collection_results.json").exists(), "the results are written on their own");
}

#[test]
fn numbers_of_the_golden_run_agree() {
    let (report, json) = written(Ending::Partial);
    let summary = &report.summary;
    assert_eq!(report.status, "partial");
    assert_eq!((summary.total_collectors, summary.successful_collectors), (5, 3));
    assert_eq!((summary.failed_collectors, summary.partial_collectors), (1, 1));
    assert_eq!((summary.total_samples_collected, summary.code_pairs), (25 + 41, 22 + 36));
    assert_eq!((summary.samples_in_dataset, summary.pairs_in_dataset), (Some(64), Some(56)));
    assert_eq!((summary.total_target_samples, summary.completion_rate), (10_240, Some(0.64)));
    assert_eq!(report.rejected["duplicate"], 2);
    assert_eq!(summary.rejected, 12 + 4 + 3 + 2);
    assert_eq!(report.start_time.as_deref(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(report.total_duration, 0.6 + 1.32 + 0.25);
    let performance = &report.performance;
    assert_eq!((performance.resumptions, performance.reused_shards, performance.attempts), (1, 1, 6));
    let names: Vec<&str> = report.by_collector.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["cve", "fixes", "exploitdb", "repo", "synthetic"]);
    for series in &report.timeline.series {
        let collector = &json["by_collector"][&series.collector];
        assert_eq!(series.values.len(), report.timeline.seconds.len());
        assert_eq!(series.values.last().copied(), collector["samples_collected"].as_u64(), "{series:?}");
        assert!(series.values.is_sorted());
    }
    assert_eq!(json["errors"][0]["reason"], HOSTILE);
    assert_eq!((report.errors.len(), report.warnings.len()), (3, 2));
}

#[test]
fn a_run_that_was_stopped_says_what_it_has() {
    let (report, json) = written(Ending::CancelledLate);
    assert_eq!((report.status.as_str(), &json["dataset"]), ("cancelled", &Value::Null));
    for (ending, status) in [(Ending::Cancelled, "cancelled"), (Ending::Interrupted, "interrupted")] {
        let (report, json) = written(ending);
        assert_eq!(json["status"], status);
        assert_eq!(json["dataset"], Value::Null);
        assert_eq!(json["summary"]["samples_in_dataset"], Value::Null);
        for series in &report.timeline.series {
            let collected = &json["by_collector"][&series.collector]["samples_collected"];
            assert_eq!(series.values.last().copied(), collected.as_u64(), "{series:?}");
        }
        assert_eq!(report.summary.total_samples_collected, 45);
        assert_eq!(report.summary.code_pairs, 40);
    }
}
