//! Killed at random moments, and resumed: the same bytes as if nothing had happened.

use std::path::Path;
use std::process::Child;
use std::time::Duration;

use crate::{dataset, stderr, streamguard};

/// Number of kills; `cargo xtask crash` sets a higher one.
fn times() -> u64 {
    std::env::var("STREAMGUARD_CRASHES").ok().and_then(|times| times.parse().ok()).unwrap_or(4)
}

#[test]
fn a_killed_collection_is_resumed_to_the_same_bytes() {
    let arguments =
        ["collect", "--offline", "--repo-samples", "150", "--synthetic-samples", "6000", "--workers=2"];
    resumes_to_the_same(&arguments, "data/raw", &|_| {}, &|folder| dataset(folder).concat(), killed());
}

#[test]
fn a_killed_ingest_is_resumed_to_the_same_metrics() {
    let write_logs = |folder: &Path| {
        std::fs::create_dir(folder.join("logs")).unwrap();
        for log in 0..40 {
            let lines: String = (0..20_000)
                .map(|line| {
                    let path = (line * 7 + log) % 997;
                    format!(
                        "127.0.0.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /{path} HTTP/1.1\" 200 {line}\n"
                    )
                })
                .collect();
            std::fs::write(folder.join(format!("logs/{log}.log")), lines).unwrap();
        }
    };
    let arguments = ["ingest", "--path", "logs", "--output-dir", "data/raw", "--workers=2"];
    let metrics = |folder: &Path| {
        let results = std::fs::read(folder.join("data/raw/collection_results.json")).unwrap();
        let results: serde_json::Value = serde_json::from_slice(&results).unwrap();
        results["by_collector"]["ingest"]["metrics"].to_string().into_bytes()
    };
    resumes_to_the_same(&arguments, "data/raw", &write_logs, &metrics, killed());
}

#[test]
fn a_killed_job_of_somebody_is_resumed_to_the_same_records() {
    let write_job = |folder: &Path| {
        let script = r#"
import json, sys, time
sys.stdin.readline()
say = lambda **message: print(json.dumps(message), flush=True)
say(ready={"protocol": 1})
for line in sys.stdin:
    order = json.loads(line)
    if "plan" in order:
        for number in range(60): say(shard=number)
        say(planned={})
    elif "run" in order:
        time.sleep(0.02)
        for record in range(5): say(record=[order["run"]["payload"], record])
        say(done={"shard": order["run"]["shard"], "records": 5})
"#;
        std::fs::write(folder.join("job.py"), script).unwrap();
        let config = "[[job]]\nname = \"slow\"\ncommand = [\"python3\", \"job.py\"]\n";
        std::fs::write(folder.join("streamguard.toml"), config).unwrap();
    };
    let arguments = ["run", "--output-dir", "data/raw", "--workers=2"];
    let records = |folder: &Path| std::fs::read(folder.join("data/raw/slow.jsonl")).unwrap();
    resumes_to_the_same(&arguments, "data/raw", &write_job, &records, killed());
}

/// What happens to a run at random moments.
pub(crate) struct Interruption<'a> {
    /// How often.
    pub(crate) times: u64,
    /// Ends a run, and says whether it was cut short.
    pub(crate) interrupt: Box<dyn FnMut(&mut Child) -> bool + 'a>,
}

/// Kills of runs.
fn killed() -> Interruption<'static> {
    let kill = |child: &mut Child| {
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(ended.is_none() || status.code() == Some(0), "{status}");
        ended.is_none()
    };
    Interruption { times: times(), interrupt: Box::new(kill) }
}

/// Interrupts a command at random moments and resumes it, and compares what `result` reads from its output directory
/// with what an undisturbed run leaves.
pub(crate) fn resumes_to_the_same(
    arguments: &[&str],
    output_dir: &str,
    prepare: &dyn Fn(&Path),
    result: &dyn Fn(&Path) -> Vec<u8>,
    interruption: Interruption<'_>,
) {
    let Interruption { times, mut interrupt } = interruption;
    let undisturbed = tempfile::tempdir().unwrap();
    prepare(undisturbed.path());
    let start = std::time::Instant::now();
    let output = streamguard(undisturbed.path()).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let takes = u64::try_from(start.elapsed().as_micros()).unwrap();
    let expected = result(undisturbed.path());

    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let output_dir = folder.path().join(output_dir);
    let command = || {
        let mut command = streamguard(folder.path());
        command.args(arguments);
        // A run that was killed before it had begun cannot be resumed.
        if output_dir.join(".streamguard/run.json").exists() {
            command.arg("--resume");
        }
        command
    };
    let (mut cuts, mut tries, mut state) = (0, 0, 0x9E37_79B9_7F4A_7C15_u64);
    while cuts < times {
        tries += 1;
        assert!(tries < 20 * times, "{tries} runs ended before they could be interrupted");
        let mut child = command().spawn().unwrap();
        // xorshift64 (Marsaglia 2003): moments from the start to beyond the end of a run.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        std::thread::sleep(Duration::from_micros(state % (takes * 11 / 10)));
        // A run that has ended already does not count: the next one begins anew.
        if interrupt(&mut child) {
            cuts += 1;
        } else {
            assert!(result(folder.path()) == expected, "after {cuts} interruptions the result differs");
            std::fs::remove_dir_all(&output_dir).unwrap();
        }
    }
    let output = command().output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(result(folder.path()) == expected, "after {cuts} interruptions the result differs");
    let left: Vec<_> = walk(&output_dir).filter(|name| name.ends_with(".part")).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn walk(folder: &Path) -> Box<dyn Iterator<Item = String>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    Box::new(entries.flat_map(|entry| match entry.file_type().unwrap().is_dir() {
        true => walk(&entry.path()),
        false => Box::new(std::iter::once(entry.path().display().to_string())),
    }))
}

#[test]
fn no_worker_outlives_a_killed_run() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["collect", "--collectors", "synthetic", "--synthetic-samples", "3000000", "--workers=2"];
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
