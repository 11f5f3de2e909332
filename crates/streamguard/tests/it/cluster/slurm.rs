//! A real Slurm of two nodes on this machine, started and ended by `tests/cluster/slurm.py`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{begun, records, signal, toy};
use crate::{dataset, run, stderr, stdout, streamguard};

/// One cluster for all tests, one test at a time: they measure, and kill nodes.
static CLUSTER: LazyLock<Mutex<Result<Slurm, String>>> = LazyLock::new(|| Mutex::new(Slurm::start()));

struct Slurm {
    /// It ends when its standard input does, so with this process.
    _script: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Slurm {
    fn start() -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("streamguard-slurm-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/slurm.py");
        let mut script = Command::new("python3")
            .arg(script)
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("no python3: {error}"))?;
        let orders = script.stdin.take().unwrap();
        let answers = BufReader::new(script.stdout.take().unwrap());
        let mut slurm = Self { _script: script, orders, answers, folder };
        match slurm.answer().as_str() {
            "ready" => Ok(slurm),
            why => Err(why.to_owned()),
        }
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn order(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
        assert_eq!(self.answer(), "done");
    }

    fn conf(&self) -> PathBuf {
        self.folder.join("slurm.conf")
    }

    /// What squeue says of all jobs that are not over.
    fn queue(&self) -> String {
        let mut squeue = Command::new("timeout");
        squeue.args(["20", "squeue", "--noheader", "--array"]).env("SLURM_CONF", self.conf());
        stdout(&squeue.output().unwrap())
    }

    /// The program in a folder, with this cluster to submit to.
    fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new("timeout");
        command.args(["--signal=KILL", "280", env!("CARGO_BIN_EXE_streamguard")]).args(arguments);
        command.args(["--mode", "slurm", "--no-dashboard"]).current_dir(folder).env_clear();
        for (name, value) in streamguard(folder).get_envs() {
            value.map(|value| command.env(name, value));
        }
        command.env("SLURM_CONF", self.conf());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, folder: &Path, code: i32, arguments: &[&str]) -> Output {
        let output = self.command(folder, arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        output
    }
}

/// The cluster, if there can be one here.
fn cluster() -> Option<MutexGuard<'static, Result<Slurm, String>>> {
    let cluster = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Err(why) = &*cluster {
        // Past the test harness, which keeps what tests that pass print.
        let _ = writeln!(std::io::stderr(), "SKIPPED: nothing of Slurm is tested here: {why}");
        return None;
    }
    Some(cluster)
}

macro_rules! slurm {
    ($cluster:ident) => {
        let Some(mut guard) = cluster() else { return };
        let Ok($cluster) = &mut *guard else { return };
    };
}

