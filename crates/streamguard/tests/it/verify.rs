//! Digests of all files of a run, and damage that they find.

use std::fs;

use crate::damage::{Random, files, flips};
use crate::{run, stderr, stdout};

const COLLECT: [&str; 5] =
    ["collect", "--offline", "--quick-test", "--collectors=github,synthetic", "--no-dashboard"];

/// Number of bits that are flipped for each one of the attack on state and caches: this check is quick.
const FLIPS_FACTOR: usize = 8;

#[test]
fn a_file_is_not_a_run() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let output = run(folder.path(), &["verify", "file"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("hint: name the output directory of a run"), "{}", stderr(&output));
}

#[test]
fn every_flipped_bit_of_a_finished_folder_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let collected = run(folder.path(), &COLLECT);
    assert_eq!(collected.status.code(), Some(0), "{}", stderr(&collected));
    let whole = run(folder.path(), &["verify"]);
    assert_eq!(whole.status.code(), Some(0), "{}{}", stdout(&whole), stderr(&whole));
    let files = files(&folder.path().join("data/raw"));
    assert!(files.len() > 15, "{files:?}");
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..FLIPS_FACTOR * flips() {
        let file = &files[random.below(files.len())];
        let bytes = fs::read(file).unwrap();
        let (position, bit) = (random.below(bytes.len()), random.below(8));
        let mut flipped = bytes.clone();
        flipped[position] ^= 1 << bit;
        fs::write(file, flipped).unwrap();
        let found = run(folder.path(), &["verify", "data/raw"]);
        let about = format!("{}, byte {position}, bit {bit}", file.display());
        assert_eq!(found.status.code(), Some(7), "{about}: {}{}", stdout(&found), stderr(&found));
        fs::write(file, bytes).unwrap();
    }
    assert_eq!(run(folder.path(), &["verify"]).status.code(), Some(0));
}

#[test]
fn reports_that_are_written_anew_are_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &[&COLLECT[..], &["--report-formats", "json"]].concat());
    let verify = || run(folder.path(), &["verify"]);
    for formats in ["json", "csv,html"] {
        let report = run(folder.path(), &["report", "--format", formats]);
        assert_eq!(report.status.code(), Some(0), "{}", stderr(&report));
        assert_eq!(verify().status.code(), Some(0), "{}", stdout(&verify()));
    }
    fs::remove_file(folder.path().join("data/raw/collection_report.html")).unwrap();
    let found = verify();
    assert_eq!(found.status.code(), Some(7));
    assert!(stdout(&found).contains("data/raw/collection_report.html is gone"), "{}", stdout(&found));
    run(folder.path(), &["report", "--format", "html"]);
    assert_eq!(verify().status.code(), Some(0));
}

