//! The whole job in one process, with its processor time and the most memory that it had:
//! `cargo bench -p streamguard-prepare --bench job -- DATASET --output-dir DIR [options of streamguard prepare]`.
//! With `--check`, the check of the splits of a dataset instead.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its results")]

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use serde_json::json;
use streamguard_engine::{Job, OnExistingRun, RunDir, RunOptions, RunPaths, run};
use streamguard_prepare::{PrepareJob, find_leaks};
use streamguard_table::TableDataset;

#[derive(Parser)]
struct BenchArgs {
    #[command(flatten)]
    job: PrepareJob,
    /// Folder of the prepared dataset
    #[arg(long)]
    output_dir: Option<PathBuf>,
    /// Checks the splits of the dataset
    #[arg(long)]
    check: bool,
}

fn main() {
    let arguments = std::env::args().filter(|argument| argument != "--bench");
    let Ok(BenchArgs { job, output_dir, check }) = BenchArgs::try_parse_from(arguments) else {
        eprintln!("SKIPPED: name a dataset and --output-dir, or --check");
        return;
    };
    if check {
        let dataset = TableDataset::open(&job.datasets, &job.code).expect("the dataset has code");
        let threshold = job.threshold().expect("a share");
        let report =
            find_leaks(&dataset, threshold, job.language, &|| false).expect("the dataset has splits");
        println!("{}: {}", json!(report.rows), json!(report.leaks));
    } else {
        let folder = output_dir.expect("--output-dir is needed");
        let paths = RunPaths::new(&folder, "bench").with_outputs(job.output_names());
        let mut dir =
            RunDir::open(paths, json!({}), OnExistingRun::Discard).expect("the folder can be written");
        let finished = run(vec![Arc::new(job)], &RunOptions::default(), Some(&dir), &mut ());
        let finished = finished.expect("the job can run");
        println!("{:?}", finished.status);
        dir.finish().expect("the folder can be written");
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown");
    println!("{peak}, {:.1} CPU-seconds", cpu_seconds());
}

fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
