//! Tests of the engine through its public interface.

/// A job whose shards misbehave; the example `isolation` runs it in worker processes.
#[path = "../../examples/isolation/faulty.rs"]
mod faulty;

/// Shards on a cluster.
mod cluster;
/// Jobs that come after others, quotas, secrets.
mod dependencies;
/// Equal results, whatever the options.
mod determinism;
/// Jobs in other languages.
mod external;
/// Faults of shards, on threads and in processes.
mod isolation;
/// Events that observers get, and pauses.
mod observers;
/// Requests to stop, and resumed runs.
mod stop_and_resume;

use std::path::PathBuf;
use std::sync::Arc;

use faulty::FaultyJob;
use streamguard_engine::{CommandLine, FinishedRun, Job, RunMode, RunOptions};

/// Returns the command of a worker process: the example `isolation`.
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

fn job(name: &str, shards: u32) -> FaultyJob {
    FaultyJob { name: name.into(), shards, ..FaultyJob::default() }
}

fn run(jobs: Vec<FaultyJob>, options: &RunOptions) -> FinishedRun {
    let jobs = jobs.into_iter().map(|job| Arc::new(job) as Arc<dyn Job>).collect();
    streamguard_engine::run(jobs, options, None, &mut ()).expect("the destination is memory")
}

/// Returns the merged records of a job.
fn text(finished: &FinishedRun, job: usize) -> String {
    let name = format!("{}.jsonl", finished.state.jobs[job].name);
    String::from_utf8(finished.files[job][&name].clone()).expect("records are JSON")
}
