//! `bench engine`: the cost of shards that do nothing, and the overhead on shards that compute.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};
use streamguard_engine::{
    CommandLine, ExternalJob, Job, JobError, JobSummary, MergeContext, OnExistingRun, Plan, PlanContext,
    RunDir, RunMode, RunOptions, RunPaths, Shard, ShardError, ShardOutput, TypedJob,
};

use super::measure::{measure, median};

/// A job whose shards spin for so many steps.
struct SpinJob {
    shards: u32,
    steps: u64,
}

/// Number of steps that stands for one record instead.
const ONE_RECORD: u64 = u64::MAX;

/// A job in Python whose shards emit one record each.
const PYTHON_JOB: &str = r#"
import json, sys
sys.stdin.readline()
print('{"ready":{"protocol":1}}', flush=True)
for line in sys.stdin:
    order = json.loads(line)
    if "plan" in order:
        for _ in range(100000): print('{"shard":0}')
        print('{"planned":{}}', flush=True)
    elif "run" in order:
        shard = order["run"]["shard"]
        print('{"record":{"shard":%d}}\n{"done":{"shard":%d}}' % (shard, shard), flush=True)
"#;

/// Computes something that the compiler cannot simplify.
fn spin(steps: u64) -> u64 {
    (0..steps).fold(1, |state, step| std::hint::black_box(state ^ step).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

impl TypedJob for SpinJob {
    type Shard = u32;

    fn name(&self) -> &'static str {
        "spin"
    }

    fn settings(&self) -> Value {
        json!({"shards": self.shards, "steps": self.steps})
    }

    fn plan(&self, _: &PlanContext) -> Result<Plan<u32>, JobError> {
        Ok(Plan::new(0..self.shards))
    }

    fn run(&self, shard: &Shard<u32>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        if self.steps == ONE_RECORD {
            return output.emit(&json!({"shard": shard.number}));
        }
        std::hint::black_box(spin(self.steps));
        Ok(())
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        if self.steps == ONE_RECORD {
            merge.write_records("spin.jsonl")?;
        }
        Ok(JobSummary::default())
    }
}

/// Serves shards in a worker process.
pub(crate) fn worker() -> Result<()> {
    Ok(streamguard_engine::serve(|_, settings, _| {
        let number = |key: &str| settings[key].as_u64().ok_or_else(|| format!("no {key}"));
        let shards = u32::try_from(number("shards")?).map_err(|error| error.to_string())?;
        Ok(Arc::new(SpinJob { shards, steps: number("steps")? }))
    })?)
}

/// Runs a job to its end.
fn run_shards(shards: u32, steps: u64, options: &RunOptions) {
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(SpinJob { shards, steps })];
    let finished =
        streamguard_engine::run(jobs, options, None, &mut ()).expect("a run in memory writes nothing");
    assert_eq!(finished.state.jobs[0].completed_shards, shards);
}

/// Measures on threads and on worker processes, and prints the results.
pub(crate) fn run() -> Result<()> {
    let processes = RunMode::Process(CommandLine::new(std::env::current_exe()?, ["worker"]));
    for (name, mode, shards) in
        [("thread", RunMode::Threading, 2_000_000), ("process", processes.clone(), 200_000)]
    {
        let options = RunOptions { mode, workers: 2, ..RunOptions::default() };
        let costs: Vec<_> = (0..5).map(|_| measure(|| run_shards(shards, 0, &options)).1).collect();
        let per_shard = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(shards);
        let cpu = median(costs.iter().map(|cost| per_shard(cost.cpu)).collect());
        let wall = median(costs.iter().map(|cost| per_shard(cost.wall)).collect());
        println!(
            "{name}: {shards} no-op shards, 2 workers: {cpu:.3} us CPU, {wall:.3} us wall a shard (median of 5)"
        );
    }

    small_shards(&processes)?;

    // Ten seconds of computing in 1,000 shards, compared with the bare loop. Calibrate the steps first.
    let start = Instant::now();
    std::hint::black_box(spin(100_000_000));
    let steps = (100_000_000.0 * 0.010 / start.elapsed().as_secs_f64()) as u64;
    for (name, mode) in [("thread", RunMode::Threading), ("process", processes)] {
        let options = RunOptions { mode, workers: 2, ..RunOptions::default() };
        let mut ratios = Vec::new();
        for _ in 0..3 {
            let bare = measure(|| {
                std::thread::scope(|scope| {
                    for _ in 0..2 {
                        scope.spawn(|| {
                            (0..500).for_each(|_| {
                                std::hint::black_box(spin(steps));
                            })
                        });
                    }
                });
            });
            let ours = measure(|| run_shards(1000, steps, &options));
            ratios.push((ours.1.cpu.as_secs_f64() / bare.1.cpu.as_secs_f64() - 1.0) * 100.0);
        }
        println!(
            "{name}: overhead on 10 s of computing in 1,000 shards: {:.2} % CPU (median of 3)",
            median(ratios)
        );
    }
    Ok(())
}

/// Measures 100,000 shards of one record in a folder: the rate, the files while it runs, and the time from the end of
/// the work to the end of the run.
fn small_shards(processes: &RunMode) -> Result<()> {
    const SHARDS: u32 = 100_000;
    let python = CommandLine::new("python3", ["-c", PYTHON_JOB]);
    let jobs: [(&str, Arc<dyn Job>); 2] = [
        ("Rust", Arc::new(SpinJob { shards: SHARDS, steps: ONE_RECORD })),
        ("Python", Arc::new(ExternalJob::new("spin", python, json!({})))),
    ];
    for (language, job) in jobs {
        let folder = tempfile::tempdir()?;
        let paths = RunPaths::new(folder.path(), "bench");
        let shards = paths.shards("spin");
        let mut dir = RunDir::open(paths, json!({}), OnExistingRun::Refuse)?;
        let options = RunOptions { mode: processes.clone(), workers: 2, ..RunOptions::default() };
        let start = Instant::now();
        let finished = streamguard_engine::run(vec![job], &options, Some(&dir), &mut ())?;
        let took = start.elapsed();
        assert_eq!(finished.state.jobs[0].records, u64::from(SHARDS));
        let files: Vec<_> = std::fs::read_dir(&shards)?.collect::<Result<_, _>>()?;
        let bytes: u64 = files.iter().filter_map(|file| Some(file.metadata().ok()?.len())).sum();
        let end = Instant::now();
        dir.finish()?;
        println!(
            "{language}: {SHARDS} shards of one record, 2 worker processes: {:.0} a second, {} files with {} MB, \
             removed in {:.2?}",
            f64::from(SHARDS) / took.as_secs_f64(),
            files.len(),
            bytes / 1_000_000,
            end.elapsed()
        );
    }
    Ok(())
}
