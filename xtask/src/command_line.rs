//! The command line of `cargo xtask`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::extract_check::ExtractInputs;
use crate::{bench, dist, fuzz};

/// Development tasks of StreamGuard.
#[derive(Parser)]
pub(crate) enum XtaskCommand {
    /// Measures, side by side with another program where there is one.
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Compares results with those of another program.
    #[command(subcommand)]
    Check(CheckCommand),
    /// Mines the commits of a table of known fixes, and lists the ones that yield nothing.
    Truth {
        /// Path of `ground_truth.csv`.
        table: PathBuf,
        /// Folder with bare clones.
        clones: PathBuf,
    },
    /// Compares a run of `collect` with known fixes: the share of commits, named as fixes by advisories, that
    /// yielded pairs.
    TruthOfRun {
        /// Path of `ground_truth.csv`.
        table: PathBuf,
        /// Output directory of the run.
        folder: PathBuf,
    },
    /// Measures how often the claims of messages are true, on functions that readers judged.
    FitMessages {
        /// Files of samples that `--collectors repo` wrote.
        #[arg(required = true)]
        samples: Vec<PathBuf>,
        /// Table of verdicts, as `streamguard review` writes it.
        #[arg(long, default_value = "crates/mining/readings.csv")]
        reviews: PathBuf,
    },
    /// Fits the weights and the table by which changed functions are labelled to functions with known labels.
    FitLabels {
        /// `fixes.jsonl` of a run with `--min-confidence 0`.
        samples: PathBuf,
        /// Table with the columns repository, commit, path, function, `start_line_before`, `is_vulnerable` and weight, or one
        /// that `streamguard review` wrote.
        truth: PathBuf,
        /// Also fit without each repository in turn, and label its functions by the rest.
        #[arg(long)]
        cross_validate: bool,
    },
    /// Makes the packages of a release: wheel, Debian package, archive and program, with digests and a list of all crates
    /// in them.
    Dist(dist::DistInputs),
    /// Kills a run at random moments and resumes it, many times.
    Crash {
        /// Number of kills.
        #[arg(default_value_t = 50)]
        times: u32,
    },
    /// Tries commands on an output folder in many states, a killed run at many moments among them.
    States {
        /// Number of moments.
        #[arg(default_value_t = 20)]
        kills: u32,
    },
    /// Kills and stops runs, fills their disks, flips bits in snapshots, caches and the state of runs, and tries what
    /// strangers may put into a folder. Takes hours.
    Attack {
        /// Number of flipped bits of each kind of file.
        #[arg(long, default_value_t = 125)]
        flips: u32,
        /// Number of kills of each of three jobs.
        #[arg(long, default_value_t = 167)]
        kills: u32,
        /// Number of stops by signals.
        #[arg(long, default_value_t = 200)]
        stops: u32,
        /// Number of sizes of the disk of the output, and of that of the cache.
        #[arg(long, default_value_t = 52)]
        disks: u32,
    },
    /// Compares source files of repeated characters in every grammar, each in a process of its own, and fails if one
    /// takes more than 2 s of CPU time or 1 GiB. Takes an hour; build it with `--release`.
    AttackCode {
        /// Sizes of the files, in bytes.
        #[arg(long, value_delimiter = ',', default_value = "5000,60000,1000000")]
        sizes: Vec<usize>,
        /// Try one of so many repetitions only.
        #[arg(long, default_value_t = 1)]
        step: usize,
        /// Compare one file of this name here; not for direct use.
        #[arg(long, hide = true, requires = "repeated")]
        file: Option<String>,
        /// Text that is repeated in it.
        #[arg(long, hide = true, allow_hyphen_values = true)]
        repeated: Option<String>,
    },
    /// Runs fuzz targets for long, guided by the coverage that their inputs reach. Inputs that fail go to
    /// `target/fuzz/failing`, and the rest of what was found to `target/fuzz/corpus`.
    Fuzz(fuzz::FuzzInputs),
    /// Rewrites the embedded demo world.
    Snapshot,
    /// Writes the index of the demo world's fixes anew, with which `scan` compares where there is no dataset
    Known,
    /// Writes a world of any size into a folder: bare repositories, and `truth.jsonl`.
    World {
        /// Folder to write.
        folder: PathBuf,
        /// Seed from which the whole world follows.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Number of repositories.
        #[arg(long, default_value_t = 12)]
        repositories: usize,
        /// Number of planted fixes, in all repositories together [default: 40 for three repositories]
        #[arg(long)]
        fixes: Option<usize>,
    },
    /// Writes the lines of a file to standard output, again and again, for `| streamguard ingest --path -`.
    Repeat {
        /// File with the lines.
        file: PathBuf,
        /// Least number of bytes to write.
        #[arg(default_value_t = 20_000_000_000)]
        bytes: u64,
    },
    /// Runs shards for `bench engine`; not for direct use.
    #[command(hide = true)]
    Worker,
}