#[test]
fn a_card_that_was_edited_is_no_damage_and_one_of_somebody_else_stays() {
    let folder = tempfile::tempdir().unwrap();
    let collect = ["collect", "--collectors=synthetic", "--synthetic-samples=40", "--no-dashboard"];
    run(folder.path(), &collect);
    let card = folder.path().join("data/raw/README.md");
    let written = fs::read_to_string(&card).unwrap();
    assert!(written.contains("| synthetic | 40 |"), "{written}");
    fs::write(&card, format!("{written}\nCollected for my thesis.\n")).unwrap();
    let found = run(folder.path(), &["verify"]);
    assert_eq!(found.status.code(), Some(0), "{}", stdout(&found));
    assert!(stdout(&found).contains("data/raw/README.md was changed by you"), "{}", stdout(&found));

    // Somebody else's file is not a card.
    fs::create_dir(folder.path().join("mine")).unwrap();
    let mine = folder.path().join("mine/README.md");
    fs::write(&mine, "# My thesis\n").unwrap();
    for more in [&["--output-dir", "mine"][..], &["--output-dir", "mine", "--fresh"]] {
        let output = run(folder.path(), &[&collect[..], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(fs::read_to_string(&mine).unwrap(), "# My thesis\n");
    }
    assert_eq!(run(folder.path(), &["verify", "mine"]).status.code(), Some(0));
}

#[test]
fn damaged_data_are_neither_updated_nor_reported() {
    let folder = tempfile::tempdir().unwrap();
    let collected = run(folder.path(), &COLLECT);
    assert_eq!(collected.status.code(), Some(0), "{}", stderr(&collected));
    let commands = [&["collect", "--update", "--no-dashboard"][..], &COLLECT, &["report"]];
    let out = folder.path().join("data/raw");
    for name in ["samples.jsonl", "samples.parquet", "advisories.jsonl", ".streamguard/journal.jsonl"] {
        let path = out.join(name);
        let whole = fs::read(&path).unwrap();
        let half: Vec<u8> =
            whole.split_inclusive(|byte| *byte == b'\n').step_by(2).flatten().copied().collect();
        for damage in [None, Some(half)] {
            match damage {
                Some(bytes) => fs::write(&path, bytes).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            // Reports are made from the journal and the samples.
            let using = match name {
                "advisories.jsonl" => &commands[..2],
                ".streamguard/journal.jsonl" => &commands[2..],
                _ => &commands[..],
            };
            for command in using {
                let output = run(folder.path(), command);
                let said = stderr(&output);
                assert_eq!(output.status.code(), Some(7), "{name} {command:?}: {}{said}", stdout(&output));
                assert!(said.contains(name) && said.contains("--fresh"), "{name} {command:?}: {said}");
            }
            fs::write(&path, &whole).unwrap();
        }
    }
    assert_eq!(run(folder.path(), &["verify"]).status.code(), Some(0));

    // Reports belong beside no other run.
    let other =
        run(folder.path(), &["collect", "--collectors=synthetic", "--synthetic-samples=4", "--output-dir=b"]);
    assert_eq!(other.status.code(), Some(0), "{}", stderr(&other));
    let into = run(folder.path(), &["report", "data/raw", "--output-dir", "b"]);
    assert_eq!(into.status.code(), Some(2), "{}", stderr(&into));
    assert!(stderr(&into).contains("holds another run"), "{}", stderr(&into));
}

#[test]
fn changed_data_are_read_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["collect", "--collectors=synthetic", "--synthetic-samples=40", "--no-dashboard"]);
    let prepare = |out: &str| stderr(&run(folder.path(), &["prepare", "data/raw", "--output-dir", out]));
    let export = |out: &str| stderr(&run(folder.path(), &["export", "a", "--to=hf", "--output-dir", out]));
    assert!(!prepare("a").contains("warning: ") && !export("hf").contains("warning: "));
    for name in ["data/raw/samples.parquet", "a/data/train.parquet"] {
        let path = folder.path().join(name);
        let mut bytes = fs::read(&path).unwrap();
        // Behind the magic number, where nobody looks but a digest.
        bytes.insert(4, 0);
        fs::write(&path, bytes).unwrap();
    }
    for (said, name) in [(prepare("b"), "data/raw/samples.parquet"), (export("hf2"), "a/data/train.parquet")]
    {
        assert!(said.contains(&format!("warning: {name} is not as it was written")), "{said}");
    }
}

#[test]
fn what_is_no_finished_run_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = run(folder.path(), &["verify", "absent"]);
    assert_eq!(nothing.status.code(), Some(2), "{}", stderr(&nothing));
    assert!(stderr(&nothing).contains("there is no run in absent"), "{}", stderr(&nothing));
}

#[test]
fn edited_settings_are_found_before_they_make_other_data() {
    let folder = tempfile::tempdir().unwrap();
    let planned =
        run(folder.path(), &["plan", "collect", "--collectors=synthetic", "--synthetic-samples=40"]);
    assert_eq!(planned.status.code(), Some(0), "{}", stderr(&planned));
    let path = folder.path().join("data/raw/.streamguard/run.json");
    let text = fs::read_to_string(&path).unwrap();
    let edited = text.replace("\"seed\": 42", "\"seed\": 43");
    assert!(edited != text);
    fs::write(&path, edited).unwrap();
    let resumed = run(folder.path(), &["collect", "--resume"]);
    assert_eq!(resumed.status.code(), Some(7), "{}", stderr(&resumed));
    assert!(stderr(&resumed).contains("changed since it was written"), "{}", stderr(&resumed));
}

#[test]
fn another_build_does_not_continue_a_run() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["plan", "collect", "--collectors=synthetic", "--synthetic-samples=40"]);
    let path = folder.path().join("data/raw/.streamguard/run.json");
    let mut info: streamguard_engine::RunInfo = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let this = std::mem::replace(&mut info.build, "0.0.1+older".to_owned());
    fs::write(&path, info.to_bytes()).unwrap();
    for arguments in [
        &["collect", "--resume"][..],
        &["merge", "--plan", "data/raw"],
        &["shard", "run", "--plan", "data/raw", "--index", "0"],
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        let said = stderr(&output);
        assert!(said.contains("0.0.1+older") && said.contains(&this), "{arguments:?}: {said}");
    }
    // A finished run is not begun anew for that.
    let finished =
        run(folder.path(), &["collect", "--collectors=synthetic", "--synthetic-samples=40", "--fresh"]);
    assert_eq!(finished.status.code(), Some(0), "{}", stderr(&finished));
    let mut info: streamguard_engine::RunInfo = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    info.build = "0.0.1+older".to_owned();
    fs::write(&path, info.to_bytes()).unwrap();
    let again = run(folder.path(), &["collect", "--collectors=synthetic", "--synthetic-samples=40"]);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert!(
        stdout(&again).contains("already complete") && stdout(&again).contains("made by build 0.0.1+older")
    );
}
