//! What operators ask: over time, by path and client, of some requests only, and beside another time.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};
use streamguard_engine::{CompletionStatus, JobSummary};
use streamguard_ingest::IngestJob;
use tempfile::TempDir;

use crate::{job, rows, run};

/// Returns a line of the Combined Log Format with a latency in milliseconds.
fn line(minute: u64, client: u64, method: &str, path: &str, status: u16, ms: u64) -> String {
    format!(
        "192.0.2.{client} - - [10/Oct/2023:{:02}:{:02}:00 +0000] \"{method} {path} HTTP/1.1\" {status} 100 \
         \"https://r.example/{client}\" \"curl\" {ms}ms\n",
        minute / 60 % 24,
        minute % 60
    )
}

/// Writes a log, and returns its path in a folder that is removed in the end.
fn log(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn summary(text: &str, change: impl FnOnce(IngestJob) -> IngestJob) -> JobSummary {
    let (_folder, path) = log(text);
    let (status, summary) = run(change(job(&[&path])), 2);
    assert_eq!(status, CompletionStatus::Complete);
    summary
}

fn sample() -> String {
    let mut text = String::new();
    for number in 0..100 {
        text += &line(number, number % 3, "GET", &format!("/user/{number}"), 200, number + 1);
    }
    text += &line(100, 9, "POST", "/login?from=a", 500, 5000);
    text += &line(101, 9, "BREW", "/login", 404, 40);
    text
}

#[test]
fn paths_are_counted_by_template_with_errors_and_latencies() {
    let summary = summary(&sample(), |job| job);
    let paths = rows(&summary, "Paths with errors");
    assert_eq!(paths.len(), 2);
    assert_eq!(paths[0][..5], [json!("/user/{id}"), json!(100), json!(0.0), json!(0.0), json!(10_000)]);
    for (cell, expected) in paths[0][5..].iter().zip([50.5, 95.0, 99.0]) {
        let ms = cell.as_f64().unwrap();
        assert!((ms / expected - 1.0).abs() < 0.03, "{ms}, {expected}");
    }
    assert_eq!(paths[1][..4], [json!("/login"), json!(2), json!(50.0), json!(50.0)]);
    let single = self::summary(&sample(), |job| IngestJob { no_templates: true, ..job });
    let paths = rows(&single, "Paths with errors");
    assert_eq!((paths.len(), &paths[0][0], &paths[1][0]), (20, &json!("/login"), &json!("/user/0")));
}

#[test]
fn time_is_cut_into_buckets_of_a_fitting_size() {
    let whole = summary(&sample(), |job| job);
    assert!(whole.tables.iter().any(|table| table.title == "Over time, by 1m (UTC)"));
    let buckets = rows(&whole, "Over time");
    assert_eq!(buckets.len(), 102);
    assert_eq!(
        buckets[100],
        [json!("2023-10-10T01:40:00Z"), json!(1), json!(0.0), json!(100.0), json!(100), json!(5000.0)]
    );
    let hours = summary(&sample(), |job| IngestJob { bucket: Some("1h".to_owned()), ..job });
    let requests: Vec<&Value> = rows(&hours, "Over time, by 1h").iter().map(|row| &row[1]).collect();
    assert_eq!(requests, [&json!(60), &json!(42)]);
}

#[test]
fn clients_referrers_statuses_and_the_slowest_are_listed() {
    let summary = summary(&sample(), |job| job);
    assert_eq!(rows(&summary, "Most frequent clients")[0], [json!("192.0.2.0"), json!(34)]);
    assert_eq!(rows(&summary, "Most frequent referrers")[0], [json!("https://r.example/0"), json!(34)]);
    let table = summary.tables.iter().find(|table| table.title == "Requests by status and method").unwrap();
    assert_eq!(table.columns, ["status", "GET", "POST", "other"]);
    assert_eq!(json!(table.rows), json!([[200, 100, 0, 0], [404, 0, 0, 1], [500, 0, 1, 0]]));
    let slowest = rows(&summary, "Slowest requests");
    assert_eq!(slowest.len(), 10);
    assert_eq!(
        slowest[0],
        [json!(5000.0), json!("POST"), json!("/login"), json!(500), json!("2023-10-10T01:40:00Z")]
    );
    assert_eq!(slowest[1][2], "/user/99");
    assert_eq!(summary.metrics["server_errors_percent"], 0.98);
}

#[test]
fn the_fast_way_leaves_these_answers_out_and_changes_nothing_else() {
    let whole = summary(&sample(), |job| job);
    let fast = summary(&sample(), |job| IngestJob { fast: true, ..job });
    assert_eq!(fast.metrics, whole.metrics);
    assert_eq!(fast.tables.len() + 6, whole.tables.len());
    assert!(!fast.tables.iter().any(|table| table.title.starts_with("Over time")));
    assert_eq!(rows(&fast, "Most frequent paths"), rows(&whole, "Most frequent paths"));
}

#[test]
fn filters_leave_requests_out_and_count_them() {
    let text = |text: &str| Some(text.to_owned());
    let words = |text: &str| vec![text.to_owned()];
    type Change = Box<dyn Fn(IngestJob) -> IngestJob>;
    let cases: Vec<(Change, u64)> = vec![
        (Box::new(move |job| IngestJob { from: text("2023-10-10T01:00:00Z"), ..job }), 42),
        (Box::new(move |job| IngestJob { to: text("2023-10-10T01:00:00Z"), ..job }), 60),
        (Box::new(move |job| IngestJob { status: words("4xx"), ..job }), 1),
        (Box::new(move |job| IngestJob { path_prefix: text("/login"), ..job }), 2),
        (Box::new(move |job| IngestJob { conditions: words("latency>90ms"), ..job }), 11),
        (
            Box::new(move |job| IngestJob {
                conditions: vec!["client=192.0.2.1".to_owned(), "path~/user/1".to_owned()],
                ..job
            }),
            5,
        ),
        (Box::new(move |job| IngestJob { status: words("302"), ..job }), 0),
    ];
    for (change, requests) in cases {
        let summary = summary(&sample(), change);
        let metric = |name: &str| summary.metrics[name].as_u64().unwrap();
        assert_eq!(
            (metric("requests"), metric("filtered"), metric("malformed")),
            (requests, 102 - requests, 0)
        );
        let sum: u64 = rows(&summary, "Over time").iter().filter_map(|row| row[1].as_u64()).sum();
        assert_eq!(sum, requests);
        assert_eq!(rows(&summary, "Files")[0][4], 100.0);
    }
    // The format with the fast parser is filtered too.
    let simple = "[GET] /a, status=200, time=1.000000ms user-agent=x\n[GET] /b, status=404, time=1.000000ms user-agent=x\n";
    let summary = summary(simple, |job| IngestJob { status: words("404"), ..job });
    assert_eq!(rows(&summary, "Most frequent paths")[0], [json!("/b"), json!(1)]);
}

#[test]
fn two_times_stand_side_by_side() {
    let (_folder, path) = log(&sample());
    let (_other_folder, other) = log(&line(0, 1, "GET", "/user/7", 200, 10).repeat(51));
    let compare = vec![other.display().to_string()];
    let (status, summary) = run(IngestJob { compare: compare.clone(), ..job(&[&path]) }, 2);
    assert_eq!(status, CompletionStatus::Complete);
    assert_eq!(rows(&summary, "Comparison")[0], [json!("requests"), json!(102), json!(51), json!(100.0)]);
    let paths = rows(&summary, "Paths compared");
    assert_eq!(paths[0][..3], [json!("/user/{id}"), json!(100), json!(51)]);
    assert_eq!(paths[1][..3], [json!("/login"), json!(2), json!(null)]);
    assert_eq!(summary.metrics["compared.requests"], 51);
    // What belongs to the first inputs is theirs alone.
    let (_, alone) = run(job(&[&path]), 1);
    assert_eq!(summary.metrics["requests"], alone.metrics["requests"]);
    assert_eq!(rows(&summary, "Over time"), rows(&alone, "Over time"));
    assert_eq!(rows(&summary, "Files"), rows(&alone, "Files"));
    let (status, _) = run(IngestJob { compare: vec!["none.log".to_owned()], ..job(&[&path]) }, 1);
    assert_eq!(status, CompletionStatus::Partial);
}

#[test]
fn more_paths_than_fit_are_counted_together_and_said() {
    let text: String =
        (0..6000).map(|number| line(0, 1, "GET", &format!("/a{number}x"), 404, 1)).collect::<String>();
    let text = line(0, 1, "GET", "/often", 200, 1).repeat(3000) + &text;
    let summary = summary(&text, |job| job);
    let table = summary.tables.iter().find(|table| table.title.starts_with("Paths with errors")).unwrap();
    assert!(table.title.contains("each may have up to"), "{}", table.title);
    assert_eq!(table.rows[0][..2], [json!("/often"), json!(3000)]);
    assert_eq!(table.rows.last().unwrap()[0], "(rare paths together)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn answers_are_the_same_for_any_chunks_and_workers(
        requests in prop::collection::vec((0u64..3000, 0u64..20, 0u64..40, 100u16..600, 0u64..900), 1..150),
        chunk_bytes in 100..6000u64, workers in 1..4usize
    ) {
        let text: String = requests
            .iter()
            .map(|(minute, client, path, status, ms)| {
                line(*minute, *client, "GET", &format!("/p{}/{path}", path % 7), *status, *ms)
            })
            .collect();
        let (_folder, path) = log(&text);
        let (_, expected) = run(job(&[&path]), 1);
        let (status, cut) = run(IngestJob { chunk_bytes, ..job(&[&path]) }, workers);
        prop_assert_eq!(status, CompletionStatus::Complete);
        prop_assert_eq!(cut, expected);
    }
}
