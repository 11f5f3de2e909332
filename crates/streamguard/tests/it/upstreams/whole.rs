//! A first run, and one after it.

use std::fs;
use std::path::Path;

use super::records::{self, EXPLOITS};
use super::simulator::Simulator;
use super::{Files, KEY, Services, TOKEN, run_to_end, values};
use crate::{stderr, stdout, streamguard};

#[test]
fn every_fix_that_a_record_names_becomes_a_sample() {
    let Some(services) = Services::start() else { return };
    let mut runs = Vec::new();
    for mode in ["process", "threading"] {
        services.simulator.faults(&[]);
        let folder = tempfile::tempdir().unwrap();
        let mut command = services.collect(folder.path());
        command.args(["--mode", mode]);
        let output = run_to_end(command, folder.path());
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
        let found = values(folder.path(), "commit");
        let lost: Vec<_> = services.commits.difference(&found).collect();
        assert!(lost.is_empty(), "{lost:?}: {}", stderr(&output));
        let stats = services.simulator.stats();
        stats.assert_civil();
        // Two pages of 2,000, three of 100; an archive each; the index and its files.
        let expected =
            [("nvd-api", 2), ("github-graphql", 3), ("osv-bulk", 2), ("exploitdb", 1 + EXPLOITS as u64)];
        for (service, requests) in expected {
            assert_eq!(stats.requests(service), requests, "{service}");
            assert_eq!(stats.of(service, "repeated_requests"), 0, "{service}");
        }
        runs.push(Files::of(folder.path()));
    }
    runs[0].assert_same(&runs[1], "processes and threads");
}

#[test]
fn the_next_run_asks_only_for_what_changed() {
    let Some(mut services) = Services::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let output = run_to_end(services.collect(folder.path()), folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));

    // The same services, some moments later: one fix has news in all databases.
    let changed = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let port = services.simulator.port;
    let data = services.folder.path();
    for part in ["data", "git"] {
        fs::remove_dir_all(data.join(part)).unwrap();
    }
    records::write(data, &changed);
    drop(services.simulator);
    services.simulator = Simulator::start(data, port).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(1));
    let mut command = services.collect(folder.path());
    command.args(["--output-dir", "data/next"]);
    let output = run_to_end(command, folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let stats = services.simulator.stats();
    stats.assert_civil();
    // Two ecosystems, each with its list of changes, and two records of them in each of those that
    // hold them; git has it all.
    let expected = [("nvd-api", 1), ("github-graphql", 1), ("osv-bulk", 5), ("exploitdb", 1), ("git", 0)];
    for (service, requests) in expected {
        assert_eq!(stats.requests(service), requests, "{service}");
    }

    // So does an update, which finds that all is known by now; the ids of its samples stay.
    services.simulator.faults(&[]);
    let ids = || values(folder.path(), "id");
    let before = ids();
    let mut command = streamguard(folder.path());
    command.args(["collect", "--update"]).env("GITHUB_TOKEN", TOKEN).env("NVD_API_KEY", KEY);
    let output = run_to_end(command, folder.path());
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    let stats = services.simulator.stats();
    let expected = [("nvd-api", 1), ("github-graphql", 1), ("exploitdb", 1), ("git", 0)];
    for (service, requests) in expected {
        assert_eq!(stats.requests(service), requests, "{service}");
    }
    assert_eq!(ids(), before);
    let updated = fs::read(folder.path().join("data/raw/samples.jsonl")).unwrap();
    assert!(updated == fs::read(folder.path().join("data/next/samples.jsonl")).unwrap());

    // It knows the same as one that asks for everything.
    let fresh = tempfile::tempdir().unwrap();
    let output = run_to_end(services.collect(fresh.path()), fresh.path());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for name in ["samples.jsonl", "samples.parquet", "advisories.jsonl"] {
        let read = |folder: &Path| fs::read(folder.join(name)).unwrap();
        let mut both = [read(&folder.path().join("data/next")), read(&fresh.path().join("data/raw"))];
        if name == "advisories.jsonl" {
            // They stand in the order in which they were heard of.
            both = both.map(sorted_lines);
        }
        assert!(both[0] == both[1], "{name}");
    }
}

fn sorted_lines(text: Vec<u8>) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    lines.sort_unstable();
    lines.concat()
}
