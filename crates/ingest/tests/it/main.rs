//! Metrics of web logs: independent of how the logs are read, and equal to those of other programs.

// Requests over time, by path and client; filters and comparisons.
mod answers;
// Lines of programs, and of services that pass lines on.
mod application_logs;
mod completeness;
// Files that grow, are rotated and truncated.
mod follow;
// The formats of many servers, and those of one's own.
mod formats;
mod inputs;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde_json::{Value, json};
use streamguard_engine::{CompletionStatus, Job, JobSummary, RunOptions};
use streamguard_ingest::{IngestJob, LineFormat};

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/logs/sample.log")
}

fn job(paths: &[&Path]) -> IngestJob {
    IngestJob::new(paths.iter().map(|path| path.to_str().expect("the path is UTF-8").to_owned()))
}

fn run(job: IngestJob, workers: usize) -> (CompletionStatus, JobSummary) {
    let options = RunOptions { workers, ..RunOptions::default() };
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(job)];
    let finished = streamguard_engine::run(jobs, &options, None, &mut ())
        .expect("a run in memory has no destination that could fail");
    (finished.status, finished.state.jobs[0].summary.clone())
}

fn summary(paths: &[&Path]) -> JobSummary {
    let (status, summary) = run(job(paths), 2);
    assert_eq!(status, CompletionStatus::Complete);
    summary
}

/// Returns the rows of the table whose title begins with `title`.
fn rows<'a>(summary: &'a JobSummary, title: &str) -> &'a [Vec<Value>] {
    let table = summary.tables.iter().find(|table| table.title.starts_with(title));
    &table.unwrap_or_else(|| panic!("no table {title}")).rows
}

#[test]
fn the_job_keeps_the_contract_of_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.gz"), gzip(&fs::read(sample()).unwrap())).unwrap();
    fs::write(folder.path().join("table.csv"), "a,b\n1,2\n").unwrap();
    let small = IngestJob { chunk_bytes: 1000, ..job(&[&sample(), folder.path()]) };
    streamguard_engine::testing::check_job(&small, serde_json::from_value::<IngestJob>).unwrap();
}

#[test]
fn every_line_of_the_sample_is_counted() {
    let summary = summary(&[&sample()]);
    let metric = |name: &str| summary.metrics[name].clone();
    assert_eq!(
        ["lines", "requests", "malformed", "files", "undated"].map(metric),
        [200, 190, 10, 1, 190].map(Value::from)
    );
    let reasons = rows(&summary, "Malformed lines by reason");
    assert_eq!(reasons.iter().filter_map(|row| row[1].as_u64()).sum::<u64>(), 10);
    // Line numbers are those of the file, wherever the file is cut.
    let text = fs::read_to_string(sample()).unwrap();
    for chunk_bytes in [100, 3000, 1 << 20] {
        let (_, cut) = run(IngestJob { chunk_bytes, ..job(&[&sample()]) }, 3);
        let listed = rows(&cut, "First malformed lines");
        assert_eq!(listed.len(), 10);
        for row in listed {
            let line = text.lines().nth(row[1].as_u64().unwrap() as usize - 1).unwrap();
            assert!(
                !line.contains("ms user-agent=") || line.contains(['x', '-']) || !line.contains(", "),
                "{row:?}: {line}"
            );
        }
        assert_eq!(listed, rows(&summary, "First malformed lines"));
    }
}

/// Compares the metrics with a direct implementation of their definitions.
#[test]
fn latencies_match_their_definitions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    let times: Vec<u64> = (0..5000u64).map(|n| n.wrapping_mul(2_654_435_761) % 7_000_000_000).collect();
    let lines: Vec<String> =
        times.iter().map(|time| format!("[GET] /, status=200, time={time}ns user-agent=x\n")).collect();
    fs::write(&path, lines.concat()).unwrap();
    let (_, summary) = run(IngestJob { chunk_bytes: 10_000, ..job(&[&path]) }, 2);
    let mut sorted: Vec<f64> = times.iter().map(|time| *time as f64 / 1e6).collect();
    sorted.sort_by(f64::total_cmp);
    let quantile = |part: f64| {
        let place = (sorted.len() - 1) as f64 * part;
        let (low, high) = (sorted[place as usize], sorted[(place as usize + 1).min(sorted.len() - 1)]);
        low + (high - low) * place.fract()
    };
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    let squares: f64 = sorted.iter().map(|time| (time - mean).powi(2)).sum();
    for (name, expected) in [
        ("mean", mean),
        ("stddev", (squares / (sorted.len() - 1) as f64).sqrt()),
        ("min", sorted[0]),
        ("max", sorted[sorted.len() - 1]),
        ("median", quantile(0.5)),
        ("p90", quantile(0.9)),
        ("p95", quantile(0.95)),
        ("p99", quantile(0.99)),
    ] {
        let is = summary.metrics[&format!("latency_ms.{name}")].as_f64().unwrap();
        assert!((is - expected).abs() <= expected * 1e-12, "{name}: {is}, {expected}");
    }
    assert_eq!(summary.metrics["latency_ms.quantiles"], "exact");
}

