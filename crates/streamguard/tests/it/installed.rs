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
    let pages = std::fs::read_dir(folder.path().join("man1")).unwrap().map(|page| page.unwrap().path());
    let command = ["-T", "lint", "-W", "style"];
    match Command::new("mandoc").args(command).args(pages).output() {
        // Without a checkout there is no date to give.
        Ok(said) => {
            assert!(stdout(&said).lines().all(|line| line.contains("missing date")), "{}", stdout(&said))
        }
        Err(_) => {
            let text = b"SKIPPED: there is no mandoc, manual pages are not checked\n";
            let _ = std::io::Write::write_all(&mut std::io::stderr(), text);
        }
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

#[test]
fn the_cache_and_reports_answer_in_json_what_they_answer_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let answer = |arguments: &[&str]| {
        let output = streamguard(folder.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    };
    let rows = |arguments: &[&str]| -> Vec<serde_json::Value> {
        answer(arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    answer(&["collect", "--offline", "--collectors", "osv", "synthetic", "--quick-test", "--quiet"]);

    let words = answer(&["cache"]);
    let named: Vec<_> = words.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
    let parts = rows(&["cache", "--json"]);
    let names: Vec<_> = parts.iter().map(|part| part["part"].as_str().unwrap()).collect();
    assert_eq!(names, named[..named.len() - 1], "the last line of the table is the sum");
    let entries: u64 = parts.iter().map(|part| part["entries"].as_u64().unwrap()).sum();
    assert!(entries > 0 && parts.iter().any(|part| part["bytes"].as_u64() > Some(0)), "{parts:?}");
    let [removed] = &rows(&["cache", "prune", "--days", "213503982334602", "--json"])[..] else {
        panic!("one line")
    };
    assert_eq!(removed["removed"], 0, "nothing is that old");
    let [removed] = &rows(&["cache", "clear", "--json"])[..] else { panic!("one line") };
    assert!(removed["removed"].as_u64() > Some(0) && removed["in_use"] == 0, "{removed}");

    let written = rows(&["report", "--json", "--format", "csv", "sarif"]);
    let paths: Vec<_> = written.iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(paths.join("\n") + "\n", answer(&["report", "--format", "csv", "sarif"]));
    assert_eq!(written.last().unwrap()["format"], "sarif");
}
