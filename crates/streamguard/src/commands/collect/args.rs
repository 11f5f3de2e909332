//! Arguments of `collect`: its own, and the flags of all collectors.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, Error, FromArgMatches};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use streamguard_registry as registry;

use crate::args::execution::ExecutionArgs;
use crate::args::exit_codes::DATASET_EXIT_CODES;
use crate::args::reports::ReportSelection;

/// Collects samples and writes the dataset
///
/// Runs the collectors side by side, each shard in isolation: one that fails does not touch
/// the others. Leaves samples.jsonl, samples.parquet and advisories.jsonl, the records of each
/// collector, collection_results.json and the reports in the output directory.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[command(
    after_help = DATASET_EXIT_CODES,
    mut_arg("workers", |workers| workers.help(
        "Number of shards that run at once; unless it is 1, some that only wait for upstreams come on top"
    ))
)]
pub(crate) struct CollectArgs {
    /// Collectors to run: names, separated by spaces or commas, or `all`
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',', default_value = "all")]
    pub(super) collectors: Vec<String>,
    /// Run the collectors side by side [default]
    #[arg(long, conflicts_with = "sequential")]
    pub(super) parallel: bool,
    /// Run the collectors one after the other
    #[arg(long)]
    pub(super) sequential: bool,
    /// Directory of the dataset
    #[arg(long, value_name = "DIR", default_value = "data/raw")]
    pub(super) output_dir: PathBuf,
    #[command(flatten)]
    #[serde(flatten)]
    pub(super) reports: ReportSelection,
    /// Bring the finished dataset in the directory up to date: ask the sources for what changed, keep the ids of
    /// samples, and list all changes in changes.jsonl and changes.md
    #[arg(long, conflicts_with_all = ["resume", "fresh", "record"])]
    pub(super) update: bool,
    /// Collect 100 samples each, to see whether all is well
    #[arg(long)]
    pub(super) quick_test: bool,
    /// Collect from the embedded demo world: no network, no git, no tokens
    #[arg(long)]
    pub(super) offline: bool,
    /// Seed of all random choices
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub(super) seed: u64,
    /// GitHub token; better in the variable GITHUB_TOKEN or in .env, where no list of processes shows it
    #[arg(long, value_name = "TOKEN", value_parser = secret)]
    #[serde(skip)]
    pub(super) github_token: Option<SecretString>,
    /// NVD API key; better in the variable NVD_API_KEY or in .env
    #[arg(long, value_name = "KEY", value_parser = secret)]
    #[serde(skip)]
    pub(super) nvd_api_key: Option<SecretString>,
    /// Read GITHUB_TOKEN=.. and NVD_API_KEY=.. from this file as well
    #[arg(long, value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
    /// Write all that the run asks of its upstreams to this file, to be replayed by --snapshot
    #[arg(long, value_name = "FILE", conflicts_with_all = ["snapshot", "offline"])]
    pub(super) record: Option<PathBuf>,
    /// Replay the upstreams' answers that --record wrote: no network
    #[arg(long, value_name = "FILE", conflicts_with = "offline")]
    pub(super) snapshot: Option<PathBuf>,
    /// Length of the windows of rate limits relative to the published ones; for mirrors without
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, hide = true)]
    pub(super) rate_scale: f64,
    /// Folder for clones and other answers [default: the user's cache folder]
    #[arg(long, value_name = "DIR")]
    pub(super) cache_dir: Option<PathBuf>,
    /// Use nothing of the cache: ask for everything anew, and keep it for this run only
    #[arg(long)]
    pub(super) no_cache: bool,
    /// Empty the cache first, so that everything in it is new
    #[arg(long, conflicts_with = "no_cache")]
    pub(super) refresh_cache: bool,
    /// Read this file instead of ./streamguard.toml
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    pub(super) execution: ExecutionArgs,
    #[command(flatten)]
    #[serde(skip)]
    collector_flags: CollectorFlags,
}

/// Flags of all collectors of the registry. Their values stay in the matches.
#[derive(Clone, Copy, Debug, Default)]
struct CollectorFlags;

impl Args for CollectorFlags {
    fn augment_args(command: Command) -> Command {
        registry::collected()
            .fold(command, |command, entry| (entry.flags)(command.next_help_heading(entry.name)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for CollectorFlags {
    fn from_arg_matches(_: &ArgMatches) -> Result<Self, Error> {
        Ok(Self)
    }

    fn update_from_arg_matches(&mut self, _: &ArgMatches) -> Result<(), Error> {
        Ok(())
    }
}

/// Reads a secret from an argument.
fn secret(text: &str) -> Result<SecretString, String> {
    if text.is_empty() { Err("the value is empty".to_owned()) } else { Ok(text.into()) }
}