fn line() -> impl Strategy<Value = String> {
    let request = (0..3usize, 0..30u32, 0..600u16, 0..5_000_000u64, 0..4u32).prop_map(
        |(method, path, status, time, agent)| {
            let method = ["GET", "POST", "BREW"][method];
            format!("[{method}] /p/{path}, status={status}, time={time}ns user-agent=agent {agent}")
        },
    );
    prop_oneof![9 => request, 1 => "[ -~]{0,40}", 1 => Just("é\0".to_owned())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_result_is_the_same_for_any_chunks_files_and_workers(
        lines in prop::collection::vec(line(), 1..120), cut in 0..120usize, chunk_bytes in 1..3000u64, workers in 1..4usize
    ) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, lines: &[String]| {
            let path = folder.path().join(name);
            fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
            path
        };
        // A file of which most lines are malformed would fail.
        let good = "[GET] /, status=200, time=1ms user-agent=x".to_owned();
        let lines: Vec<String> = lines.into_iter().flat_map(|line| [good.clone(), line, good.clone()]).collect();
        let whole = write("whole", &lines);
        let (first, second) = lines.split_at((3 * cut).min(lines.len()));
        let parts = [write("first", first), write("second", second)];
        let simple = |paths: &[&Path]| IngestJob { format: LineFormat::Simple, ..job(paths) };
        let (_, expected) = run(simple(&[&whole]), 1);
        let (status, split) = run(IngestJob { chunk_bytes, ..simple(&[&whole]) }, workers);
        prop_assert_eq!(status, CompletionStatus::Complete);
        prop_assert_eq!(&split, &expected);
        // Two files: everything is equal except their names and number.
        let (_, mut two) = run(IngestJob { chunk_bytes, ..simple(&[&parts[0], &parts[1]]) }, workers);
        two.metrics.insert("files".into(), json!(1));
        prop_assert_eq!(&two.metrics, &expected.metrics);
        let tables = expected.tables.len() - 3;
        prop_assert_eq!(&two.tables[..tables], &expected.tables[..tables]);
    }
}

/// Returns a member of a gzip file.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressed_files_count_like_plain_ones() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read(sample()).unwrap();
    let (one, other) = text.split_at(text.len() / 3);
    // Two members and two frames; the names have no extension to go by.
    let frame = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    fs::write(folder.path().join("a"), [gzip(one), gzip(other)].concat()).unwrap();
    fs::write(folder.path().join("b"), [frame(one), frame(other)].concat()).unwrap();
    let expected = summary(&[&sample()]);
    for name in ["a", "b"] {
        let summary = summary(&[&folder.path().join(name)]);
        assert_eq!(summary.metrics, expected.metrics, "{name}");
    }
}

#[test]
fn the_detected_format_does_not_depend_on_how_a_stream_delivers_lines() {
    let folder = tempfile::tempdir().unwrap();
    let json = "{\"method\":\"GET\",\"path\":\"/a\",\"status\":200,\"time\":1431857103123}\n";
    for first in
        ["# a comment".to_owned(), format!("{{\"a\":\"{}\"}}", "x".repeat(70_000)), "x".repeat(2 << 20)]
    {
        let text = format!("{first}\n{}", json.repeat(1000));
        let plain = folder.path().join("plain.log");
        fs::write(&plain, &text).unwrap();
        let chunk_bytes = first.len() as u64 + 4096;
        // The decoder returns the first line alone.
        let packed = folder.path().join("packed.gz");
        let (line, rest) = text.as_bytes().split_at(first.len() + 1);
        fs::write(&packed, [gzip(line), gzip(rest)].concat()).unwrap();
        for job in [job(&[&packed]), job(&[&plain]), IngestJob { chunk_bytes, ..job(&[&plain]) }] {
            let (_, summary) = run(job, 2);
            let metric = |name: &str| summary.metrics[name].as_u64().unwrap();
            assert_eq!((metric("requests"), metric("malformed")), (1000, 1));
        }
    }
}

