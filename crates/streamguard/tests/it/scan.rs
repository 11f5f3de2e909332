//! Copies of vulnerable functions in a tree.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{run, stderr, stdout};

/// Collects some pairs, and returns those from advisories whose functions are long enough.
fn collected(folder: &Path) -> Vec<Value> {
    let collect = ["collect", "--offline", "--collectors", "cve", "--cve-samples", "60", "--quiet"];
    let output = run(folder, &collect);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = fs::read_to_string(folder.join("data/raw/samples.jsonl")).unwrap();
    let samples = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    samples.filter(|sample| sample["kind"] == "pair" && sample["language"] == "c").collect()
}

fn findings(output: &std::process::Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_copy_of_the_vulnerable_side_is_found_and_one_of_the_fixed_side_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let samples = collected(folder);
    assert!(samples.len() > 3, "{}", samples.len());
    for (name, side) in [("old", "vulnerable_code"), ("new", "fixed_code")] {
        fs::create_dir_all(folder.join(name).join("vendor")).unwrap();
        for (number, sample) in samples.iter().enumerate() {
            // Copied by somebody with other habits of layout.
            let code = sample[side].as_str().unwrap().replace("    ", "\t");
            fs::write(folder.join(name).join(format!("vendor/f{number}.c")), code).unwrap();
        }
    }
    let old = run(folder, &["scan", "old", "--json"]);
    assert_eq!(old.status.code(), Some(8), "{}", stderr(&old));
    let found = findings(&old);
    assert!(found.len() * 10 >= samples.len() * 8, "{} of {}", found.len(), samples.len());
    assert!(found.iter().all(|finding| finding["verdict"] == "vulnerable"));
    assert!(!found[0]["fix"]["advisories"].as_array().unwrap().is_empty());

    let new = run(folder, &["scan", "new"]);
    assert_eq!(new.status.code(), Some(0), "{}{}", stdout(&new), stderr(&new));

    fs::write(folder.join("known.json"), &old.stdout).unwrap();
    let again = run(folder, &["scan", "old", "--baseline", "known.json"]);
    assert_eq!(again.status.code(), Some(0), "{}", stdout(&again));
    assert!(stdout(&again).contains(" 0 functions with a known weakness"), "{}", stdout(&again));
}

#[test]
fn an_index_file_finds_what_its_dataset_finds_with_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let samples = collected(folder);
    for (number, sample) in samples.iter().enumerate() {
        fs::write(folder.join(format!("f{number}.c")), sample["vulnerable_code"].as_str().unwrap()).unwrap();
    }
    let built = run(folder, &["known", "build", "-o", "known.sgdb"]);
    assert_eq!(built.status.code(), Some(0), "{}", stderr(&built));
    let by_dataset = run(folder, &["scan", "--json", "--workers", "1"]);
    let by_index = run(folder, &["scan", "--json", "--workers", "3", "--known", "known.sgdb"]);
    assert_eq!(by_dataset.status.code(), Some(8));
    assert_eq!(by_dataset.stdout, by_index.stdout);

    let explained = run(folder, &["scan", "--explain", "--known", "known.sgdb"]);
    assert!(stdout(&explained).contains("still there:"), "{}", stdout(&explained));

    let mut bytes = fs::read(folder.join("known.sgdb")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(folder.join("known.sgdb"), bytes).unwrap();
    let damaged = run(folder, &["scan", "--known", "known.sgdb"]);
    assert!(damaged.status.code() != Some(0) && damaged.status.code() != Some(8));
    assert!(stderr(&damaged).contains("damaged"), "{}", stderr(&damaged));
}

#[test]
fn what_is_not_read_is_passed_over_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    collected(folder);
    fs::create_dir(folder.join("tree")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.join("tree/zero.c")).unwrap();
    // Large, and no source code.
    fs::File::create(folder.join("tree/film.mp4")).unwrap().set_len(20 << 20).unwrap();
    let scanned = run(folder, &["scan", "tree"]);
    assert_eq!(scanned.status.code(), Some(0), "{}", stderr(&scanned));
    fs::File::create(folder.join("tree/large.c")).unwrap().set_len(20 << 20).unwrap();
    let partial = run(folder, &["scan", "tree"]);
    assert_eq!(partial.status.code(), Some(3), "{}", stderr(&partial));
    assert!(stderr(&partial).contains("large.c: larger than 16 MiB"), "{}", stderr(&partial));
    let missing = run(folder, &["scan", "nosuch"]);
    assert_eq!(missing.status.code(), Some(2), "{}", stderr(&missing));
}
