//! The command line.

mod elsewhere;
mod looking;
mod showing;

use std::path::PathBuf;

use anyhow::Result;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use streamguard::exit::UsageError;
use streamguard_prime::ListFormat;
use streamguard_registry as list;

pub(crate) use elsewhere::{Export, Merge, ShardRun, Shards};
pub(crate) use looking::{Cache, CacheAction, Color, Examples, Report, Resolve};
pub(crate) use showing::{LogFormat, Replay, Showing};

use crate::cluster::ClusterFlags;

/// Builds datasets of vulnerable and fixed source code
#[derive(Parser)]
#[command(name = "streamguard", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Described,
}

/// The commands, for the help text; the flags of `collect` come from the list of collectors.
#[derive(Subcommand)]
enum Described {
    /// Collects samples and writes the dataset
    ///
    /// Runs the collectors side by side, each shard in isolation: one that fails does not touch
    /// the others. Leaves samples.jsonl, samples.parquet and advisories.jsonl, what each collector
    /// found, and collection_results.json in the output directory.
    #[command(after_help = EXITS)]
    Collect(Collect),
    /// Runs jobs that streamguard.toml defines as commands
    Run(Run),
    /// Counts the requests in web logs: how many, of what kind, how fast
    ///
    /// All figures are exact, over all files together. Quantiles and lists of what is most frequent
    /// stay exact up to some ten million different times and a hundred thousand different words, of which
    /// each piece of a file has its share by its size; beyond that they are estimated within an error
    /// that is said beside them.
    #[command(after_help = FIGURE_EXITS)]
    Ingest(Ingest),
    /// Counts and lists the primes of ranges of numbers up to 2^64
    ///
    /// Tells of each range, and of all together, how many primes there are, which are the first and
    /// the last, and how dense they are. Ranges may overlap: then the total is the sum over the
    /// ranges, and how many different numbers and primes there are is said beside it.
    #[command(after_help = FIGURE_EXITS)]
    Prime(Primes),
    /// Plays a run again, as it was shown
    ///
    /// Reads the journal in the run's output directory, and shows it on the dashboard, or as lines
    /// where there is no terminal. Nothing is collected, and nothing is written.
    Replay(Replay),
    /// Lists the jobs and what they need
    Jobs,
    /// Shows samples of a dataset side by side, vulnerable and fixed
    Examples(Examples),
    /// Tells which repository and commit the URLs of advisories name
    ///
    /// Reads lines, each a URL or an advisory as JSON (of NVD, OSV or StreamGuard), and prints a
    /// line for each URL: the URL, the repository, the kind (commit, pull, compare, tag, state or
    /// unresolved) and the target, separated by tabs. Nothing is fetched.
    Resolve(Resolve),
    /// Writes reports of a run again, whether it is finished or was interrupted
    Report(Report),
    /// Shows, prunes or clears what is kept between runs
    ///
    /// The cache holds the answers of upstreams, mirrors of repositories, what sources of advisories
    /// had listed, unpacked snapshots, and what was asked of whom. All of it can be had again.
    Cache(Cache),
    /// Plans jobs whose shards other machines run, and leaves the plan in the output directory
    ///
    /// Takes the flags of the command that would run them. What follows: `streamguard shard run` on
    /// whatever machines see that directory, then `streamguard merge`.
    #[command(subcommand_required = true)]
    Plan,
    /// Runs shards of a plan, as often as asked: one that is done is not run again
    #[command(subcommand)]
    Shard(Shards),
    /// Merges what the shards of a plan left, and writes dataset and reports as a run does
    #[command(after_help = EXITS)]
    Merge(Merge),
    /// Runs shards for another streamguard; not for people
    #[command(hide = true)]
    Worker,
}

/// The exit codes, as the help text says them.
const EXITS: &str = "Exit codes: 0 complete, 1 error, 2 usage, 3 partial (some source failed, the rest is \
complete), 4 nothing collected, 5 another run holds the directory, 6 the destination cannot be written \
(resumable), 7 damaged state, 130 stopped by Ctrl+C (resumable)";

/// The exit codes of commands that run one job for its figures.
const FIGURE_EXITS: &str = "Exit codes: 0 complete, 1 error, 2 usage, 3 partial (something could not be read or \
done, the rest is counted), 4 nothing was done, 5 another run holds the directory, 6 the destination cannot be \
written, 7 damaged state, 130 stopped by Ctrl+C (what was done is shown)";

/// What was asked.
pub(crate) enum Command {
    /// `collect`, with its flags.
    Collect(ArgMatches),
    /// `run`, with its flags.
    Run(ArgMatches),
    /// `ingest`, with its flags.
    Ingest(ArgMatches),
    /// `prime`, with its flags.
    Prime(ArgMatches),
    /// `replay`.
    Replay(Replay),
    /// `jobs`.
    Jobs,
    /// `examples`.
    Examples(Examples),
    /// `resolve`.
    Resolve(Resolve),
    /// `report`.
    Report(Report),
    /// `cache`.
    Cache(Cache),
    /// `plan`: one of the commands above, which is not to run.
    Plan(Box<Command>),
    /// `plan export`.
    Export(Export),
    /// `shard run`.
    Shard(ShardRun),
    /// `merge`.
    Merge(Merge),
    /// `worker`.
    Worker,
}

