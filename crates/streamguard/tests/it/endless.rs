//! Files and pipes that never end: each is refused, or obeys signals.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::Duration;

use crate::{run, stderr, streamguard};

/// A run that ends at once.
const SMALL: [&str; 5] = ["collect", "--collectors", "synthetic", "--synthetic-samples", "5"];

#[test]
fn devices_and_pipes_in_the_place_of_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, pipe.as_path(), rustix::fs::Mode::RWXU).unwrap();
    for path in ["/dev/zero", "pipe"] {
        for (flag, code) in [("--config", 2), ("--token-file", 2), ("--snapshot", 1)] {
            let output = run(folder.path(), &[&SMALL[..], &[flag, path]].concat());
            assert_eq!(output.status.code(), Some(code), "{flag} {path}: {}", stderr(&output));
            assert!(stderr(&output).contains("not a regular file"), "{flag} {path}: {}", stderr(&output));
        }
    }
    symlink("/dev/zero", folder.path().join(".env")).unwrap();
    let output = run(folder.path(), &SMALL);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn devices_in_the_state_of_a_run_are_refused() {
    let commands: [&[&str]; 3] = [&["report"], &["replay"], &SMALL];
    // A finished run is left as it is, and so its journal is not read.
    for (name, commands) in [("run.json", &commands[..]), ("journal.jsonl", &commands[..2])] {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(run(folder.path(), &SMALL).status.code(), Some(0));
        let file = folder.path().join("data/raw/.streamguard").join(name);
        fs::remove_file(&file).unwrap();
        symlink("/dev/zero", &file).unwrap();
        for command in commands {
            let output = run(folder.path(), command);
            assert_eq!(output.status.code(), Some(1), "{name} {command:?}: {}", stderr(&output));
            assert!(
                stderr(&output).contains("not a regular file"),
                "{name} {command:?}: {}",
                stderr(&output)
            );
        }
    }
}

#[test]
fn ingest_of_what_never_ends_obeys_signals() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, pipe.as_path(), rustix::fs::Mode::RWXU).unwrap();
    for (path, output) in [("/dev/zero", "zero"), ("pipe", "fifo")] {
        let mut child = streamguard(folder.path())
            .args(["ingest", "--path", path, "--output-dir", output])
            .spawn()
            .unwrap();
        let journal = folder.path().join(output).join(".streamguard/journal.jsonl");
        while !fs::read_to_string(&journal).is_ok_and(|text| text.contains("shard_started")) {
            assert_eq!(child.try_wait().unwrap(), None, "{path}");
            std::thread::sleep(Duration::from_millis(10));
        }
        Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(143), "{path}");
    }
}
