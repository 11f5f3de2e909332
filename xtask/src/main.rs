//! Development tasks: `cargo xtask <task>`.
#![expect(clippy::print_stdout, reason = "a development tool talks to people")]

mod bench;
mod primes;
mod truth;
mod worlds;

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::{Parser, Subcommand};
use streamguard_world::{Settings, World};

/// Development tasks of StreamGuard.
#[derive(Parser)]
enum Task {
    /// Measures, side by side with a peer where there is one.
    #[command(subcommand)]
    Bench(Bench),
    /// Checks results against those of a peer.
    #[command(subcommand)]
    Check(Check),
    /// Mines the fixes of a table of known ones, and says which yield nothing.
    Truth {
        /// `ground_truth.csv`.
        table: PathBuf,
        /// Folder of bare clones.
        clones: PathBuf,
    },
    /// Checks a run of `collect` against known fixes: which commits that advisories name as fixes
    /// came out as pairs?
    TruthOfRun {
        /// `ground_truth.csv`.
        table: PathBuf,
        /// The run's output directory.
        folder: PathBuf,
    },
    /// Kills a run at random moments and resumes it, many times.
    Crash {
        /// How many kills.
        #[arg(default_value_t = 50)]
        times: u32,
    },
    /// Writes the embedded demo world anew.
    Snapshot,
    /// Writes a world of any size into a folder: bare repositories, and `truth.jsonl`.
    World {
        /// The folder.
        folder: PathBuf,
        /// Everything follows from it.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many repositories.
        #[arg(long, default_value_t = 12)]
        repositories: usize,
        /// How many planted fixes, in all repositories together [default: 40 for three repositories]
        #[arg(long)]
        fixes: Option<usize>,
    },
    /// Writes the lines of a file to standard output, again and again: `| streamguard ingest --path -`.
    Repeat {
        /// The file.
        file: PathBuf,
        /// How many bytes to write, at least.
        #[arg(default_value_t = 20_000_000_000)]
        bytes: u64,
    },
    /// Runs shards for `bench engine`; not for people.
    #[command(hide = true)]
    Worker,
}

#[derive(Subcommand)]
enum Bench {
    /// Sieving, by turns with primesieve.
    Prime {
        /// primesieve.
        #[arg(long, default_value = "primesieve")]
        peer: PathBuf,
        /// How often.
        #[arg(long, default_value_t = 9)]
        runs: usize,
    },
    /// What a shard costs on threads and on worker processes, and what the engine adds to work.
    Engine,
    /// How fast pairs are generated: the texts alone, and as a dataset on disk.
    Synthetic,
    /// What the dashboard costs while it is told of progress without end, in a terminal of 200 columns
    /// and 60 rows that `script` makes.
    Dashboard {
        /// How many events.
        #[arg(long, default_value_t = 5_000_000)]
        events: u64,
        /// In how many seconds.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Measure in this terminal, and write what comes out to this file; not for people.
        #[arg(long, hide = true)]
        into: Option<PathBuf>,
    },
    /// Collecting from all upstreams side by side, one after the other, and from each alone.
    Upstreams {
        /// A simulator of the upstreams: a script for Python that is called with `--port 0
        /// --port-file FILE --rate-scale 0.01 --latency MS`.
        simulator: PathBuf,
        /// How late each of its answers is, in milliseconds.
        #[arg(long, default_value_t = 50)]
        latency: u32,
        /// How often.
        #[arg(long, default_value_t = 3)]
        runs: usize,
    },
    /// Mining many repositories on a Slurm of one and of two nodes, which all run on this machine, by turns
    /// with worker processes.
    Cluster(bench::cluster::Inputs),
    /// What the reports of a large run cost.
    Reports {
        /// How many samples it has.
        #[arg(long, default_value_t = 50_000)]
        samples: u64,
    },
    /// Metrics of web logs, by turns with polars, DuckDB and, for combined ones, GoAccess; all figures
    /// are compared.
    Ingest(bench::ingest::Inputs),
    /// Mining a whole history, by turns with PyDriller if its script is given.
    Mine {
        /// A bare repository.
        repository: PathBuf,
        /// A script that is called as `PYTHON SCRIPT REPOSITORY 0 1 OUT`.
        #[arg(long)]
        peer: Option<PathBuf>,
        /// The Python that has PyDriller.
        #[arg(long, default_value = "python3")]
        python: PathBuf,
        /// The words, or parts of words, by which the peer chooses commits.
        #[arg(long, value_delimiter = ',', default_value = "security,cve,vulnerability")]
        words: Vec<String>,
        /// How often.
        #[arg(long, default_value_t = 3)]
        runs: usize,
    },
}