/// Where shards run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// On threads of one process: fastest to start, but a crash ends the run
    Threading,
    /// In child processes: a crash costs one shard
    Process,
    /// On the machines of a Slurm cluster, which all see the output directory
    Slurm,
    /// On the nodes of a Ray cluster, which all see the output directory
    Ray,
}

impl Mode {
    /// Whether shards run on other machines.
    pub(crate) fn is_elsewhere(self) -> bool {
        matches!(self, Self::Slurm | Self::Ray)
    }
}

/// Settings of every command that runs jobs.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Running {
    /// Where shards run
    #[arg(long, value_enum, default_value_t = Mode::Process)]
    pub(crate) mode: Mode,
    /// How many shards run at once; some that only wait for upstreams come on top, unless it is 1
    #[arg(long, visible_alias = "worker", value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) workers: u16,
    /// Memory that one worker process may use, in MiB; 0 for no limit
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    pub(crate) worker_memory: u64,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) showing: Showing,
    /// Go on with an interrupted run, with the settings that it had
    #[arg(long)]
    pub(crate) resume: bool,
    /// Drop an interrupted run and begin anew
    #[arg(long, conflicts_with = "resume")]
    pub(crate) fresh: bool,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) cluster: ClusterFlags,
}

/// Which reports to write.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Reports {
    /// Which reports to write: json, csv, pdf, sarif, html, or `all`
    #[arg(long, value_name = "FORMAT", num_args = 1.., default_value = "json")]
    pub(crate) report_formats: Vec<String>,
    /// How many samples the HTML report holds, at most
    #[arg(long, value_name = "N", default_value_t = streamguard_report::Options::default().html_samples)]
    pub(crate) html_samples: usize,
}

impl Reports {
    /// How to render them.
    pub(crate) fn options(&self) -> streamguard_report::Options {
        streamguard_report::Options { html_samples: self.html_samples }
    }
}

/// Settings of `collect`.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Collect {
    /// Which collectors to run: names, or `all`
    #[arg(long, value_name = "NAME", num_args = 1.., default_value = "all")]
    pub(crate) collectors: Vec<String>,
    /// Run the collectors side by side [default]
    #[arg(long, conflicts_with = "sequential")]
    pub(crate) parallel: bool,
    /// Run the collectors one after the other
    #[arg(long)]
    pub(crate) sequential: bool,
    /// Where the dataset goes
    #[arg(long, value_name = "DIR", default_value = "data/raw")]
    pub(crate) output_dir: PathBuf,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) reports: Reports,
    /// Collect 100 samples each, to see whether all is well
    #[arg(long)]
    pub(crate) quick_test: bool,
    /// Collect from the embedded demo world: no network, no git, no tokens
    #[arg(long)]
    pub(crate) offline: bool,
    /// What everything random follows from
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub(crate) seed: u64,
    /// GitHub token; better in the variable GITHUB_TOKEN or in .env, where no list of processes shows it
    #[arg(long, value_name = "TOKEN", value_parser = secret)]
    #[serde(skip)]
    pub(crate) github_token: Option<SecretString>,
    /// NVD API key; better in the variable NVD_API_KEY or in .env
    #[arg(long, value_name = "KEY", value_parser = secret)]
    #[serde(skip)]
    pub(crate) nvd_api_key: Option<SecretString>,
    /// Read GITHUB_TOKEN=.. and NVD_API_KEY=.. from this file as well
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Write all that the run asks of its upstreams to this file, to be replayed by --snapshot
    #[arg(long, value_name = "FILE", conflicts_with_all = ["snapshot", "offline"])]
    pub(crate) record: Option<PathBuf>,
    /// Replay the upstreams' answers that --record wrote: no network
    #[arg(long, value_name = "FILE", conflicts_with = "offline")]
    pub(crate) snapshot: Option<PathBuf>,
    /// Length of the windows of rate limits relative to the published ones; for mirrors without
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, hide = true)]
    pub(crate) rate_scale: f64,
    /// Where clones and other answers are kept [default: the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Empty the cache first, so that everything is asked for anew
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Read this file instead of ./streamguard.toml
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) running: Running,
}

/// A secret out of an argument.
fn secret(text: &str) -> Result<SecretString, String> {
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(text.into()) }
}

/// Settings of `run`.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Run {
    /// Names of the jobs; all that streamguard.toml defines if none is given
    #[serde(skip)]
    pub(crate) jobs: Vec<String>,
    /// Where the records go
    #[arg(long, value_name = "DIR", default_value = "data/jobs")]
    pub(crate) output_dir: PathBuf,
    /// Read this file instead of ./streamguard.toml
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) running: Running,
}

