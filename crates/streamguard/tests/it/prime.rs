//! `streamguard prime`, from outside.

use std::time::{Duration, Instant};

use crate::{run, stderr, stdout, streamguard};

#[test]
fn threads_and_processes_print_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/ranges.json");
    let said = |mode: &str, workers: &str| {
        let arguments = ["prime", "--path", sample, "--mode", mode, "--worker", workers, "--quiet"];
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output)
    };
    let text = said("threading", "4");
    assert!(text.contains("The first thousand") && text.contains("18,446,744,073,709,551,557"), "{text}");
    for (mode, workers) in [("threading", "1"), ("process", "1"), ("process", "3")] {
        assert_eq!(said(mode, workers), text, "{mode}, {workers}");
    }
}

#[test]
fn all_primes_go_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["prime", "--range", "1..10", "5..20", "--quiet", "--list", "primes.txt"];
    let output = run(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = std::fs::read_to_string(folder.path().join("primes.txt")).unwrap();
    assert_eq!(text, "2\n3\n5\n7\n11\n13\n17\n19\n");
    let binary = ["--list-format", "binary", "--output-dir", "out"];
    let output = run(folder.path(), &[&arguments[..], &binary[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let bytes = std::fs::read(folder.path().join("primes.txt")).unwrap();
    assert_eq!((bytes.len(), &bytes[8..16]), (64, &3u64.to_le_bytes()[..]));
    assert!(folder.path().join("out/collection_results.json").exists());
}

#[test]
fn primes_are_printed_alone() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["prime", "--range", "1..10", "--list", "-"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "2\n3\n5\n7\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn ranges_are_named_with_or_without_the_flag() {
    let folder = tempfile::tempdir().unwrap();
    let long = run(folder.path(), &["prime", "--range", "1..100", "200..300"]);
    let short = run(folder.path(), &["prime", "1..100", "200..300"]);
    assert_eq!(short.status.code(), Some(0), "{}", stderr(&short));
    assert_eq!(stdout(&short), stdout(&long));
    assert!(stdout(&short).contains("  2, 3, 5, 7, 11, "), "{}", stdout(&short));
    for other in [&["--range", "1..10"][..], &["--nth", "5"], &["--path", "ranges.json"]] {
        let refused = run(folder.path(), &[&["prime", "1..100"], other].concat());
        assert_eq!(refused.status.code(), Some(2), "{other:?}: {}", stdout(&refused));
    }
}

#[test]
fn figures_come_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["prime", "--range", "1..100", "--tuples", "2", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&answer["status"], &answer["metrics"]["primes"]), (&"complete".into(), &25.into()));
    let tables = answer["tables"].as_array().unwrap();
    let twins = tables.iter().find(|table| table["title"] == "Prime tuplets").unwrap();
    assert_eq!(twins["rows"][0][1], 8);
    let output = run(folder.path(), &["prime", "--nth", "1e6", "--json"]);
    assert!(stdout(&output).contains("[1000000,15485863]"), "{}", stdout(&output));
}

#[test]
fn wrong_arguments_are_reported_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ranges.json"), r#"{"ranges": [{"start": 7, "end": "x"}]}"#).unwrap();
    for (arguments, says) in [
        (&["--path", "ranges.json"][..], "ranges.json: ranges[0].end: expected a whole number from 0"),
        (&["--range", "9..2"], "the range 9..2: the start 9 is above the end 2"),
        (&[], "say which ranges: 1..1000, or --path ranges.json"),
        (&["--range", "1..2", "--list", "no/such/folder"], "a file cannot be written there"),
    ] {
        let output = run(folder.path(), &[&["prime"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_stopped_run_prints_its_results() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["prime", "--range", "1..1000", "1e13..+1e15", "--quiet", "--list", "primes.txt"];
    let child = streamguard(folder.path())
        .args(arguments)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(2));
    let since = Instant::now();
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(since.elapsed() < Duration::from_secs(60));
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.starts_with("PARTIAL RESULT") && text.contains("covered"), "{text}");
    assert!(text.contains(" 168 "), "{text}");
    assert!(!folder.path().join("primes.txt").exists());
}