fn wait_for(what: &str, mut ready: impl FnMut() -> bool) {
    let since = Instant::now();
    while !ready() {
        assert!(since.elapsed() < Duration::from_secs(120), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn toys(folder: &Path, what: &str, count: usize) {
    toy(folder, &vec![what; count]);
}

const TOY: [&str; 4] = ["run", "toy", "--output-dir", "out"];

#[test]
fn jobs_leave_the_same_bytes_as_here() {
    slurm!(slurm);
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let collect = [
        &["collect", "--offline", "--collectors", "repo", "synthetic"][..],
        &["--repo-samples", "100", "--synthetic-samples", "20000"],
    ]
    .concat();
    assert_eq!(run(here.path(), &collect).status.code(), Some(0));
    slurm.run(there.path(), 0, &collect);
    assert!(dataset(here.path()) == dataset(there.path()));

    let prime = ["prime", "--range", "1..20000000", "1e12..+2e7", "--output-dir", "primes"];
    let expected = stdout(&run(here.path(), &prime));
    assert_eq!(stdout(&slurm.run(there.path(), 0, &prime)), expected);

    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/logs/sample.log");
    let log = fs::read(log).unwrap();
    let path = there.path().join("large.log");
    fs::write(&path, log.repeat((200 << 20) / log.len())).unwrap();
    let path = path.display().to_string();
    let ingest = ["ingest", "--path", &path, "--output-dir", "figures"];
    let expected = stdout(&run(here.path(), &ingest));
    assert_eq!(stdout(&slurm.run(there.path(), 0, &ingest)), expected);
    assert_eq!(slurm.queue(), "");
}

#[test]
fn a_node_that_dies_costs_nothing_but_time() {
    slurm!(slurm);
    let folder = tempfile::tempdir().unwrap();
    toys(folder.path(), "1", 24);
    let child = slurm.command(folder.path(), &TOY).spawn().unwrap();
    wait_for("a shard on each node", || begun(folder.path(), 0) > 0 && slurm.queue().contains(" n2"));
    std::thread::sleep(Duration::from_millis(1500));
    slurm.order("kill n2");
    let output = child.wait_with_output().unwrap();
    slurm.order("start n2");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let here = tempfile::tempdir().unwrap();
    toys(here.path(), "1", 24);
    assert_eq!(run(here.path(), &[&TOY[..], &["--workers", "24"]].concat()).status.code(), Some(0));
    assert_eq!(records(folder.path(), "out/toy.jsonl"), records(here.path(), "out/toy.jsonl"));
    wait_for("the node is back", || {
        let mut sinfo = Command::new("timeout");
        sinfo.args(["20", "sinfo", "-h", "-o", "%T %D"]).env("SLURM_CONF", slurm.conf());
        stdout(&sinfo.output().unwrap()).trim() == "idle 2"
    });
}

#[test]
fn whoever_submitted_may_die_and_come_back() {
    slurm!(slurm);
    let folder = tempfile::tempdir().unwrap();
    toys(folder.path(), "1", 16);
    let mut command = slurm.command(folder.path(), &TOY);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for("a shard that runs", || begun(folder.path(), 0) > 0);
    let held = fs::read_to_string(folder.path().join("out/.streamguard/lock")).unwrap();
    signal("KILL", held.trim_start_matches("process ").trim().parse().unwrap());
    child.wait().unwrap();
    let output = slurm.run(folder.path(), 0, &[&TOY[..], &["--resume"]].concat());
    assert!(stderr(&output).contains("goes on with slurm"), "{}", stderr(&output));
    assert!((0..16).all(|shard| begun(folder.path(), shard) == 1), "each ran once");
    assert_eq!(String::from_utf8(records(folder.path(), "out/toy.jsonl")).unwrap().lines().count(), 32);
}

#[test]
fn many_small_shards_are_quick_and_long_ones_fill_the_nodes() {
    slurm!(slurm);
    let mut took = Vec::new();
    for (what, count) in [("0", 200), ("1", 20)] {
        let folder = tempfile::tempdir().unwrap();
        toys(folder.path(), what, count);
        let since = Instant::now();
        slurm.run(folder.path(), 0, &TOY);
        took.push(since.elapsed());
    }
    let measured = format!("200 shards of no work: {:?}; 20 of a second on 2 nodes: {:?}", took[0], took[1]);
    let _ = writeln!(std::io::stderr(), "{measured}");
    // Bounds for a machine with other things to do.
    assert!(took[0] < Duration::from_secs(60) && took[1] < Duration::from_secs(60), "{took:?}");
}

#[test]
fn a_shard_that_fails_for_good_is_said_once_and_others_are_tried_three_times() {
    slurm!(slurm);
    let folder = tempfile::tempdir().unwrap();
    toy(folder.path(), &["0", "\"fail\"", "\"once\"", "0", "\"retry\"", "0"]);
    let output = slurm.run(folder.path(), 3, &[&TOY[..], &["--chunk", "2"]].concat());
    let said = stderr(&output);
    let lines = |what: &str| said.lines().filter(|line| line.contains(what)).count();
    assert_eq!(lines("shard 1, attempt 1, failed: planted"), 1, "{said}");
    assert_eq!(lines("shard 4, attempt"), 3, "{said}");
    assert_eq!([0, 1, 2, 3, 4, 5].map(|shard| begun(folder.path(), shard)), [1, 1, 2, 1, 3, 1]);
    assert_eq!(String::from_utf8(records(folder.path(), "out/toy.jsonl")).unwrap().lines().count(), 8);
}

#[test]
fn cancelling_leaves_nothing_behind() {
    slurm!(slurm);
    let folder = tempfile::tempdir().unwrap();
    toys(folder.path(), "30", 12);
    let flags = ["--chunk", "1", "--max-in-flight", "2"];
    let child = slurm.command(folder.path(), &[&TOY[..], &flags].concat()).spawn().unwrap();
    wait_for("a shard that runs", || begun(folder.path(), 0) > 0);
    assert!(slurm.queue().lines().count() >= 12, "{}", slurm.queue());
    let held = fs::read_to_string(folder.path().join("out/.streamguard/lock")).unwrap();
    signal("INT", held.trim_start_matches("process ").trim().parse().unwrap());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert_eq!(slurm.queue(), "");
    let there = folder.path().display().to_string();
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let name = entry.ok()?.path();
        let command = fs::read(name.join("cmdline")).ok()?;
        Some(String::from_utf8_lossy(&command).replace('\0', " "))
    });
    let left: Vec<String> = processes.filter(|command| command.contains(&there)).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn without_slurm_it_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    toys(folder.path(), "0", 1);
    let output = streamguard(folder.path())
        .args(TOY)
        .args(["--mode", "slurm"])
        .env("PATH", "/nowhere")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--mode slurm needs"), "{}", stderr(&output));
    let output = run(folder.path(), &["prime", "--range", "1..2", "--mode", "slurm"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--output-dir"), "{}", stderr(&output));
}
