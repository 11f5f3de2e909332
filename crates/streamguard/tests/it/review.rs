//! Verdicts of readers, and what they do to the next dataset.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::{lines, run, stderr, stdout, streamguard};

const COLLECT: [&str; 5] =
    ["collect", "--offline", "--quick-test", "--no-dashboard", "--collectors=repo,synthetic"];

fn answer(folder: &Path, arguments: &[&str], answers: &str) -> Output {
    let mut command = streamguard(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn verdicts_override_labels_and_survive_new_runs() {
    let folder = tempfile::tempdir().unwrap();
    let collected = run(folder.path(), &COLLECT);
    assert_eq!(collected.status.code(), Some(0), "{}", stderr(&collected));
    let before = lines(folder.path(), "samples.jsonl");

    let review = ["review", "--reader", "ada", "-n", "4"];
    let output = answer(folder.path(), &review, "r\nwhat?\nn\nu\nq\n");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("3 verdicts added to data/raw/reviews.csv"), "{text}");
    assert!(text.contains("1 unsure") && text.contains("50.0 %"), "{text}");
    // Who goes on is asked about others.
    let more = answer(folder.path(), &review, "s\n");
    assert!(stdout(&more).contains("0 verdicts added"), "{}", stdout(&more));

    let table = fs::read_to_string(folder.path().join("data/raw/reviews.csv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let of = |verdict: &str| rows.iter().find(|row| row[6] == verdict).unwrap();
    let (right, wrong) = (of("right"), of("not_part"));

    for more in [&["--fresh"][..], &["--update"]] {
        let again = run(folder.path(), &[&COLLECT[..], more].concat());
        assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
        // An update without a change writes nothing, and says so instead.
        let is_written = stdout(&again).contains(", 1 that readers call wrong left out");
        assert_eq!(is_written, more[0] == "--fresh", "{}", stdout(&again));
        let after = lines(folder.path(), "samples.jsonl");
        assert_eq!(after.len() + 1, before.len());
        let samples: Vec<Value> = after.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let is = |row: &[&str], sample: &Value| {
            sample["commit"] == row[2] && sample["path_after"] == row[3] && sample["function"] == row[4]
        };
        let confirmed: Vec<&Value> = samples.iter().filter(|sample| is(right, sample)).collect();
        assert!(confirmed.iter().any(|sample| {
            sample["label_confidence"] == 1.0 && sample["label_evidence"][0] == "review:right"
        }));
        assert!(!samples.iter().any(|sample| is(wrong, sample)), "{wrong:?}");
        assert_eq!(fs::read_to_string(folder.path().join("data/raw/reviews.csv")).unwrap(), table);
    }

    let report = run(folder.path(), &["review", "--report", "--json"]);
    let report: Value = serde_json::from_str(&stdout(&report)).unwrap();
    assert_eq!(report["precision"]["part"]["hits"], 1);
}

#[test]
fn a_table_that_is_none_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let collect = ["collect", "--collectors=synthetic", "--synthetic-samples=20", "--no-dashboard"];
    fs::create_dir_all(folder.path().join("data/raw")).unwrap();
    fs::write(folder.path().join("data/raw/reviews.csv"), "reader,verdict\nada,right\n").unwrap();
    let output = run(folder.path(), &collect);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("reviews.csv") && stderr(&output).contains("line"),
        "{}",
        stderr(&output)
    );
    assert_eq!(run(folder.path(), &["review"]).status.code(), Some(2));
}
