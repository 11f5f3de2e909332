//! Shards on other machines.

/// Contract of `shard run` with its callers.
mod contract;
/// Tests that every engine must pass.
mod everywhere;
/// A real Ray of a head and two nodes on this machine.
mod ray;
/// A real Slurm of two nodes on this machine.
mod slurm;
/// Clusters that tests start.
mod testbed;

use std::path::Path;
use std::process::{Command, Output};

use crate::{run, stderr, streamguard};

/// Program of a job whose shards do what their payload says; see [`toy`].
const TOY: &str = r#"
import json, os, sys, time
say = lambda **message: print(json.dumps(message), flush=True)
settings = json.loads(sys.stdin.readline())["hello"]["settings"]
say(ready={"protocol": 1})
for line in sys.stdin:
    order = json.loads(line)
    if "plan" in order:
        for shard in settings["shards"]: say(shard=shard)
        say(planned={})
        continue
    shard, what = order["run"]["shard"], order["run"]["payload"]
    with open("log", "a") as log: log.write("%d\n" % shard)
    say(record={"shard": shard})
    if what == "fail": say(failed={"shard": shard, "reason": "planted", "retry": False}); continue
    if what == "retry": say(failed={"shard": shard, "reason": "busy", "retry": True}); continue
    if what == "abort": os.abort()
    if what == "once" and not os.path.exists("once"): open("once", "w"); os._exit(3)
    if what == "differ": say(record={"process": os.getpid()})
    if isinstance(what, (int, float)): time.sleep(what)
    say(record={"done": what})
    say(done={"shard": shard})
"#;

/// Defines the job `toy` in a folder. A shard is a number of seconds that it takes, or a fault.
fn toy(folder: &Path, shards: &[&str]) {
    std::fs::write(folder.join("toy.py"), TOY).unwrap();
    let config = format!(
        "[[job]]\nname = \"toy\"\ncommand = [\"python3\", \"toy.py\"]\nsettings = {{ shards = [{}] }}\n",
        shards.join(", ")
    );
    std::fs::write(folder.join("streamguard.toml"), config).unwrap();
}

/// Returns how often a shard of the toy was started.
fn begun(folder: &Path, shard: u32) -> usize {
    let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
    log.lines().filter(|line| *line == shard.to_string()).count()
}

fn records(folder: &Path, name: &str) -> Vec<u8> {
    let path = folder.join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Runs the program, and checks its exit code.
fn expect(folder: &Path, code: i32, arguments: &[&str]) -> Output {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
    output
}

fn signal(signal: &str, process: u32) {
    assert!(Command::new("kill").args(["-s", signal, &process.to_string()]).status().unwrap().success());
}
