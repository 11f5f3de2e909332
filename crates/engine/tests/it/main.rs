//! The engine, from outside.

/// A job whose shards misbehave; the example `isolation` runs it in worker processes.
#[path = "../../examples/isolation/faulty.rs"]
mod faulty;

/// Jobs that come after others, quotas, secrets.
mod after;
/// Stopping a run, and going on with it.
mod cancel;
/// Shards that run on machines of a cluster.
mod cluster;
/// Jobs in other languages.
mod external;
/// What faults cost, on threads and in processes.
mod isolation;
/// The same result, however it was run.
mod same;
/// What whoever watches is told, and the pause that they may ask for.
mod watching;

use std::path::PathBuf;
use std::sync::Arc;

use faulty::Faulty;
use streamguard_engine::{CommandLine, FinishedRun, Job, RunMode, RunOptions};

/// The program that runs shards in a process of its own: the example `isolation`.
fn worker() -> CommandLine {
    let tests = std::env::current_exe().expect("a test runs from a file");
    let example: PathBuf =
        tests.ancestors().nth(2).expect("tests lie in target/<profile>/deps").join("examples/isolation");
    assert!(example.exists(), "{} is missing: cargo build --examples makes it", example.display());
    CommandLine::new(example, ["worker"])
}

fn threads(workers: usize) -> RunOptions {
    RunOptions { workers, ..RunOptions::default() }
}

fn processes(workers: usize) -> RunOptions {
    RunOptions { mode: RunMode::Process(worker()), workers, ..RunOptions::default() }
}

fn job(name: &str, shards: u32) -> Faulty {
    Faulty { name: name.into(), shards, ..Faulty::default() }
}

fn run(jobs: Vec<Faulty>, options: &RunOptions) -> FinishedRun {
    let jobs = jobs.into_iter().map(|job| Arc::new(job) as Arc<dyn Job>).collect();
    streamguard_engine::run(jobs, options, None, &mut ()).expect("the destination is memory")
}

/// The merged records of a job.
fn text(finished: &FinishedRun, job: usize) -> String {
    let name = format!("{}.jsonl", finished.state.jobs[job].name);
    String::from_utf8(finished.files[job][&name].clone()).expect("records are JSON")
}