#[derive(Subcommand)]
enum Check {
    /// Counts of primes in random ranges, and the known ones of powers of ten.
    Prime {
        /// primesieve.
        #[arg(long, default_value = "primesieve")]
        peer: PathBuf,
        /// How many ranges.
        #[arg(long, default_value_t = 1000)]
        ranges: u32,
        /// The ranges follow from it.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

/// The program, built beside this one.
fn streamguard() -> Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("streamguard");
    anyhow::ensure!(program.exists(), "{} is missing: cargo build --release makes it", program.display());
    Ok(program)
}

fn main() -> Result<()> {
    match Task::parse() {
        Task::Bench(Bench::Engine) => bench::engine::run(),
        Task::Bench(Bench::Synthetic) => bench::synthetic::run(&streamguard()?),
        Task::Bench(Bench::Dashboard { events, seconds, into: None }) => {
            bench::dashboard::run(events, seconds)
        }
        Task::Bench(Bench::Dashboard { events, seconds, into: Some(file) }) => {
            bench::dashboard::measure(events, seconds, &file)
        }
        Task::Bench(Bench::Upstreams { simulator, latency, runs }) => {
            bench::upstreams::run(&streamguard()?, &simulator, latency, runs)
        }
        Task::Bench(Bench::Cluster(inputs)) => bench::cluster::run(&streamguard()?, &inputs),
        Task::Bench(Bench::Reports { samples }) => bench::reports::run(&streamguard()?, samples),
        Task::Bench(Bench::Prime { peer, runs }) => bench::prime::run(&streamguard()?, &peer, runs),
        Task::Check(Check::Prime { peer, ranges, seed }) => {
            primes::check(&streamguard()?, &peer, ranges, seed)
        }
        Task::Bench(Bench::Ingest(inputs)) => {
            bench::ingest::run(&streamguard()?, &inputs.logs, &inputs.python, inputs.runs)?;
            match &inputs.combined {
                Some(log) => bench::ingest::combined(&streamguard()?, log, inputs.runs),
                None => Ok(()),
            }
        }
        Task::Repeat { file, bytes } => bench::ingest::repeat(&file, bytes),
        Task::Bench(Bench::Mine { repository, peer, python, words, runs }) => bench::mine::run(
            &streamguard()?,
            &repository,
            peer.as_deref().map(|peer| (&*python, peer)),
            &words,
            runs,
        ),
        Task::Crash { times } => crash(times),
        Task::Snapshot => snapshot(),
        Task::World { folder, seed, repositories, fixes } => {
            let fixes = fixes.unwrap_or(worlds::fixes(repositories));
            worlds::write(Settings { seed, repositories, fixes, ..Settings::default() }, &folder)
        }
        Task::Truth { table, clones } => truth::run(&table, &clones),
        Task::TruthOfRun { table, folder } => truth::of_run(&table, &folder),
        Task::Worker => bench::engine::worker(),
    }
}

/// The test does it; here it does it more often.
fn crash(times: u32) -> Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(["test", "--package", "streamguard", "--test", "it", "crash", "--", "--nocapture"])
        .env("STREAMGUARD_CRASHES", times.to_string())
        .status()?;
    anyhow::ensure!(status.success(), "a resumed run differs");
    Ok(())
}

/// The demo world with the settings that are its defaults.
fn snapshot() -> Result<()> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/snapshot/demo.snapshot");
    let truth = World::new(Settings::default()).snapshot(&path)?;
    println!("{} planted functions, {} bytes", truth.planted.len(), std::fs::metadata(&path)?.len());
    Ok(())
}
