//! Finished runs: nothing replaces them but `--fresh`, which leaves nothing of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use crate::{run, stderr, stdout};

const COLLECT: [&str; 6] =
    ["collect", "--offline", "--quick-test", "--collectors", "exploitdb,github,synthetic", "--no-dashboard"];

/// Files below a folder: path, content, and time of the last change.
type Files = BTreeMap<String, (Vec<u8>, SystemTime)>;

fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap().map(Result::unwrap) {
            let (path, metadata) = (entry.path(), entry.metadata().unwrap());
            if metadata.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            found.insert(name, (std::fs::read(&path).unwrap(), metadata.modified().unwrap()));
        }
    }
    found
}

#[test]
fn the_same_command_again_is_already_complete() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path(), &COLLECT);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    let before = files(&folder.path().join("data/raw"));
    for more in [&[][..], &["--resume"], &["--workers", "1", "--mode", "threading"]] {
        let again = run(folder.path(), &[&COLLECT[..], more].concat());
        assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
        let said = stdout(&again);
        assert!(said.contains("already complete") && said.contains("\nNothing was changed."), "{said}");
        assert!(files(&folder.path().join("data/raw")) == before, "{more:?} touched a file");
    }
    // The settings of the run stand in its folder: nothing else has to be said to resume it.
    let resumed = run(folder.path(), &["collect", "--resume"]);
    assert_eq!(resumed.status.code(), Some(0), "{}{}", stdout(&resumed), stderr(&resumed));
    assert!(files(&folder.path().join("data/raw")) == before);
}

#[test]
fn another_command_says_what_is_there_and_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &COLLECT);
    std::fs::write(
        folder.path().join("streamguard.toml"),
        "[[job]]\nname = \"other\"\ncommand = [\"true\"]\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("a.log"), "").unwrap();
    let before = files(&folder.path().join("data/raw"));
    let others: [&[&str]; 5] = [
        &["collect", "--offline", "--collectors", "synthetic", "--synthetic-samples", "3"],
        &["collect", "--offline", "--collectors", "synthetic", "--synthetic-samples", "3", "--resume"],
        &["run", "--output-dir", "data/raw"],
        &["ingest", "--path", "a.log", "--output-dir", "data/raw"],
        &["plan", "collect", "--offline", "--collectors", "synthetic", "--output-dir", "data/raw"],
    ];
    for other in others {
        let output = run(folder.path(), other);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{other:?}: {said}");
        for wanted in
            ["finished run", "samples", "begun 20", "by: streamguard collect", "--fresh", "--output-dir"]
        {
            assert!(said.contains(wanted), "{other:?}: {wanted} is missing in {said}");
        }
        assert!(files(&folder.path().join("data/raw")) == before, "{other:?} touched a file");
    }
}

#[test]
fn fresh_leaves_nothing_of_the_old_run() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &COLLECT);
    let foreign = folder.path().join("data/raw/tables/notes.txt");
    std::fs::write(&foreign, "of the user").unwrap();
    let card = folder.path().join("data/raw/README.md");
    let own_card = std::fs::read(&card).unwrap();
    std::fs::write(&card, "of the user").unwrap();
    let small =
        ["collect", "--collectors", "synthetic", "--synthetic-samples", "3", "--report-formats", "json"];
    let output = run(folder.path(), &[&small[..], &["--fresh"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for file in [&foreign, &card] {
        assert_eq!(std::fs::read(file).unwrap(), b"of the user");
    }
    std::fs::write(&card, own_card).unwrap();
    std::fs::remove_dir_all(foreign.parent().unwrap()).unwrap();
    let alone = tempfile::tempdir().unwrap();
    run(alone.path(), &small);
    let names = |folder: &Path| files(&folder.join("data/raw")).into_keys().collect::<Vec<_>>();
    assert_eq!(names(folder.path()), names(alone.path()));
}

#[test]
fn fresh_removes_a_run_whose_state_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &COLLECT);
    std::fs::write(folder.path().join("data/raw/.streamguard/run.json"), "").unwrap();
    let small = ["collect", "--collectors", "synthetic", "--synthetic-samples", "3", "--fresh"];
    let output = run(folder.path(), &small);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for name in ["exploitdb.jsonl", "fixes.jsonl", "advisories.jsonl", "github.advisories.jsonl"] {
        assert!(!folder.path().join("data/raw").join(name).exists(), "{name}");
    }
}

#[test]
fn only_an_interrupted_run_can_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["collect", "--offline", "--resume", "--output-dir", "absent"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("no run to resume"), "{}", stderr(&output));
    assert!(!folder.path().join("absent").exists());
}

#[test]
fn outputs_of_an_unknown_run_are_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("data/raw")).unwrap();
    let samples = folder.path().join("data/raw/samples.jsonl");
    std::fs::write(&samples, "of somebody").unwrap();
    let output = run(folder.path(), &COLLECT);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("samples.jsonl is there already"), "{}", stderr(&output));
    assert_eq!(std::fs::read(&samples).unwrap(), b"of somebody");
}

#[test]
fn no_cache_leaves_the_cache_of_the_machine_alone() {
    let folder = tempfile::tempdir().unwrap();
    // The demo world is unpacked into the cache.
    run(folder.path(), &COLLECT);
    let before = files(&folder.path().join("cache"));
    assert!(!before.is_empty());
    let collect = |flag: &str| {
        let arguments = ["collect", "--collectors", "synthetic", "--synthetic-samples", "3", "--fresh", flag];
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    };
    collect("--no-cache");
    assert!(files(&folder.path().join("cache")) == before);
    assert!(!folder.path().join("data/raw/.streamguard/cache").exists());
    collect("--refresh-cache");
    let left = files(&folder.path().join("cache"));
    assert!(left.keys().all(|name| !name.contains("snapshots")), "{left:?}");
}
