//! What two nodes of a Slurm gain over one, and where the time goes.

mod parts;
mod slurm;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Args;
use streamguard_world::Settings;

use super::{cost, cpu_of_all, median};
use crate::worlds;
use parts::{Part, Parts, Shares};
use slurm::Slurm;

/// What is mined, and how often.
#[derive(Args)]
pub(crate) struct Inputs {
    /// How many repositories.
    #[arg(long, default_value_t = 1000)]
    repositories: usize,
    /// How many planted fixes, in all repositories together [default: 40 for three repositories]
    #[arg(long)]
    fixes: Option<usize>,
    /// How often.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// How many shards an element runs, as `--chunk` has it.
    #[arg(long, default_value = "auto")]
    chunk: String,
}

/// Where shards run, by turns: the flags that say so.
const WAYS: [(&str, &[&str]); 4] = [
    ("1 worker", &["--workers", "1"]),
    ("2 workers", &["--workers", "2"]),
    ("1 node", &["--mode", "slurm", "--max-in-flight", "1"]),
    ("2 nodes", &["--mode", "slurm"]),
];

/// What a run leaves that must not depend on where its shards ran.
const FILES: [&str; 3] = ["repo.jsonl", "samples.jsonl", "samples.parquet"];

/// Mines a world of so many repositories by turns in all ways, compares what comes out, and prints
/// medians.
pub(crate) fn run(streamguard: &Path, inputs: &Inputs) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let repositories = inputs.repositories;
    let fixes = inputs.fixes.unwrap_or(worlds::fixes(repositories));
    let world = folder.path().join("world");
    worlds::write(Settings { repositories, fixes, ..Settings::default() }, &world)?;
    // So many do not belong on a command line.
    let quoted: Vec<String> = worlds::repositories(&world)?
        .iter()
        .map(|path| format!("{:?}", path.display().to_string()))
        .collect();
    fs::write(folder.path().join("streamguard.toml"), format!("[repo]\nrepo = [{}]\n", quoted.join(", ")))?;

    let slurm = Slurm::start()?;
    let mut measured: BTreeMap<&str, Vec<Parts>> = BTreeMap::new();
    let mut expected = None;
    for _ in 0..inputs.runs {
        for (name, flags) in WAYS {
            let parts = mine(streamguard, folder.path(), flags, inputs, &slurm)
                .with_context(|| format!("on {name}"))?;
            let made = FILES.map(|file| fs::read(folder.path().join("out").join(file)).unwrap_or_default());
            ensure!(expected.get_or_insert_with(|| made.clone()) == &made, "{name} made something else");
            println!("{name}: {:.2} s, while others took {:.2} processors", parts.wall, parts.others);
            measured.entry(name).or_default().push(parts);
        }
    }
    let samples = expected.map_or(0, |files| files[0].iter().filter(|byte| **byte == b'\n').count());
    println!("{samples} samples, the same bytes each time; medians of {} in seconds:", inputs.runs);
    print(&measured);
    Ok(())
}

fn mine(streamguard: &Path, folder: &Path, flags: &[&str], inputs: &Inputs, slurm: &Slurm) -> Result<Parts> {
    let mut command = Command::new(streamguard);
    command.args(["collect", "--collectors", "repo", "--since", "all", "--fresh", "--quiet"]);
    command.args(["--repo-samples", "1000000000", "--output-dir", "out"]).args(flags);
    if flags.contains(&"slurm") {
        command.args(["--chunk", &inputs.chunk]);
    }
    command.current_dir(folder).env("SLURM_CONF", slurm.conf()).stdout(Stdio::null());
    let (daemons, all) = (slurm.cpu()?, cpu_of_all());
    let (status, submitter) = cost(|| command.status());
    ensure!(status?.success(), "collect failed");
    let all = cpu_of_all() - all;
    let elements = cost(|| slurm.gather()).1.cpu;
    let daemons = slurm.cpu()? - daemons;
    let others = all.saturating_sub(submitter.cpu + elements + daemons);
    Parts::read(&folder.join("out"), submitter, Shares { elements, daemons, others })
}

/// Medians, a line for each part, a column for each way.
fn print(measured: &BTreeMap<&str, Vec<Parts>>) {
    let median_of = |way: &str, part: Part| median(measured[way].iter().map(part).collect());
    print!("{:<34}", "");
    WAYS.iter().for_each(|(way, _)| print!("{way:>11}"));
    println!();
    for (name, part) in Parts::ALL {
        print!("{name:<34}");
        WAYS.iter().for_each(|(way, _)| print!("{:>11.2}", median_of(way, *part)));
        println!();
    }
    // Others that work on the machine only ever make a run slower.
    let quickest = |way: &str| measured[way].iter().map(|parts| parts.wall).fold(f64::MAX, f64::min);
    for (slow, fast) in [("1 node", "2 nodes"), ("1 worker", "2 workers")] {
        let ratios = measured[slow].iter().zip(&measured[fast]).map(|(slow, fast)| slow.wall / fast.wall);
        println!(
            "{fast} are {:.2} times {slow}, {:.2} times in the quickest runs of both",
            median(ratios.collect()),
            quickest(slow) / quickest(fast)
        );
    }
}

/// A path in this project.
fn of_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
