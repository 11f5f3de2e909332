//! Metrics of web logs, from outside.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::{run, stderr, stdout, streamguard};

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/logs/sample.log")
}

#[test]
fn the_figures_are_the_same_in_both_modes_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample().display().to_string();
    let output = run(folder.path(), &["ingest", "--path", &path]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("requests                                  190"), "{text}");
    assert!(stderr(&output).contains("4 workers, mode threading"), "{}", stderr(&output));
    for flags in [["--worker", "1", "--mode", "threading"], ["--workers", "3", "--mode", "process"]] {
        let output = run(folder.path(), &[&["ingest", "--path", &path, "--verbose"], &flags[..]].concat());
        assert_eq!(stdout(&output), text);
        assert!(stderr(&output).contains("200 lines, 190 requests"), "{}", stderr(&output));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn standard_input_is_read_whatever_the_mode() {
    let folder = tempfile::tempdir().unwrap();
    for mode in ["threading", "process"] {
        let mut child = streamguard(folder.path())
            .args(["ingest", "--path", "-", "--quiet", "--mode", mode])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&fs::read(sample()).unwrap()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(
            stdout(&output).contains("requests                                  190"),
            "{}",
            stdout(&output)
        );
    }
}

#[test]
fn unreadable_files_are_named_and_the_rest_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample().display().to_string();
    let output = run(folder.path(), &["ingest", "--path", &path, "none.log"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stdout(&output).starts_with("PARTIAL RESULT: 1 shard is missing"), "{}", stdout(&output));
    assert!(stderr(&output).contains("none.log: No such file"), "{}", stderr(&output));
    let output = run(folder.path(), &["ingest", "none.log"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(stderr(&output), "error: there is no file or folder none.log: name the logs to read\n");
    assert_eq!(stdout(&output), "");
    let output = run(folder.path(), &["ingest", "--path", &path, "--report-formats", "json"]);
    assert_eq!(output.status.code(), Some(2), "a report needs a place");
}

#[test]
fn logs_are_named_with_or_without_the_flag() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample().display().to_string();
    fs::write(folder.path().join("streamguard.toml"), "[ingest]\npath = [\"none.log\"]\n").unwrap();
    let [long, short] = [&["ingest", "--path", &path][..], &["ingest", &path]].map(|arguments| {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output)
    });
    assert_eq!(long, short);
    let twice = run(folder.path(), &["ingest", &path, "--path", &path]);
    assert_eq!(twice.status.code(), Some(2), "{}", stderr(&twice));
}

#[test]
fn reports_go_to_the_output_directory() {
    let folder = tempfile::tempdir().unwrap();
    let path = sample().display().to_string();
    let output = run(folder.path(), &["ingest", "--path", &path, "--output-dir", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = fs::read(folder.path().join("out/collection_results.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let ingest = &report["by_collector"]["ingest"];
    assert_eq!(ingest["metrics"]["requests"], 190);
    assert_eq!(ingest["tables"][0]["title"], "Requests by method");
}

#[test]
fn hostile_lines_do_not_reach_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("evil\u{1b}[2J.log"),
        "[GET] /\u{1b}[31m\u{202e}, status=200, time=1ms user-agent=\u{9b}2J\nbad\u{1b}\n",
    )
    .unwrap();
    let output = run(folder.path(), &["ingest", "--path", ".", "--verbose"]);
    for text in [stdout(&output), stderr(&output)] {
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
    }
}

#[test]
fn a_stopped_run_prints_its_counts() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(sample(), folder.path().join("sample.log")).unwrap();
    // Members of a gzip file follow each other (RFC 1952, 2.2): minutes of work in a small file.
    let lines = "[GET] /a, status=200, time=1.5ms user-agent=test\n".repeat(200_000);
    let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    member.write_all(lines.as_bytes()).unwrap();
    let member = member.finish().unwrap();
    fs::write(folder.path().join("endless.log.gz"), member.repeat(3000)).unwrap();
    let child = streamguard(folder.path())
        .args(["ingest", "--path", "endless.log.gz", "sample.log", "--workers", "2", "--quiet"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(2));
    Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.starts_with("PARTIAL RESULT"), "{text}");
    assert!(text.contains("requests                                  190"), "{text}");
}