#[test]
fn folders_are_walked_and_unreadable_files_fail_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("below/.git")).unwrap();
    for name in ["b.log", "below/a.log", ".hidden", "below/.git/log"] {
        fs::copy(sample(), folder.path().join(name)).unwrap();
    }
    let mut torn = GzEncoder::new(Vec::new(), Compression::fast());
    torn.write_all(&fs::read(sample()).unwrap()).unwrap();
    let torn = torn.finish().unwrap();
    fs::write(folder.path().join("c.gz"), &torn[..torn.len() / 2]).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, folder.path().join("pipe"), rustix::fs::Mode::RWXU).unwrap();
    let (status, summary) = run(job(&[folder.path(), &folder.path().join("none.log")]), 2);
    assert_eq!(status, CompletionStatus::Partial);
    let metric = |name: &str| summary.metrics[name].as_u64().unwrap();
    // Of the file that is cut, the lines before that are counted.
    assert_eq!((metric("files"), metric("missing_shards")), (3, 1));
    assert!((381..570).contains(&metric("requests")), "{}", metric("requests"));
}

#[test]
fn odd_bytes_and_endless_lines_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.log");
    let good = b"[GET] /a\xff, status=200, time=1ms user-agent=\0\n";
    let endless = vec![b'x'; 3 << 20];
    fs::write(&path, [&good[..], &endless, b"\n", good, b"\r\n", &endless].concat()).unwrap();
    let mut expected = None;
    for chunk_bytes in [1 << 30, 1 << 20, 1_000_003] {
        let (status, summary) = run(IngestJob { chunk_bytes, ..job(&[&path]) }, 2);
        assert_eq!(status, CompletionStatus::Complete);
        let metric = |name: &str| summary.metrics[name].as_u64().unwrap();
        assert_eq!((metric("lines"), metric("requests"), metric("malformed")), (5, 2, 3));
        assert_eq!((metric("lines_with_nul"), metric("lines_not_utf8")), (2, 2));
        assert_eq!(*expected.get_or_insert_with(|| summary.clone()), summary);
    }
}

/// Reports that a test does not run.
fn skip(reason: &str) {
    // Not eprintln: the test harness would hide it.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {reason}");
}

/// Counts requests by method and by status, malformed lines and bytes, for the Common and Combined Log Formats.
const AWK: &str = r#"
{
    if (match($0, /^[^\[]+ [^\[]+ [^\[]+ \[[0-9][0-9]\/[A-Z][a-z][a-z]\/[0-9:]+ [-+][0-9]+\] "(\\.|[^"\\])*" [1-9][0-9][0-9] ([0-9]+|-)( |$)/)) {
        head = substr($0, RSTART, RLENGTH)
        tail = substr($0, RLENGTH + 1)
        if (combined && tail !~ /^"(\\.|[^"\\])*" "/) { bad++; next }
        n++
        split(head, quoted, "\"")
        # What is not a request is counted without a method.
        method[quoted[2] ~ /^[-_A-Z]+ ./ ? substr(quoted[2], 1, index(quoted[2], " ") - 1) : "-"]++
        count = split(head, all, " ")
        bytes += all[count]
        status[all[count - 1]]++
    } else bad++
}
END {
    printf "requests %d\nmalformed %d\nbytes %.0f\n", n, bad, bytes
    for (m in method) printf "method %s %d\n", m, method[m]
    for (s in status) printf "status %s %d\n", s, status[s]
}"#;

#[test]
fn real_logs_count_as_an_awk_script_counts_them() {
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/logs");
    let awk = Command::new("awk").arg("BEGIN {}").status().is_ok_and(|status| status.success());
    if !logs.is_dir() || !awk {
        skip(&format!("comparing real logs with awk needs {} and awk", logs.display()));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, combined) in [("elastic-apache_logs.log.gz", "1"), ("nasa-access-aug95-sample.log.gz", "0")] {
        let packed = fs::File::open(logs.join(name)).unwrap();
        let plain = folder.path().join(name);
        let mut file = fs::File::create(&plain).unwrap();
        std::io::copy(&mut flate2::read::MultiGzDecoder::new(packed), &mut file).unwrap();
        let output = Command::new("awk")
            .args(["-v", &format!("combined={combined}"), AWK])
            .arg(&plain)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut theirs: Vec<String> =
            String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
        theirs.sort();

        let summary = summary(&[&logs.join(name)]);
        let metric = |name: &str| &summary.metrics[name];
        let mut ours = vec![
            format!("requests {}", metric("requests")),
            format!("malformed {}", metric("malformed")),
            format!("bytes {}", metric("bytes.sum")),
        ];
        for (title, word) in [("Requests by method", "method"), ("Requests by status", "status")] {
            let table = summary.tables.iter().find(|table| table.title == title).unwrap();
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            ours.extend(table.rows.iter().map(|row| format!("{word} {} {}", text(&row[0]), row[1])));
        }
        ours.sort();
        assert_eq!(ours, theirs, "{name}");
        let lines = summary.metrics["lines"].as_u64().unwrap();
        assert_eq!(lines, fs::read_to_string(&plain).unwrap().lines().count() as u64);
        let dated: u64 = rows(&summary, "Requests per hour").iter().filter_map(|row| row[1].as_u64()).sum();
        assert_eq!(json!(dated), *metric("requests"));
    }
}
