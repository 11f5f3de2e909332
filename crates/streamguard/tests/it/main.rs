//! The program, from outside.

/// Shards on other machines: the contract, Slurm, and Ray.
mod cluster;
/// A first dataset from the demo world, and its content.
mod collect;
/// Killed at random moments, and resumed.
mod crash;
/// Flipped bits in snapshots, caches and state.
mod damage;
/// Frames of the dashboard.
mod dashboard;
/// A prepared dataset with its baseline, evaluations of detectors, and exports.
mod detectors;
/// README and the pages of the book: their commands, links and tables.
mod documents;
/// Files and pipes that never end.
mod endless;
/// Samples side by side, hostile ones too.
mod examples;
/// Exit codes, each with a cause.
mod exits;
/// Why samples have their labels.
mod explain;
/// Filters that README and help show, in the demo world.
mod filters;
/// Finished runs: what replaces them, and what does not.
mod finished;
/// Logs that grow, and the view of them.
mod follow;
/// Disks that fill up.
mod full_disk;
/// Metrics of web logs.
mod ingest;
/// Completions, manual pages, and lists as JSON.
mod installed;
/// What users of the original know, row by row.
mod original;
/// States of an output folder, and commands that meet them.
mod output_folder;
/// Primes of ranges.
mod prime;
/// Runs that are played again, and lines for machines.
mod replay;
/// Reports of runs that are finished, stopped or killed.
mod report;
/// Repositories and commits that URLs of advisories name.
mod resolve;
/// Verdicts of readers, and what they do to the next dataset.
mod review;
/// Jobs that are commands, and what their faults cost.
mod run;
/// Copies of vulnerable functions in a tree.
mod scan;
/// Layers of settings.
mod settings;
/// Stopped by signals at random moments, and resumed.
mod stops;
/// Folders that somebody else made.
mod strangers;
/// The dashboard on a real terminal: keys, signals, and the terminal afterwards.
mod terminal;
/// Finished datasets that are brought up to date.
mod update;
/// Collection from simulated upstreams, with their faults.
mod upstreams;
/// Digests of the files of a run, and damage that they find.
mod verify;

use std::path::Path;
use std::process::{Command, Output};

/// Returns the program in a folder of its own, without this machine's settings.
fn streamguard(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_streamguard"));
    command.current_dir(folder).env_clear();
    command
        .envs(["PATH", "HOME"].iter().filter_map(|name| std::env::var_os(name).map(|value| (name, value))));
    command.env("XDG_CACHE_HOME", folder.join("cache"));
    // Whatever ends the test ends the program that it started: a run that nobody waits for would fill the disk.
    streamguard_engine::kill_with_parent(&mut command);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    streamguard(folder).args(arguments).output().expect("the program was built")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns the lines of a file in the output directory.
fn lines(folder: &Path, name: &str) -> Vec<String> {
    let path = folder.join("data/raw").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(str::to_owned).collect()
}

/// Returns the dataset files.
fn dataset(folder: &Path) -> [Vec<u8>; 2] {
    ["samples.jsonl", "samples.parquet"].map(|name| {
        let path = folder.join("data/raw").join(name);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    })
}
