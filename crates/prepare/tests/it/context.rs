//! The context of functions: what is found at the commit before the fix, what is not, and how it is counted.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use streamguard_engine::{OnExistingRun, RunDir, RunOptions, RunPaths, run};
use streamguard_prepare::{PrepareJob, PreparedInfo};
use streamguard_simulator::{has_git, run_git};

use crate::fixtures::{Chance, function, write_lines};
use crate::job::prepare;

/// Function of the samples, before its fix.
const VULNERABLE: &str = "int parse(struct buffer *b) {\n    int n = LIMIT;\n    check(b, table[0]);\n    return n + read_all(b);\n}";

const URL: &str = "https://git.example/owner/app";

/// A repository with a commit and its fix. Returns its folder, and the ids of both commits.
fn repository(folder: &Path) -> (PathBuf, [String; 2]) {
    let clone = folder.join("app");
    let write = |path: &str, text: &str| {
        let path = clone.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "src/parse.c",
        &format!(
            "static int table[2] = {{1, 2}};\n\n{VULNERABLE}\n\nint main(void) {{ return parse(0); }}\n"
        ),
    );
    write(
        "src/parse.h",
        "#define LIMIT 3\nstruct buffer { char *text; };\nint read_all(struct buffer *b);\n",
    );
    write("lib/read.c", "int read_all(struct buffer *b) {\n    return b->text[0];\n}\n");
    write("lib/check.c", "void check(struct buffer *b, int a) {\n    old(b);\n}\n");
    write("lib/check.py", "def check(b, a):\n    parse(b)\n");
    write("tests/check.c", "void check(struct buffer *b, int a) { parse(b); }\n");
    run_git(folder, ["init", "--quiet", "app"]);
    run_git(&clone, ["remote", "add", "origin", &format!("{URL}.git")]);
    run_git(&clone, ["add", "."]);
    run_git(&clone, ["commit", "--quiet", "-m", "Begin"]);
    write("lib/check.c", "void check(struct buffer *b, int a) {\n    new(b);\n}\n");
    run_git(&clone, ["commit", "--quiet", "-am", "Fix it"]);
    let commits = ["HEAD~", "HEAD"].map(|name| run_git(&clone, ["rev-parse", name]));
    (clone, commits)
}

/// Rows of pairs; the first is that of the repository, the second of one without a clone, the third of a commit that the
/// clone lacks, and the fourth has no function before its fix.
fn rows(commits: &[String; 2]) -> Vec<Value> {
    let mut chance = Chance(3);
    let mut row = |number: u64, code: &str| {
        json!({
            "id": number.to_string(), "kind": "pair", "level": "function", "language": "c",
            "vulnerable_code": code, "fixed_code": function(&mut chance, 9),
            "repository": URL, "commit": commits[1], "parent_commit": commits[0],
            "path_before": "src/parse.c", "path_after": "src/parse.c", "function": "parse",
            "start_line_before": 3, "end_line_before": 7,
        })
    };
    let mut rows: Vec<Value> = (0..4).map(|number| row(number, VULNERABLE)).collect();
    rows[1]["repository"] = json!("https://git.example/owner/other");
    rows[2]["parent_commit"] = json!("0123456789012345678901234567890123456789");
    rows[3]["vulnerable_code"] = Value::Null;
    rows[3]["kind"] = json!("fixed");
    rows
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    String::from_utf8(bytes.to_vec())
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn definitions_are_those_of_the_commit_before_the_fix() {
    if !has_git() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (clone, commits) = repository(folder.path());
    let input = write_lines(&folder.path().join("in/rows.jsonl"), &rows(&commits));
    let job = PrepareJob { context: vec![clone], ..PrepareJob::new(vec![input]) };
    let files = prepare(job, &folder.path().join("out"), 1);
    let found = lines(&files["context.jsonl"]);
    assert_eq!(found.len(), 1);
    let line = &found[0];
    assert_eq!((&line["id"], &line["commit"]), (&json!("0"), &json!(commits[0])));
    assert_eq!((&line["function"], &line["path"]), (&json!("parse"), &json!("src/parse.c")));
    assert_eq!(line["truncated"], false);
    let context = line["context"].as_array().unwrap();
    let entries: Vec<String> = context
        .iter()
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap();
            format!(
                "{} {} {}:{}-{}",
                text("relation"),
                text("name"),
                text("path"),
                entry["start_line"],
                entry["end_line"]
            )
        })
        .collect();
    let expected = [
        "callee check lib/check.c:1-3",
        "callee read_all lib/read.c:1-3",
        "type buffer src/parse.h:2-2",
        "caller main src/parse.c:9-9",
        "global table src/parse.c:1-1",
        "global LIMIT src/parse.h:1-1",
    ];
    assert_eq!(entries, expected);
    assert!(context[0]["code"].as_str().unwrap().contains("old(b)"), "{context:?}");
    let info: PreparedInfo = serde_json::from_slice(&files["prepared.json"]).unwrap();
    let counts = info.context.unwrap();
    assert_eq!((counts.rows, counts.definitions, counts.truncated), (1, 6, 0));
    assert_eq!((counts.no_clone, counts.no_commit, counts.no_function), (1, 1, 1));
    assert_eq!(info.settings["context"], json!([URL]));
    assert!(String::from_utf8_lossy(&files["README.md"]).contains("## Context"));
}

