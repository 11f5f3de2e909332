//! Each row of `docs/original.md`, run in an empty folder against the demo world.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::{lines, stderr, stdout, streamguard};

/// Returns the cells of the table below a heading, row by row, without the head.
fn table(heading: &str) -> Vec<Vec<String>> {
    let page = fs::read_to_string(project().join("docs/original.md")).unwrap();
    let below = page.split(&format!("\n## {heading}\n")).nth(1).unwrap_or_else(|| panic!("no {heading}"));
    let section = below.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let cell = |cell: &str| cell.trim().to_owned();
    let rows: Vec<Vec<String>> =
        rows.map(|row| row.trim_matches('|').split('|').map(cell).collect()).collect();
    assert!(!rows.is_empty(), "no rows below {heading}");
    rows
}

/// Returns what stands between backticks, spaces at its ends included.
fn code(cell: &str) -> &str {
    cell.strip_prefix('`')
        .and_then(|cell| cell.strip_suffix('`'))
        .unwrap_or_else(|| panic!("{cell} is no code"))
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder with nothing but the sample data of the project.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in ["data/logs/sample.log", "data/ranges.json"] {
        let to = folder.path().join(name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(project().join(name), to).unwrap();
    }
    folder
}

/// Runs a command line of the page; collections are quick ones of the demo world.
fn typed(folder: &Path, command_line: &str) -> Output {
    let mut words = command_line.split(' ');
    assert_eq!(words.next(), Some("streamguard"), "{command_line}");
    let mut command = streamguard(folder);
    command.envs([("STREAMGUARD_OFFLINE", "1"), ("STREAMGUARD_QUICK_TEST", "1")]);
    command.args(words).output().expect("the program was built")
}

fn runs_as_told(heading: &str) {
    let collected = folder();
    for row in table(heading) {
        let (command_line, code_wanted) = (code(&row[1]), row[2].parse::<i32>().unwrap());
        let own = folder();
        // What shows a run needs one.
        let needs_run = command_line.contains("data/raw");
        let folder = if needs_run { &collected } else { &own };
        if needs_run && !folder.path().join("data/raw").exists() {
            assert_eq!(typed(folder.path(), "streamguard collect").status.code(), Some(0));
        }
        let output = typed(folder.path(), command_line);
        let said = format!("{}{}", stdout(&output), stderr(&output));
        assert_eq!(output.status.code(), Some(code_wanted), "{command_line}: {said}");
    }
}

#[test]
fn the_commands_of_the_collector_work() {
    runs_as_told("Commands of the collector");
}

#[test]
fn the_commands_of_the_mini_orchestrator_work() {
    runs_as_told("Commands of the mini orchestrator");
    for (arguments, expected) in [("streamguard", "collect"), ("streamguard nosuch", "The commands are:")] {
        let said = stderr(&typed(folder().path(), arguments));
        assert!(said.contains(expected) && said.contains("ingest") && said.contains("prime"), "{said}");
    }
}

#[test]
fn a_quick_run_leaves_the_files_fields_and_lines_of_the_original() {
    let folder = folder();
    let output = typed(folder.path(), "streamguard collect");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let raw = folder.path().join("data/raw");
    for row in table("Files in `data/raw`") {
        assert!(raw.join(code(&row[1])).metadata().is_ok_and(|file| file.len() > 0), "{row:?}");
    }
    for gone in ["collection_results.csv", "findings.sarif", "collection_run.csv"] {
        assert!(!raw.join(gone).exists(), "{gone}");
    }
    let results: Value =
        serde_json::from_slice(&fs::read(raw.join("collection_results.json")).unwrap()).unwrap();
    for row in table("Fields of `collection_results.json`") {
        assert!(results.pointer(code(&row[1])).is_some_and(|value| !value.is_null()), "{row:?}");
    }
    let report: Value =
        serde_json::from_slice(&fs::read(raw.join("collection_report.json")).unwrap()).unwrap();
    assert!(report["summary"]["expected_code_pairs"]["estimate"].is_u64());
    assert_eq!(report["summary"]["code_pairs"], results["summary"]["code_pairs"]);
    let sample: Value = serde_json::from_str(&lines(folder.path(), "samples.jsonl")[0]).unwrap();
    for row in table("Fields of a sample") {
        assert!(sample.get(code(&row[1])).is_some(), "{row:?}");
    }
    let summary = stdout(&output);
    for row in table("Lines of the summary") {
        assert!(summary.lines().any(|line| line.starts_with(code(&row[1]))), "{row:?}: {summary}");
    }
    assert!(summary.lines().all(|line| line.chars().count() <= 80), "{summary}");
}

#[test]
fn the_metrics_of_the_mini_orchestrator_are_there() {
    let folder = folder();
    for row in table("Metrics of the mini orchestrator") {
        let printed = stdout(&typed(folder.path(), code(&row[1])));
        let line = code(&row[2]);
        assert!(printed.lines().any(|printed| printed.contains(line)), "{row:?}: {printed}");
    }
}

#[test]
fn tokens_come_from_the_environment_and_from_a_file_and_are_left_nowhere() {
    let folder = folder();
    let variables = table("Variables");
    for row in &variables[..2] {
        let mut command = streamguard(folder.path());
        command.envs([("STREAMGUARD_OFFLINE", "1"), ("STREAMGUARD_QUICK_TEST", "1")]);
        command.env(code(&row[1]), "a-token-that-must-not-be-seen");
        let output = command.args(["collect", "--fresh", "--collectors", "cve", "github"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(!format!("{}{}", stdout(&output), stderr(&output)).contains("must-not-be-seen"));
    }
    assert_eq!(code(&variables[2][1]), ".env");
    fs::write(folder.path().join(".env"), "GITHUB_TOKEN=a-token-that-must-not-be-seen\nSTREAMGUARD_SEED=8\n")
        .unwrap();
    let output = typed(folder.path(), "streamguard collect --fresh --collectors synthetic");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let results = fs::read_to_string(folder.path().join("data/raw/collection_results.json")).unwrap();
    assert!(results.contains("\"seed\": 8") && !results.contains("must-not-be-seen"), "{results}");
}
