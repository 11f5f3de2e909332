//! Killed at random moments, and resumed: the same bytes as if nothing had happened.

use std::time::Duration;

use crate::{dataset, stderr, streamguard};

/// Number of kills; `cargo xtask crash` sets a higher one.
fn times() -> u64 {
    std::env::var("STREAMGUARD_CRASHES").ok().and_then(|times| times.parse().ok()).unwrap_or(6)
}

const ARGUMENTS: [&str; 7] =
    ["collect", "--offline", "--repo-samples", "150", "--synthetic-samples", "60000", "--workers=2"];

#[test]
fn a_killed_run_is_resumed_to_the_same_bytes() {
    let undisturbed = tempfile::tempdir().unwrap();
    let start = std::time::Instant::now();
    let output = streamguard(undisturbed.path()).args(ARGUMENTS).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let takes = u64::try_from(start.elapsed().as_micros()).unwrap();
    let expected = dataset(undisturbed.path());

    let folder = tempfile::tempdir().unwrap();
    let (mut kills, mut tries, mut state) = (0, 0, 0x9E37_79B9_7F4A_7C15_u64);
    while kills < times() {
        tries += 1;
        assert!(tries < 20 * times(), "{tries} runs ended before they could be killed");
        let mut child = streamguard(folder.path()).args(ARGUMENTS).arg("--resume").spawn().unwrap();
        // xorshift64 (Marsaglia 2003): moments from the start to beyond the end of a run.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        std::thread::sleep(Duration::from_micros(state % (takes * 11 / 10)));
        // A run that has ended already does not count: the next one is killed instead.
        let running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        kills += u64::from(running);
    }
    let output = streamguard(folder.path()).args(ARGUMENTS).arg("--resume").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(dataset(folder.path()) == expected, "after {kills} kills the bytes differ");
    let left: Vec<_> = walk(&folder.path().join("data")).filter(|name| name.ends_with(".part")).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn walk(folder: &std::path::Path) -> Box<dyn Iterator<Item = String>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    Box::new(entries.flat_map(|entry| match entry.file_type().unwrap().is_dir() {
        true => walk(&entry.path()),
        false => Box::new(std::iter::once(entry.path().display().to_string())),
    }))
}

#[test]
fn no_worker_outlives_a_killed_run() {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        ["collect", "--collectors", "synthetic", "--synthetic-samples", "100000000", "--workers=2"];
    let mut child = streamguard(folder.path()).args(arguments).spawn().unwrap();
    let workers = || -> Vec<u32> {
        let parent = child.id();
        let tasks = std::fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
        tasks
            .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
            .flat_map(|children| {
                children.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()
            })
            .collect()
    };
    let mut found = Vec::new();
    while found.len() < 2 {
        std::thread::sleep(Duration::from_millis(20));
        found = workers();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    for worker in found {
        let mut patience = 200;
        let alive = |pid: u32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.contains("(streamguard)") && !stat.contains(") Z ")
        };
        while alive(worker) && patience > 0 {
            std::thread::sleep(Duration::from_millis(10));
            patience -= 1;
        }
        assert!(patience > 0, "worker {worker} lives on");
    }
}
