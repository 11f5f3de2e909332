//! Repositories and commits that URLs of advisories name, as `resolve` prints them.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::{run, stderr, stdout, streamguard};

const ID: &str = "8eba394ad75deaf9e5cd15b78a3d16b12e6b0eba";

/// Runs `resolve` on lines of standard input.
fn resolve(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = streamguard(folder);
    command.arg("resolve").args(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn lines_of_urls_and_advisories_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    let nvd = format!(
        r#"{{"cve":{{"id":"CVE-2019-16785","references":[{{"url":"https://github.com/a/b/commit/{ID}"}},
        {{"url":"https://github.com/a/b/commit/{ID}"}},{{"url":"https://example.org/"}}]}}}}"#
    )
    .replace('\n', "");
    let input = format!(
        "https://github.com/a/b/commit/{ID}\r\n\n{nvd}\nhttps://github.com/a/b/pull/7\n{{\"torn\nhttps://github.com/a/b/compare/v1...v2\n  https://gitlab.com/a/b/-/tags/v1  \nhttps://github.com/a/b/blob/{ID}/c\n[fix](https://github.com/a/b/pull/7)\nno url"
    );
    let output = resolve(folder.path(), &[], &input);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let commit = format!("https://github.com/a/b/commit/{ID}\thttps://github.com/a/b\tcommit\t{ID}");
    let state = format!("https://github.com/a/b/blob/{ID}/c\thttps://github.com/a/b\tstate\t{ID}");
    let expected = [
        &*commit,
        &*commit,
        "https://example.org/\t\tunresolved\t",
        "https://github.com/a/b/pull/7\thttps://github.com/a/b\tpull\t7",
        "https://github.com/a/b/compare/v1...v2\thttps://github.com/a/b\tcompare\tv1...v2",
        "https://gitlab.com/a/b/-/tags/v1\thttps://gitlab.com/a/b\ttag\tv1",
        &*state,
        "[fix](https://github.com/a/b/pull/7)\thttps://github.com/a/b\tpull\t7",
        "no url\t\tunresolved\t",
    ];
    assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), expected);
    assert_eq!(
        stderr(&output),
        "9 URLs, 7 understood: commit 2, compare 1, pull 2, state 1, tag 1, unresolved 2; 1 line could not be read\n"
    );
    let files = ["one", "two"].map(|name| folder.path().join(name));
    for file in &files {
        std::fs::write(file, &input).unwrap();
    }
    let twice = run(folder.path(), &["resolve", "one", "two"]);
    assert_eq!(stdout(&twice), stdout(&output).repeat(2));
}

#[test]
fn urls_may_be_arguments() {
    let folder = tempfile::tempdir().unwrap();
    let output = resolve(folder.path(), &["https://github.com/owner/name/pull/7"], "");
    let line = "https://github.com/owner/name/pull/7\thttps://github.com/owner/name\tpull\t7\n";
    assert_eq!(stdout(&output), line);
    assert_eq!(stderr(&output), "1 URL, 1 understood: pull 1\n");
}

#[test]
fn json_lines_hold_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        resolve(folder.path(), &["--json"], "https://github.com/a/b/pull/7\nhttps://x.example/\u{202e}\n");
    assert_eq!(
        stdout(&output),
        "{\"url\":\"https://github.com/a/b/pull/7\",\"repository\":\"https://github.com/a/b\",\"kind\":\"pull\",\"target\":\"7\",\"evidence\":null}\n\
         {\"url\":\"https://x.example/\\u202e\",\"repository\":null,\"kind\":\"unresolved\",\"target\":null,\"evidence\":null}\n"
    );
}

#[test]
fn hostile_lines_are_shown_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let long = "a".repeat(17 << 20);
    let input = format!(
        "https://x.example/\u{1b}[2J\tx\u{202e}\n[\"https://y.example/\\u001b]0;x\\u0007\"]\n{long}\n{}\n",
        "[".repeat(100_000)
    );
    for arguments in [&[][..], &["--json"]] {
        let output = resolve(folder.path(), arguments, &input);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let shown = stdout(&output);
        assert_eq!(shown.lines().count(), 2, "{shown}");
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{shown:?}");
        assert!(stderr(&output).contains("2 lines could not be read"), "{}", stderr(&output));
    }
}

#[test]
fn local_history_tells_commits() {
    if Command::new("git").arg("--version").output().is_err() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: git is missing, no repository can be built");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("Owner+name/repo");
    std::fs::create_dir_all(&clone).unwrap();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=A", "-c", "user.email=a@example.org"]).args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").current_dir(&clone);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        stdout(&output).trim().to_owned()
    };
    git(&["init", "-q"]);
    git(&["commit", "-q", "--allow-empty", "-m", "Fix it (#7)"]);
    let id = git(&["rev-parse", "HEAD"]);
    let short = &id[..10];
    let input = format!(
        "https://github.com/owner/name/pull/7\nhttps://github.com/owner/name/pull/8\nhttps://github.com/owner/name/commit/{short}\nhttps://github.com/other/name/pull/7\n"
    );
    let output = resolve(folder.path(), &["--repo", "Owner+name/repo"], &input);
    let kinds: Vec<_> =
        stdout(&output).lines().map(|line| line.splitn(3, '\t').nth(2).unwrap().to_owned()).collect();
    assert_eq!(kinds, [format!("commit\t{id}"), "pull\t8".into(), format!("commit\t{id}"), "pull\t7".into()]);
    assert!(stderr(&output).contains("local history knew 2 of 3"), "{}", stderr(&output));

    git(&["remote", "add", "origin", "https://github.com/other/name.git"]);
    let output = resolve(folder.path(), &["--json", "--repo", "Owner+name/repo"], &input);
    let last = stdout(&output).lines().last().unwrap().to_owned();
    assert!(last.contains(&id) && last.contains("pull:squash-subject"), "{last}");
}

#[test]
fn an_unreadable_file_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    for (arguments, hint) in [
        (["resolve", "nowhere"].as_slice(), "nowhere"),
        (&["resolve", "--repo", "nowhere"], "nowhere"),
        (&["resolve", "--repo", "empty"], "empty"),
        (&["resolve", "--repo", "https://github.com/a/b"], "local clones"),
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(hint), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("urls"), "https://github.com/a/b/pull/7\n".repeat(100_000)).unwrap();
    let mut command = streamguard(folder.path());
    let mut child =
        command.args(["resolve", "urls"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}
