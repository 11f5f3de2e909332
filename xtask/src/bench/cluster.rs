//! `bench cluster`: mining on two nodes of a Slurm cluster compared with one, and the parts of a run's time.

mod run_breakdown;
mod slurm_cluster;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Args;
use streamguard_world::WorldSettings;

use super::measure::{machine_cpu_time, measure, median};
use crate::demo_worlds;
use run_breakdown::{BreakdownPart, CpuShares, RunBreakdown};
use slurm_cluster::SlurmCluster;

/// Input of the benchmark, and the number of its runs.
#[derive(Args)]
pub(crate) struct ClusterInputs {
    /// Number of repositories.
    #[arg(long, default_value_t = 1000)]
    repositories: usize,
    /// Number of planted fixes, in all repositories together [default: 40 for three repositories]
    #[arg(long)]
    fixes: Option<usize>,
    /// Number of runs.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Shards per array task, as `--chunk` takes it.
    #[arg(long, default_value = "auto")]
    chunk: String,
}

/// Places where shards run, in turn, and the flags for each.
const PLACEMENTS: [(&str, &[&str]); 4] = [
    ("1 worker", &["--workers", "1"]),
    ("2 workers", &["--workers", "2"]),
    ("1 node", &["--mode", "slurm", "--max-in-flight", "1"]),
    ("2 nodes", &["--mode", "slurm"]),
];

/// Files of a run that must not depend on where the shards ran.
const COMPARED_FILES: [&str; 3] = ["repo.jsonl", "samples.jsonl", "samples.parquet"];

/// Mines a world of repositories in every placement in turn, compares the results, and prints medians.
pub(crate) fn run(streamguard: &Path, inputs: &ClusterInputs) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let repositories = inputs.repositories;
    let fixes = inputs.fixes.unwrap_or(demo_worlds::default_fixes(repositories));
    let world = folder.path().join("world");
    demo_worlds::write(WorldSettings { repositories, fixes, ..WorldSettings::default() }, &world)?;
    // A thousand paths may exceed the longest command line, so they go into the configuration file.
    let quoted: Vec<String> = demo_worlds::repositories(&world)?
        .iter()
        .map(|path| format!("{:?}", path.display().to_string()))
        .collect();
    fs::write(folder.path().join("streamguard.toml"), format!("[repo]\nrepo = [{}]\n", quoted.join(", ")))?;

    let slurm = SlurmCluster::start()?;
    let mut measured: BTreeMap<&str, Vec<RunBreakdown>> = BTreeMap::new();
    let mut expected = None;
    for _ in 0..inputs.runs {
        for (name, flags) in PLACEMENTS {
            let breakdown = mine(streamguard, folder.path(), flags, inputs, &slurm)
                .with_context(|| format!("on {name}"))?;
            let made =
                COMPARED_FILES.map(|file| fs::read(folder.path().join("out").join(file)).unwrap_or_default());
            ensure!(expected.get_or_insert_with(|| made.clone()) == &made, "{name} gave another result");
            println!(
                "{name}: {:.2} s, while other programs took {:.2} processors",
                breakdown.wall, breakdown.others
            );
            measured.entry(name).or_default().push(breakdown);
        }
    }
    let samples = expected.map_or(0, |files| files[0].iter().filter(|byte| **byte == b'\n').count());
    println!("{samples} samples, the same bytes each time; medians of {} runs in seconds:", inputs.runs);
    print(&measured);
    Ok(())
}

/// Mines the world once.
fn mine(
    streamguard: &Path,
    folder: &Path,
    flags: &[&str],
    inputs: &ClusterInputs,
    slurm: &SlurmCluster,
) -> Result<RunBreakdown> {
    let mut command = Command::new(streamguard);
    command.args(["collect", "--collectors", "repo", "--since", "all", "--fresh", "--quiet"]);
    command.args(["--repo-samples", "1000000000", "--output-dir", "out"]).args(flags);
    if flags.contains(&"slurm") {
        command.args(["--chunk", &inputs.chunk]);
    }
    command.current_dir(folder).env("SLURM_CONF", slurm.conf()).stdout(Stdio::null());
    let (daemons, all) = (slurm.cpu()?, machine_cpu_time());
    let (status, submitter) = measure(|| command.status());
    ensure!(status?.success(), "collect failed");
    let all = machine_cpu_time() - all;
    let tasks = measure(|| slurm.gather()).1.cpu;
    let daemons = slurm.cpu()? - daemons;
    let others = all.saturating_sub(submitter.cpu + tasks + daemons);
    RunBreakdown::read(&folder.join("out"), submitter, CpuShares { tasks, daemons, others })
}

/// Prints medians, a line for each part of a run, a column for each placement.
fn print(measured: &BTreeMap<&str, Vec<RunBreakdown>>) {
    let median_of =
        |placement: &str, part: BreakdownPart| median(measured[placement].iter().map(part).collect());
    print!("{:<34}", "");
    PLACEMENTS.iter().for_each(|(placement, _)| print!("{placement:>11}"));
    println!();
    for (name, part) in RunBreakdown::ALL {
        print!("{name:<34}");
        PLACEMENTS.iter().for_each(|(placement, _)| print!("{:>11.2}", median_of(placement, *part)));
        println!();
    }
    // Other work on the machine can only make a run slower, so the quickest runs are the least disturbed.
    let quickest =
        |placement: &str| measured[placement].iter().map(|breakdown| breakdown.wall).fold(f64::MAX, f64::min);
    for (slow, fast) in [("1 node", "2 nodes"), ("1 worker", "2 workers")] {
        let ratios = measured[slow].iter().zip(&measured[fast]).map(|(slow, fast)| slow.wall / fast.wall);
        println!(
            "{fast} are {:.2} times {slow}, {:.2} times in the quickest runs of both",
            median(ratios.collect()),
            quickest(slow) / quickest(fast)
        );
    }
}
