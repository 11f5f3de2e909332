//! Killed and stopped at any moment, and resumed: the same bytes, and hardly any request twice.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{Files, Services, run_to_end, start, wait};
use crate::full_disk::fill_up;
use crate::{stderr, stdout};

/// Number of kills.
fn times() -> u64 {
    std::env::var("STREAMGUARD_TEST_KILLS").ok().and_then(|times| times.parse().ok()).unwrap_or(4)
}

fn signal(signal: &str, whom: &str) {
    Command::new("kill").args(["-s", signal, "--", whom]).status().unwrap();
}

/// Starts a run in a process group of its own, or resumes it.
fn resume(services: &Services, folder: &TempDir) -> Child {
    let mut command = services.collect(folder.path());
    // One worker has one request under way.
    command.args(["--workers", "1"]).process_group(0);
    // A run that was killed before it had begun cannot be resumed.
    if folder.path().join("data/raw/.streamguard/run.json").exists() {
        command.arg("--resume");
    }
    start(command, folder.path())
}

#[test]
fn a_killed_run_continues_where_it_was() {
    let Some(services) = Services::start() else { return };
    let begun = Instant::now();
    let expected = services.undisturbed();
    let takes = u64::try_from(begun.elapsed().as_micros()).unwrap();
    services.simulator.faults(&[]);
    let mut folder = tempfile::tempdir().unwrap();
    let (mut kills, mut kills_here, mut tries, mut state) = (0, 0, 0, 0x9E37_79B9_7F4A_7C15_u64);
    while kills < times() {
        tries += 1;
        assert!(tries < 20 * times(), "{tries} runs ended before they could be killed");
        let mut child = resume(&services, &folder);
        // xorshift64 (Marsaglia 2003): moments from the start to beyond the end of a run.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        std::thread::sleep(Duration::from_micros(state % (takes * 11 / 10)));
        if child.try_wait().unwrap().is_none() {
            signal("KILL", &format!("-{}", child.id()));
            child.wait().unwrap();
            kills += 1;
            kills_here += 1;
            continue;
        }
        // The run ended before it could be killed: another one is started.
        check(&services, &folder, &expected, kills_here);
        services.simulator.faults(&[]);
        folder = tempfile::tempdir().unwrap();
        kills_here = 0;
    }
    let output = wait(resume(&services, &folder), folder.path());
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    check(&services, &folder, &expected, kills_here);
}

/// Checks a run that was killed so often, and came to its end.
fn check(services: &Services, folder: &TempDir, expected: &Files, kills: u64) {
    expected.assert_same(&Files::of(folder.path()), &format!("after {kills} kills"));
    let stats = services.simulator.stats();
    stats.assert_civil();
    assert!(stats.repeated() <= kills, "{} requests were repeated after {kills} kills", stats.repeated());
}

#[test]
fn a_run_that_waits_for_an_answer_can_be_stopped() {
    let Some(services) = Services::start() else { return };
    let expected = services.undisturbed();
    for silent in ["nvd-api", "github-graphql", "osv-bulk", "exploitdb", "git"] {
        services.simulator.faults(&[format!("hang:service={silent},every=1")]);
        let folder = tempfile::tempdir().unwrap();
        let child = start(services.collect(folder.path()), folder.path());
        let patience = Instant::now() + Duration::from_secs(30);
        while services.simulator.stats().requests(silent) == 0 {
            assert!(Instant::now() < patience, "{silent} is not asked");
        }
        let begun = Instant::now();
        signal("INT", &child.id().to_string());
        let output = wait(child, folder.path());
        assert_eq!(output.status.code(), Some(130), "{silent}: {}", stderr(&output));
        assert!(begun.elapsed() < Duration::from_secs(20), "{silent}: {:?}", begun.elapsed());
        services.simulator.faults(&[]);
        let mut command = services.collect(folder.path());
        command.arg("--resume");
        let output = run_to_end(command, folder.path());
        assert_eq!(output.status.code(), Some(0), "{silent}: {}", stderr(&output));
        expected.assert_same(&Files::of(folder.path()), silent);
    }
}

#[test]
fn a_full_disk_of_the_cache_is_6_and_the_run_can_be_resumed() {
    let Some(services) = Services::start() else { return };
    fill_up("cache", |folder| {
        services.simulator.faults(&[]);
        services.collect(folder)
    });
}