#[test]
fn the_context_is_the_same_for_any_number_of_workers() {
    if !has_git() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (clone, commits) = repository(folder.path());
    // Long enough for several shards.
    let template = rows(&commits)[0].clone();
    let mut chance = Chance(9);
    let many: Vec<Value> = (0..2500)
        .map(|number: u32| {
            let mut row = template.clone();
            row["id"] = json!(number.to_string());
            row["fixed_code"] = json!(function(&mut chance, 30));
            row["parent_commit"] = json!(commits[number as usize % 2]);
            row
        })
        .collect();
    let input = write_lines(&folder.path().join("in/rows.jsonl"), &many);
    let job = PrepareJob { context: vec![clone], ..PrepareJob::new(vec![input]) };
    let one = prepare(job.clone(), &folder.path().join("one"), 1);
    let three = prepare(job, &folder.path().join("three"), 3);
    assert_eq!(lines(&one["context.jsonl"]).len(), 2500);
    assert!(one == three);
}

/// Runs a job that fails, and returns the reason.
fn failure(job: PrepareJob, folder: &Path) -> String {
    let names = streamguard_engine::Job::output_names(&job);
    let paths = RunPaths::new(folder, "test").with_outputs(names);
    let dir = RunDir::open(paths, json!({}), OnExistingRun::Discard).unwrap();
    match run(vec![Arc::new(job)], &RunOptions::default(), Some(&dir), &mut ()) {
        Ok(finished) => {
            assert_ne!(finished.status, streamguard_engine::CompletionStatus::Complete);
            assert!(!folder.join("context.jsonl").exists());
            format!("{:?}", finished.state.jobs[0])
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_dataset_without_any_clone_says_what_to_clone() {
    if !has_git() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (clone, commits) = repository(folder.path());
    let input = write_lines(&folder.path().join("in/rows.jsonl"), &rows(&commits)[1..2]);
    let job = PrepareJob { context: vec![clone], ..PrepareJob::new(vec![input.clone()]) };
    let reason = failure(job, &folder.path().join("out"));
    assert!(
        reason.contains("git clone --bare") && reason.contains("https://git.example/owner/other"),
        "{reason}"
    );
    let job = PrepareJob { context: vec![folder.path().join("nowhere")], ..PrepareJob::new(vec![input]) };
    assert!(failure(job, &folder.path().join("none")).contains("--context"));
}

#[test]
fn a_damaged_object_is_not_a_function_without_context() {
    if !has_git() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (clone, commits) = repository(folder.path());
    let input = write_lines(&folder.path().join("in/rows.jsonl"), &rows(&commits)[..1]);
    let blob = run_git(&clone, ["rev-parse", "HEAD~:lib/read.c"]);
    let other = run_git(&clone, ["rev-parse", "HEAD:lib/check.c"]);
    let object = |id: &str| clone.join(".git/objects").join(&id[..2]).join(&id[2..]);
    for damage in ["other content", "no content"] {
        fs::remove_file(object(&blob)).unwrap();
        if damage == "other content" {
            fs::copy(object(&other), object(&blob)).unwrap();
        }
        let job = PrepareJob { context: vec![clone.clone()], ..PrepareJob::new(vec![input.clone()]) };
        let reason = failure(job, &folder.path().join(damage));
        assert!(reason.contains("missing or damaged"), "{damage}: {reason}");
    }
}
