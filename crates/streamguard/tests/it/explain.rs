//! Why samples have their labels.

use std::fs;

use serde_json::Value;
use streamguard_simulator::{commit_all, has_git, run_git, write_file};

use crate::{lines, run, stderr, stdout};

const COLLECT: [&str; 5] =
    ["collect", "--offline", "--quick-test", "--no-dashboard", "--collectors=repo,osv,synthetic"];

#[test]
fn each_sample_of_a_commit_is_explained_with_what_was_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let collected = run(folder.path(), &COLLECT);
    assert_eq!(collected.status.code(), Some(0), "{}", stderr(&collected));
    let samples: Vec<Value> = lines(folder.path(), "samples.jsonl")
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for collector in ["repo", "osv"] {
        let of_commits = |sample: &&Value| sample["collector"] == collector && sample["kind"] == "pair";
        let is_merged = |sample: &&Value| sample["quality_flags"].to_string().contains("through_merge");
        let (merged, others): (Vec<_>, Vec<_>) = samples.iter().filter(of_commits).partition(is_merged);
        assert_eq!(merged.is_empty(), collector == "osv");
        for sample in merged.into_iter().take(3).chain(others.into_iter().take(5)) {
            let id = &sample["id"].as_str().unwrap()[..12];
            let output = run(folder.path(), &["explain", id, "--json"]);
            assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
            let explained: Value = serde_json::from_str(&stdout(&output)).unwrap();
            assert_eq!(explained["commit"], sample["commit"]);
            let functions = explained["functions"].as_array().unwrap();
            let own = functions.iter().find(|function| function["sample"] == sample["id"]);
            let own = own.unwrap_or_else(|| panic!("{sample} is not in {explained}"));
            assert_eq!(own["rejection"], Value::Null);
            // Of an advisory, samples show only a part.
            if collector == "repo" {
                assert_eq!(own["confidence"], own["recorded_confidence"], "{explained}");
            }
            let terms = own["terms"].as_array().unwrap().iter();
            let sum = own["base"].as_f64().unwrap()
                + terms.map(|term| term["points"].as_f64().unwrap()).sum::<f64>();
            assert!((sum - own["sum"].as_f64().unwrap()).abs() < 1e-9);

            let shown = stdout(&run(folder.path(), &["examples", "-n", "1000"]));
            assert!(shown.contains(id), "examples show the id that explain takes");
            let text = stdout(&run(folder.path(), &["explain", id, "--code"]));
            assert!(text.contains(&format!("id {id}")) && text.contains("commit size"), "{text}");
        }
    }
    let synthetic = samples.iter().find(|sample| sample["collector"] == "synthetic").unwrap();
    let output = run(folder.path(), &["explain", synthetic["id"].as_str().unwrap()]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(
        stdout(&output).contains(synthetic["label_evidence"][0].as_str().unwrap()),
        "{}",
        stdout(&output)
    );

    let unknown = run(folder.path(), &["explain", "0123456789"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("--repo PATH"), "{}", stderr(&unknown));
    assert_eq!(run(folder.path(), &["explain", "main"]).status.code(), Some(2));
    for confidence in ["NaN", "2", "-1"] {
        let output = run(folder.path(), &["explain", "123456", &format!("--min-confidence={confidence}")]);
        assert_eq!(output.status.code(), Some(2), "{confidence}");
    }
}

#[test]
fn a_commit_that_gave_no_sample_says_why() {
    if !has_git() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("clone");
    fs::create_dir(&clone).unwrap();
    run_git(&clone, ["init", "-q"]);
    let code = |check: &str| {
        format!(
            "def read(path, root):\n    full = root + path\n{check}    with open(full) as file:\n        return file.read()\n"
        )
    };
    write_file(&clone, "app.py", code(""));
    write_file(&clone, "tests/test_app.py", "def test_read():\n    assert read('a', '') == 'a'\n");
    commit_all(&clone, "Begin");
    write_file(&clone, "app.py", code("    if '..' in path:\n        raise ValueError(path)\n"));
    write_file(&clone, "tests/test_app.py", "def test_read():\n    assert read('b', '') == 'b'\n");
    let id = commit_all(&clone, "Tidy up \u{1b}[31mthe reader");
    let output = run(folder.path(), &["explain", &id[..10], "--repo", "clone"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("Not chosen by its message (0 points, 10 are needed)"), "{text}");
    assert!(text.contains("app.py:1 read") && text.contains("guard"), "{text}");
    assert!(text.contains("tests/test_app.py: test file"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
}