/// A benchmark.
#[derive(Subcommand)]
pub(crate) enum BenchCommand {
    /// Logs that are followed, through rotation and truncation; fails unless each line is counted once.
    Follow(bench::follow::FollowInputs),
    /// Sieving, in turn with primesieve, and counting, in turn with primecount.
    Prime {
        /// Path of primesieve.
        #[arg(long, default_value = "primesieve")]
        peer: PathBuf,
        /// Path of primecount.
        #[arg(long, default_value = "primecount")]
        counter: PathBuf,
        /// Number of runs.
        #[arg(long, default_value_t = 9)]
        runs: usize,
    },
    /// Cost of a shard on threads and on worker processes, and overhead of the engine on real work.
    Engine,
    /// Speed of generating pairs: the texts alone, and as a dataset on disk.
    Synthetic,
    /// Cost of the dashboard under a constant stream of progress, in a terminal of 200 columns and 60 rows that
    /// `script` opens.
    Dashboard {
        /// Number of events.
        #[arg(long, default_value_t = 5_000_000)]
        events: u64,
        /// Seconds over which the events are spread.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Measure in this terminal, and write the result to this file; not for direct use.
        #[arg(long, hide = true)]
        into: Option<PathBuf>,
    },
    /// Collecting from all upstreams side by side, from one after the other, and from each alone.
    Upstreams {
        /// Simulator of the upstreams: a Python script that takes `--port 0 --port-file FILE --rate-scale 0.01
        /// --latency MS`.
        simulator: PathBuf,
        /// Delay of each answer of the simulator, in milliseconds.
        #[arg(long, default_value_t = 50)]
        latency: u32,
        /// Number of runs.
        #[arg(long, default_value_t = 3)]
        runs: usize,
    },
    /// Mining many repositories on a Slurm cluster of one and of two nodes, all on this machine, in turn with
    /// worker processes.
    Cluster(bench::cluster::ClusterInputs),
    /// Cost of a plain command, beside xargs and GNU parallel.
    Commands {
        /// Number of runs of `true`
        #[arg(long, default_value_t = 100_000)]
        commands: u64,
    },
    /// Cost of the reports of a large run.
    Reports {
        /// Number of samples in the run.
        #[arg(long, default_value_t = 50_000)]
        samples: u64,
    },
    /// Metrics of web logs, in turn with polars, DuckDB and, for combined logs, GoAccess; all figures are
    /// compared.
    Ingest(bench::ingest::IngestInputs),
    /// Mining a whole history, in turn with PyDriller if its script is given.
    Mine {
        /// Bare repository.
        repository: PathBuf,
        /// Script that is called as `PYTHON SCRIPT REPOSITORY 0 1 OUT`.
        #[arg(long)]
        peer: Option<PathBuf>,
        /// Python with PyDriller.
        #[arg(long, default_value = "python3")]
        python: PathBuf,
        /// Words, or parts of words, by which the other program chooses commits.
        #[arg(long, value_delimiter = ',', default_value = "security,cve,vulnerability")]
        words: Vec<String>,
        /// Number of runs.
        #[arg(long, default_value_t = 3)]
        runs: usize,
    },
}

/// A comparison.
#[derive(Subcommand)]
pub(crate) enum CheckCommand {
    /// Counts of primes in random ranges, counts up to random numbers, and known counts up to powers of ten.
    Prime {
        /// Path of primesieve.
        #[arg(long, default_value = "primesieve")]
        peer: PathBuf,
        /// Path of primecount.
        #[arg(long, default_value = "primecount")]
        counter: PathBuf,
        /// Number of ranges.
        #[arg(long, default_value_t = 1000)]
        ranges: u32,
        /// Seed from which the ranges follow.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Functions in both sides of the files that random commits change, with those that the parsers of others find in
    /// them: `ast` for Python, the compilers of TypeScript, Go and Java, php-parser, prism, syn, and for C and C++
    /// what universal-ctags and lizard agree on.
    Extract(ExtractInputs),
}