/// Settings of every command that runs one job for its figures.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Figures {
    /// Where the reports go; without it nothing is written
    #[arg(long, value_name = "DIR")]
    pub(crate) output_dir: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) reports: Reports,
    /// Read this file instead of ./streamguard.toml
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) running: Running,
}

/// Settings of `ingest`.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[group(skip)]
pub(crate) struct Ingest {
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) job: streamguard_ingest::IngestJob,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) figures: Figures,
}

/// Settings of `prime`.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Primes {
    /// A file of ranges: {"ranges": [{"start": 1, "end": 1000, "description": "..."}]}, both bounds
    /// included
    #[arg(long, value_name = "FILE")]
    pub(crate) path: Option<PathBuf>,
    /// Ranges: A..B with both bounds, or A..+N; as in 1..1_000 or 1e12..+1e9
    #[arg(long, value_name = "A..B", num_args = 1.., conflicts_with = "path")]
    pub(crate) range: Vec<String>,
    /// Count only, without finding each prime where that is quicker
    #[arg(long)]
    pub(crate) count_only: bool,
    /// Write all primes of all ranges to this file, each once, in ascending order
    #[arg(long, value_name = "FILE")]
    pub(crate) list: Option<PathBuf>,
    /// What that file looks like
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Text)]
    pub(crate) list_format: ListFormat,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) figures: Figures,
}

/// The commands that run one job for its figures.
const FIGURE_COMMANDS: [&str; 2] = ["ingest", "prime"];

/// The commands whose jobs can be planned for other machines.
const PLANNED_COMMANDS: [&str; 4] = ["collect", "run", "ingest", "prime"];

/// The whole command line, with the flags of all collectors below `collect`.
pub(crate) fn command() -> clap::Command {
    let cli = FIGURE_COMMANDS.into_iter().fold(Cli::command(), |cli, name| {
        cli.mut_subcommand(name, |command| {
            // These jobs are ours, and short: threads start at once.
            command
                .mut_arg("mode", |mode| mode.default_value("threading"))
                .mut_arg("report_formats", |formats| formats.requires("output_dir"))
                .mut_arg("resume", |resume| resume.requires("output_dir"))
                .mut_arg("fresh", |fresh| fresh.requires("output_dir"))
        })
    });
    let cli = cli.mut_subcommand("collect", |collect| {
        // The flags of a collector bring its description along; that of the command stays.
        let (about, long_about) = (collect.get_about().cloned(), collect.get_long_about().cloned());
        let collect = list::COLLECTORS
            .iter()
            .fold(collect, |collect, entry| (entry.flags)(collect.next_help_heading(entry.name)));
        collect.about(about.unwrap_or_default()).long_about(long_about.unwrap_or_default())
    });
    let planned: Vec<clap::Command> = PLANNED_COMMANDS
        .iter()
        .filter_map(|name| cli.find_subcommand(name))
        .map(|command| command.clone().mut_arg("output_dir", |folder| folder.visible_alias("out")))
        .collect();
    let export = Export::augment_args(clap::Command::new("export"));
    cli.mut_subcommand("plan", |plan| plan.subcommands(planned).subcommand(export))
}

/// Understands the command line. Wrong ones end the program here, with a usage text.
pub(crate) fn parse() -> Result<Command> {
    // What is written down and handed to others is UTF-8.
    if let Some(argument) = std::env::args_os().find(|argument| argument.to_str().is_none()) {
        return Err(UsageError(format!("{} is not UTF-8: rename it", argument.to_string_lossy())).into());
    }
    asked(&command().get_matches())
}

fn asked(matches: &ArgMatches) -> Result<Command> {
    Ok(match matches.subcommand() {
        Some(("collect", matches)) => Command::Collect(matches.clone()),
        Some(("run", matches)) => Command::Run(matches.clone()),
        Some(("ingest", matches)) => Command::Ingest(matches.clone()),
        Some(("prime", matches)) => Command::Prime(matches.clone()),
        Some(("replay", matches)) => Command::Replay(Replay::from_arg_matches(matches)?),
        Some(("plan", matches)) => match matches.subcommand() {
            Some(("export", matches)) => Command::Export(Export::from_arg_matches(matches)?),
            _ => Command::Plan(Box::new(asked(matches)?)),
        },
        Some(("shard", matches)) => match Shards::from_arg_matches(matches)? {
            Shards::Run(settings) => Command::Shard(settings),
        },
        Some(("merge", matches)) => Command::Merge(Merge::from_arg_matches(matches)?),
        Some(("examples", matches)) => Command::Examples(Examples::from_arg_matches(matches)?),
        Some(("resolve", matches)) => Command::Resolve(Resolve::from_arg_matches(matches)?),
        Some(("report", matches)) => Command::Report(Report::from_arg_matches(matches)?),
        Some(("cache", matches)) => Command::Cache(Cache::from_arg_matches(matches)?),
        Some(("worker", _)) => Command::Worker,
        _ => Command::Jobs,
    })
}
