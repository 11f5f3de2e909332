//! The program, collecting from a simulator of its upstreams.

// Faults of upstreams.
mod faults;
// Killed and stopped while upstreams answer.
mod kills;
// Answers of the services.
mod records;
// Tokens show up nowhere.
mod secrets;
// The simulator itself.
mod simulator;
// A first run, and one after it.
mod whole;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{dataset, lines, stderr, streamguard};
use records::LONG_AGO;
use simulator::Simulator;

/// Credentials that the simulator accepts.
const TOKEN: &str = "a-token-that-is-accepted";
const KEY: &str = "a-key-that-is-accepted";

/// Longest duration of a run, whatever goes wrong.
const DEADLINE: Duration = Duration::from_secs(60);

/// Simulator, and the world that it serves.
struct Services {
    folder: TempDir,
    simulator: Simulator,
    /// Fixes that its records name.
    commits: BTreeSet<String>,
}

/// Results of a run: samples and advisories, byte by byte.
#[derive(PartialEq)]
struct Files([Vec<u8>; 3]);

impl Services {
    /// Starts the services. Returns none, with a message, where there is no simulator.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let commits = records::write(folder.path(), LONG_AGO);
        let simulator = Simulator::start(folder.path(), 0)?;
        Some(Self { folder, simulator, commits })
    }

    /// Returns the command of a run in a folder with a cache of its own, and good credentials.
    fn collect(&self, folder: &Path) -> Command {
        let mut command = self.collect_anonymously(folder);
        command.env("GITHUB_TOKEN", TOKEN).env("NVD_API_KEY", KEY);
        command
    }

    /// Returns the command of a run without credentials.
    fn collect_anonymously(&self, folder: &Path) -> Command {
        let mut command = streamguard(folder);
        command.args(["collect", "--collectors", "cve", "github", "osv", "exploitdb"]);
        command.args(["--rate-scale", "0.01", "--osv-ecosystems", "PyPI", "GIT"]);
        for (flag, service) in [
            ("--nvd-url", "nvd"),
            ("--nvd-feeds-url", "nvd/feeds"),
            ("--github-url", "github"),
            ("--osv-url", "osv-bulk"),
            ("--exploitdb-url", "exploitdb"),
        ] {
            command.args([flag, &self.simulator.url(service)]);
        }
        let mirror = format!("https://github.com={}", self.simulator.url("git"));
        command.args(["--git-mirrors", &mirror]);
        command
    }

    /// Returns the results of a run without faults.
    fn undisturbed(&self) -> Files {
        self.simulator.faults(&[]);
        let folder = tempfile::tempdir().unwrap();
        let output = run_to_end(self.collect(folder.path()), folder.path());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        Files::of(folder.path())
    }
}

impl Files {
    fn of(folder: &Path) -> Self {
        let [samples, parquet] = dataset(folder);
        let advisories = fs::read(folder.join("data/raw/advisories.jsonl")).unwrap();
        Self([samples, parquet, advisories])
    }

    /// Asserts equality. The message has the numbers of bytes only.
    fn assert_same(&self, other: &Self, why: &str) {
        let lengths = |files: &Self| files.0.each_ref().map(Vec::len);
        assert!(self == other, "{why}: the bytes differ, {:?} and {:?}", lengths(self), lengths(other));
    }
}

/// Starts a command, its output in files in a folder.
fn start(mut command: Command, folder: &Path) -> Child {
    let create = |name| File::create(folder.join(name)).unwrap();
    command.stdout(create("stdout")).stderr(create("stderr")).spawn().unwrap()
}

/// Waits for a command that [`start`] started, but never for long.
fn wait(mut child: Child, folder: &Path) -> Output {
    let patience = Instant::now() + DEADLINE;
    let read = |name| fs::read(folder.join(name)).unwrap();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Output { status, stdout: read("stdout"), stderr: read("stderr") };
        }
        if Instant::now() > patience {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("no end within {DEADLINE:?}: {}", String::from_utf8_lossy(&read("stderr")));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn run_to_end(command: Command, folder: &Path) -> Output {
    wait(start(command, folder), folder)
}

/// Returns the values of a field of all samples.
fn values(folder: &Path, field: &str) -> BTreeSet<String> {
    let value = |line: &String| {
        serde_json::from_str::<serde_json::Value>(line).unwrap()[field].as_str().map(str::to_owned)
    };
    lines(folder, "samples.jsonl").iter().filter_map(value).collect()
}
