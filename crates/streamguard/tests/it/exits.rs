//! Exit codes, each with a cause.

use std::process::Command;
use std::time::Duration;

use crate::{dataset, lines, run, stderr, streamguard};

const SMALL: [&str; 5] = ["collect", "--collectors", "synthetic", "--synthetic-samples", "50"];
const LONG: [&str; 6] =
    ["collect", "--collectors", "synthetic", "--synthetic-samples", "3000000", "--workers=2"];

#[test]
fn wrong_usage_is_2_and_lists_the_choices() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, hint) in [
        (&["collect", "--collectors", "nothing"][..], "exploitdb, repo, synthetic"),
        (&["collect", "--no-such-flag"], "--no-such-flag"),
        (&["collect", "--report-formats", "docx"], "json"),
        (&["collect", "--collectors", "repo", "--repo", "nowhere/at-all"], "nowhere/at-all"),
        (&["serve", "--listen", "80"], "expected an address and a port, such as 127.0.0.1:8642"),
        (&["collect", "--synthetic-samples", "many"], "many"),
        (&["collect", "--since", "yesterday"], "2020-01-31"),
        (&["collect", "--config", "nowhere.toml"], "nowhere.toml"),
        (&["collect", "--resume", "--fresh"], "cannot be used with"),
        (&["run"], "[[job]]"),
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(hint), "{arguments:?}: {}", stderr(&output));
    }
    assert!(!folder.path().join("data").exists(), "a usage error leaves nothing");
}

#[test]
fn nothing_collected_is_4() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let output = run(folder.path(), &["collect", "--collectors", "repo", "--repo", "empty"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
}

#[test]
fn a_folder_in_use_is_5_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = streamguard(folder.path()).args(LONG).spawn().unwrap();
    while !folder.path().join("data/raw/.streamguard/journal.jsonl").exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = run(folder.path(), &SMALL);
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains(&format!("process {}", first.id())), "{}", stderr(&output));
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn a_destination_that_cannot_be_written_is_6() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let output = run(folder.path(), &[&SMALL[..], &["--output-dir", "file/below"]].concat());
    assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
    let output = run(folder.path(), &[&SMALL[..], &["--output-dir", "/proc/nowhere"]].concat());
    assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
}

#[test]
fn a_full_disk_is_6_and_the_run_can_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    // A limit on the size of files stands in for a disk that fills up: writes fail with EFBIG.
    let limited = |kilobytes: u32| {
        let program = env!("CARGO_BIN_EXE_streamguard");
        let script = format!(
            "ulimit -f {kilobytes}; exec {program} collect --collectors synthetic --synthetic-samples 20000 --mode threading"
        );
        Command::new("bash").args(["-c", &script]).current_dir(folder.path()).output().unwrap()
    };
    let output = limited(200);
    assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
    let arguments =
        ["collect", "--collectors", "synthetic", "--synthetic-samples", "20000", "--mode", "threading"];
    let resumed = run(folder.path(), &[&arguments[..], &["--resume"]].concat());
    assert_eq!(resumed.status.code(), Some(0), "{}", stderr(&resumed));
    let undisturbed = tempfile::tempdir().unwrap();
    run(undisturbed.path(), &arguments);
    assert!(dataset(folder.path()) == dataset(undisturbed.path()));
}

#[test]
fn damaged_state_is_7_and_names_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &SMALL);
    std::fs::write(folder.path().join("data/raw/.streamguard/run.json"), "{\"format\":").unwrap();
    let output = run(folder.path(), &SMALL);
    assert_eq!(output.status.code(), Some(7), "{}", stderr(&output));
    assert!(stderr(&output).contains("--fresh"));
    let output = run(folder.path(), &[&SMALL[..], &["--fresh"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_signal_stops_cleanly_with_its_code_and_the_run_goes_on_later() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = streamguard(folder.path()).args(LONG).spawn().unwrap();
        let shards = folder.path().join("data/raw/.streamguard/shards/synthetic");
        while std::fs::read_dir(&shards).map_or(0, |entries| entries.count()) < 4 {
            std::thread::sleep(Duration::from_millis(10));
        }
        Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        let output = run(folder.path(), &SMALL);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("--resume"), "{}", stderr(&output));
        // A resumed run keeps its settings; another value is refused by name.
        let output = run(folder.path(), &[&SMALL[..], &["--resume"]].concat());
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(
            stderr(&output).contains("--synthetic-samples was 3000000, and is 50 now"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = streamguard(folder.path()).args(LONG).spawn().unwrap();
    while !folder.path().join("data/raw/.streamguard/journal.jsonl").exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    for _ in 0..2 {
        Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_summary_that_cannot_be_printed_is_an_error_and_the_files_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let to = |arguments: &[&str], path: &str| {
        let output = std::fs::OpenOptions::new().write(true).open(path).unwrap();
        streamguard(folder.path()).args(arguments).stdout(output).output().unwrap()
    };
    let collect = ["collect", "--collectors", "synthetic", "--synthetic-samples", "3"];
    let full = to(&collect, "/dev/full");
    assert_eq!(full.status.code(), Some(1), "{}", stderr(&full));
    assert!(stderr(&full).contains("cannot write to standard output"), "{}", stderr(&full));
    assert_eq!(lines(folder.path(), "samples.jsonl").len(), 3);
    let again = to(&collect, "/dev/null");
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!(to(&["jobs"], "/dev/full").status.code(), Some(1));
}

#[test]
fn without_a_network_a_run_that_needs_one_does_not_begin() {
    let folder = tempfile::tempdir().unwrap();
    let without_network = |arguments: &[&str]| {
        let program = streamguard(folder.path()).get_program().to_owned();
        let mut command = std::process::Command::new("unshare");
        command.args(["--net", "--"]).arg(program).args(arguments).current_dir(folder.path());
        command.env_clear().envs([("PATH", "/usr/bin:/bin"), ("HOME", "/nonexistent")]).output()
    };
    let Some(offline) = without_network(&["jobs"]).ok().filter(|output| output.status.success()) else {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"SKIPPED: a namespace without a network needs root and the program unshare\n",
        );
        return;
    };
    assert!(!offline.stdout.is_empty());
    // The configuration of a repository in the current folder may be a stranger's, and is not read.
    let git = folder.path().join(".git");
    for name in ["objects", "refs"] {
        std::fs::create_dir_all(git.join(name)).unwrap();
    }
    std::fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    let pipe = git.join("config");
    rustix::fs::mkfifoat(rustix::fs::CWD, pipe.as_path(), rustix::fs::Mode::RWXU).unwrap();
    let refused = without_network(&["collect", "--collectors", "osv", "repo", "synthetic"]).unwrap();
    let said = stderr(&refused);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("there is no network") && said.contains("--offline"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(!folder.path().join("data").exists());
    let local =
        without_network(&["collect", "--collectors", "synthetic", "--synthetic-samples", "3", "--quiet"]);
    assert_eq!(local.unwrap().status.code(), Some(0));
}
