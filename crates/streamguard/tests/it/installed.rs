//! What an installed program brings along: completions and manual pages.

use std::process::Command;

use crate::{stderr, stdout, streamguard};

#[test]
fn shells_load_their_completions() {
    let folder = tempfile::tempdir().unwrap();
    let shells = [
        ("bash", "source ./script && complete -p streamguard"),
        ("zsh", "autoload -U compinit && compinit -u -d dump && source ./script && whence _streamguard"),
        ("fish", "source ./script; and complete -C 'streamguard coll'"),
    ];
    for (shell, load) in shells {
        let output = streamguard(folder.path()).args(["completions", shell]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(stdout(&output).contains("--quick-test") || shell == "fish", "{shell}");
        std::fs::write(folder.path().join("script"), &output.stdout).unwrap();
        let Ok(loaded) = Command::new(shell).args(["-c", load]).current_dir(folder.path()).output() else {
            let _ = std::io::Write::write_all(
                &mut std::io::stderr(),
                format!("SKIPPED: there is no {shell}\n").as_bytes(),
            );
            continue;
        };
        assert!(loaded.status.success(), "{shell}: {}{}", stdout(&loaded), stderr(&loaded));
        assert!(stdout(&loaded).contains("streamguard") || stdout(&loaded).contains("collect"), "{shell}");
    }
}

#[test]
fn each_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let output = streamguard(folder.path()).args(["man", "--output-dir", "man1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for page in ["streamguard.1", "streamguard-collect.1", "streamguard-prime.1", "streamguard-plan-ingest.1"]
    {
        let text = std::fs::read_to_string(folder.path().join("man1").join(page)).unwrap();
        assert!(text.contains(".TH ") && text.contains(".SH SYNOPSIS"), "{page}");
    }
    let main = streamguard(folder.path()).arg("man").output().unwrap();
    assert!(stdout(&main).contains(".SH SUBCOMMANDS"), "{}", stdout(&main));
}

#[test]
fn jobs_and_samples_are_listed_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let jobs = streamguard(folder.path()).args(["jobs", "--json"]).output().unwrap();
    let named = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["name"].clone();
    assert!(stdout(&jobs).lines().any(|line| named(line) == "ingest"));
    let collect =
        ["collect", "--offline", "--collectors", "synthetic", "--synthetic-samples", "5", "--quiet"];
    streamguard(folder.path()).args(collect).output().unwrap();
    let shown = streamguard(folder.path()).args(["examples", "--json", "-n", "2"]).output().unwrap();
    let written = std::fs::read_to_string(folder.path().join("data/raw/samples.jsonl")).unwrap();
    let value = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    let expected: Vec<_> = written.lines().take(2).map(value).collect();
    assert_eq!(stdout(&shown).lines().map(value).collect::<Vec<_>>(), expected);
}
