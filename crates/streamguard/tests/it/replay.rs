//! Runs that are played again, and lines for machines.

use std::time::Instant;

use serde_json::Value;

use crate::{run, stderr, stdout};

const COLLECT: [&str; 5] = ["collect", "--collectors", "synthetic", "--synthetic-samples", "500"];

#[test]
fn a_run_is_played_again_in_its_own_time() {
    let folder = tempfile::tempdir().unwrap();
    let collected = run(folder.path(), &COLLECT);
    assert_eq!(collected.status.code(), Some(0), "{}", stderr(&collected));
    let start = Instant::now();
    let played = run(folder.path(), &["replay", "data/raw", "--speed", "max"]);
    let at_once = start.elapsed();
    assert_eq!(played.status.code(), Some(0), "{}", stderr(&played));
    assert!(stderr(&played).contains("synthetic: complete, 500 records"), "{}", stderr(&played));
    assert!(
        stdout(&played).contains("synthetic") && stdout(&played).contains("500/500"),
        "{}",
        stdout(&played)
    );
    let start = Instant::now();
    let slow = run(folder.path(), &["replay", "data/raw", "--speed", "0.2"]);
    assert_eq!(slow.status.code(), Some(0));
    assert!(start.elapsed() > at_once, "it takes its time");
    // Only the time stamps differ.
    let words = |text: String| -> Vec<String> {
        text.lines().filter(|line| !line.contains("500 of 500")).map(|line| line[10..].to_owned()).collect()
    };
    assert_eq!(words(stderr(&slow)), words(stderr(&played)));
}

#[test]
fn a_folder_without_a_run_cannot_be_played() {
    let folder = tempfile::tempdir().unwrap();
    let played = run(folder.path(), &["replay", "nowhere"]);
    assert_eq!(played.status.code(), Some(2));
    assert!(stderr(&played).contains("there is no run in nowhere"), "{}", stderr(&played));
    for speed in ["0", "-1", "fast", "NaN", "inf", "1e-9"] {
        assert_eq!(
            run(folder.path(), &["replay", &format!("--speed={speed}")]).status.code(),
            Some(2),
            "{speed}"
        );
    }
}

#[test]
fn lines_for_machines_are_json_and_hold_nothing_raw() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"
import json, sys
sys.stdin.readline()
say = lambda **message: print(json.dumps(message), flush=True)
say(ready={"protocol": 1})
for line in sys.stdin:
    order = json.loads(line)
    if "plan" in order:
        say(shard=1); say(planned={})
        continue
    for at in range(400): say(note={"level": "warning", "text": "\x1b[2J\x9b31m\u202e" + "x" * (1000000 if at == 0 else 3)})
    say(doing={"text": "\x1b[31mwaits"})
    say(failed={"shard": 0, "reason": "\x1b]0;evil\x07" * 100000, "retry": False})
"#;
    std::fs::write(folder.path().join("noisy.py"), script).unwrap();
    let config = "[[job]]\nname = \"noisy\"\ncommand = [\"python3\", \"noisy.py\"]\n";
    std::fs::write(folder.path().join("streamguard.toml"), config).unwrap();
    for format in ["json", "text"] {
        let output =
            run(folder.path(), &["run", "--output-dir", format, "--log-format", format, "--verbose"]);
        assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
        let said = stderr(&output);
        assert!(!said.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{format}");
        assert!(said.len() < 1 << 20, "{} bytes", said.len());
        assert!((10..200).contains(&said.lines().count()), "{} lines", said.lines().count());
        assert!(said.contains("more such lines"), "{said}");
        if format == "json" {
            for line in said.lines() {
                let object: Value =
                    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                for key in ["time", "level", "message", "job"] {
                    assert!(object.get(key).is_some(), "{key}: {line}");
                }
            }
            assert!(
                said.contains("\"event\":\"shard_ended\"") && said.contains("\\u001b[2J\\u009b31m\\u202e")
            );
        }
    }
}
