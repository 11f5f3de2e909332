//! A real cluster of two nodes with a processor each on this machine, started and ended by a script of
//! `tests/cluster/`. It ends when the standard input of its script does, so with its test.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::signal;
use crate::{stderr, stdout, streamguard};

/// Engine of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Slurm,
    Ray,
}

impl Engine {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Slurm => "slurm",
            Self::Ray => "ray",
        }
    }
}

/// One cluster at a time: its tests measure, and kill nodes.
static MACHINE: Mutex<()> = Mutex::new(());

/// Running cluster.
pub(super) struct Testbed {
    pub(super) engine: Engine,
    _script: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
    /// Process in the network of the cluster.
    process: String,
}

/// Calls tests with a cluster, one after the other, if this machine can have one.
pub(super) fn with(engine: Engine, tests: &[fn(&mut Testbed)]) {
    let _turn = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
    match Testbed::start(engine, None) {
        Ok(mut testbed) => tests.iter().for_each(|test| test(&mut testbed)),
        Err(why) => skipped(engine, &why),
    }
}

/// Prints that nothing is tested. The test harness hides the output of tests that pass, so this goes around it.
pub(super) fn skipped(engine: Engine, why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: nothing of {} is tested here: {why}", engine.name());
}

impl Testbed {
    /// Starts a cluster. With a token, a Ray demands it of all programs.
    pub(super) fn start(engine: Engine, token: Option<&str>) -> Result<Self, String> {
        // Paths of sockets are short (unix(7)), and Ray makes most of theirs.
        let what = if token.is_some() { "locked" } else { engine.name() };
        let name = format!("sg-{what}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cluster/{}.py", engine.name()));
        let mut command = Command::new("python3");
        command.arg(script).arg(&folder).args(match engine {
            Engine::Slurm => None,
            Engine::Ray => Some(std::env::var("STREAMGUARD_TEST_RAY").map_err(|_| {
                "STREAMGUARD_TEST_RAY names no python that has it: pip install 'ray[default]'".to_owned()
            })?),
        });
        command.args(token);
        let script = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut script = script.map_err(|error| format!("no python3: {error}"))?;
        let orders = script.stdin.take().unwrap();
        let answers = BufReader::new(script.stdout.take().unwrap());
        let mut testbed = Self { engine, _script: script, orders, answers, folder, process: String::new() };
        let answer = testbed.answer();
        match answer.split_once("ready") {
            Some(("", process)) => {
                process.trim().clone_into(&mut testbed.process);
                Ok(testbed)
            }
            _ => Err(answer),
        }
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    pub(super) fn order(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
        assert_eq!(self.answer(), "done");
    }

    /// Returns the command of a program in the network of the cluster.
    pub(super) fn program(&self, program: &str) -> Command {
        let mut command = Command::new("timeout");
        command.args(["--signal=KILL", "280"]);
        if self.engine == Engine::Ray {
            command.args(["nsenter", "--net", "--target", &self.process]);
        }
        command.arg(program);
        command
    }

    /// Returns the command of StreamGuard in a folder, with this cluster to submit to.
    pub(super) fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_streamguard"));
        command.args(arguments).args(["--mode", self.engine.name(), "--no-dashboard"]);
        command.current_dir(folder).env_clear();
        for (name, value) in streamguard(folder).get_envs() {
            value.map(|value| command.env(name, value));
        }
        command.env("SLURM_CONF", self.conf());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(super) fn run(&self, folder: &Path, code: i32, arguments: &[&str]) -> Output {
        let output = self.command(folder, arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        output
    }

    pub(super) fn conf(&self) -> PathBuf {
        self.folder.join("slurm.conf")
    }

    /// Returns the array tasks or jobs that are not over, one a line.
    pub(super) fn queue(&self) -> String {
        match self.engine {
            Engine::Slurm => {
                let mut squeue = self.program("squeue");
                squeue.args(["--noheader", "--array"]).env("SLURM_CONF", self.conf());
                stdout(&squeue.output().unwrap())
            }
            Engine::Ray => {
                const ASK: &str = "import urllib.request as r; \
                    print(r.urlopen('http://127.0.0.1:8265/api/jobs/').read().decode())";
                let jobs = self.program("python3").args(["-c", ASK]).output().unwrap();
                let jobs: serde_json::Value = serde_json::from_slice(&jobs.stdout).unwrap();
                let jobs = jobs.as_array().unwrap().iter();
                let open = jobs.filter(|job| job["status"] == "PENDING" || job["status"] == "RUNNING");
                open.map(|job| format!("{}\n", job["submission_id"])).collect()
            }
        }
    }
}

/// Sends a signal to the process that holds the output directory of a folder.
pub(super) fn signal_holder(name: &str, folder: &Path) {
    let held = fs::read_to_string(folder.join("out/.streamguard/lock")).unwrap();
    signal(name, held.trim_start_matches("process ").trim().parse().unwrap());
}

pub(super) fn wait_for(what: &str, mut ready: impl FnMut() -> bool) {
    let since = Instant::now();
    while !ready() {
        assert!(since.elapsed() < Duration::from_secs(120), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
