//! `streamguard collect`: runs collectors, writes the dataset.

mod selection;
mod settings;
mod upstreams;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{ArgMatches, Args, Command, Error, FromArgMatches};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use streamguard::env::Environment;
use streamguard::exit::Exit;
use streamguard::settings::{ConfigLayers, ConfigSchema};
use streamguard::ui;
use streamguard_cache as cache;
use streamguard_engine::{CancelToken, CompletionStatus, RunOptions, RunRecord};
use streamguard_facade::Collection;
use streamguard_registry as registry;
use streamguard_report::{ReportFormat, run_paths};
use streamguard_snapshot as snapshot;

use crate::args::execution::ExecutionArgs;
use crate::args::exit_codes::DATASET_EXIT_CODES;
use crate::args::matched::MatchedArgs;
use crate::args::reports::ReportSelection;
use crate::command_line::command_line;
use crate::launch::{NodeFiles, Purpose, collection_exit, engine_options, run_collection};
use crate::{plan_summary, signals};
use settings::CollectorSettings;

/// Collects samples and writes the dataset
///
/// Runs the collectors side by side, each shard in isolation: one that fails does not touch
/// the others. Leaves samples.jsonl, samples.parquet and advisories.jsonl, the records of each
/// collector, and collection_results.json in the output directory.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[command(after_help = DATASET_EXIT_CODES)]
pub(crate) struct CollectArgs {
    /// Collectors to run: names, or `all`
    #[arg(long, value_name = "NAME", num_args = 1.., default_value = "all")]
    collectors: Vec<String>,
    /// Run the collectors side by side [default]
    #[arg(long, conflicts_with = "sequential")]
    parallel: bool,
    /// Run the collectors one after the other
    #[arg(long)]
    sequential: bool,
    /// Directory of the dataset
    #[arg(long, value_name = "DIR", default_value = "data/raw")]
    output_dir: PathBuf,
    #[command(flatten)]
    #[serde(flatten)]
    reports: ReportSelection,
    /// Collect 100 samples each, to see whether all is well
    #[arg(long)]
    quick_test: bool,
    /// Collect from the embedded demo world: no network, no git, no tokens
    #[arg(long)]
    offline: bool,
    /// Seed of all random choices
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// GitHub token; better in the variable GITHUB_TOKEN or in .env, where no list of processes shows it
    #[arg(long, value_name = "TOKEN", value_parser = secret)]
    #[serde(skip)]
    github_token: Option<SecretString>,
    /// NVD API key; better in the variable NVD_API_KEY or in .env
    #[arg(long, value_name = "KEY", value_parser = secret)]
    #[serde(skip)]
    nvd_api_key: Option<SecretString>,
    /// Read GITHUB_TOKEN=.. and NVD_API_KEY=.. from this file as well
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Write all that the run asks of its upstreams to this file, to be replayed by --snapshot
    #[arg(long, value_name = "FILE", conflicts_with_all = ["snapshot", "offline"])]
    record: Option<PathBuf>,
    /// Replay the upstreams' answers that --record wrote: no network
    #[arg(long, value_name = "FILE", conflicts_with = "offline")]
    snapshot: Option<PathBuf>,
    /// Length of the windows of rate limits relative to the published ones; for mirrors without
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, hide = true)]
    rate_scale: f64,
    /// Folder for clones and other answers [default: the user's cache folder]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// Empty the cache first, so that everything is asked for anew
    #[arg(long)]
    no_cache: bool,
    /// Read this file instead of ./streamguard.toml
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    execution: ExecutionArgs,
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

pub(super) fn run(
    arguments: &MatchedArgs<CollectArgs>,
    schema: &ConfigSchema,
    purpose: Purpose,
) -> Result<Exit> {
    let folder = Path::new(".");
    let MatchedArgs { args: flags, matches } = arguments;
    let file = schema.read(folder, flags.config.as_deref())?;
    let environment = Environment::read(folder)?;
    let layers = ConfigLayers { file: &file, environment: &environment, matches };
    let settings: CollectArgs = layers.resolve("collect", json!(flags))?.read()?;
    let credentials = upstreams::credentials(flags, &settings, &environment)?;

    let execution = &settings.execution;
    if execution.mode.is_remote() {
        upstreams::warn_of_local_tokens(&settings, &credentials);
    }
    let cache_dir = settings.cache_dir.clone().unwrap_or_else(|| environment.cache_folder());
    // The path is part of the settings, which must mean the same folder wherever the run is
    // resumed.
    let cache_dir = std::path::absolute(&cache_dir)
        .with_context(|| format!("cannot resolve the path {}", cache_dir.display()))?;
    if settings.no_cache {
        cache::clear(&cache_dir)
            .with_context(|| format!("cannot clear the cache at {}", cache_dir.display()))?;
    }
    // Checked before anything is asked for: the file itself is written after hours.
    if let Some(file) = &settings.record {
        upstreams::check_recording_file(file)?;
    }
    let upstream = upstreams::upstream_settings(&settings, &cache_dir)?;
    let recorded = match execution.resume {
        true => {
            RunRecord::read(&run_paths(&settings.output_dir))?.filter(|run| !run.done).map(|run| run.settings)
        }
        false => None,
    };
    upstreams::check_recording_resumed(&settings, recorded.as_ref())?;
    let formats = settings.reports.formats()?;
    let cancel = CancelToken::new();
    let caught = signals::listen(cancel.clone())?;
    // The flag wins over what the file or a variable says of its opposite.
    let parallel = layers.is_given("parallel") || !settings.sequential;
    let files = NodeFiles { token_file: settings.token_file.as_deref(), config: flags.config.as_deref() };
    let options = RunOptions { parallel, ..engine_options(execution, purpose, cancel, &files)? };
    let mut collection = Collection::new(&settings.output_dir)
        .on_existing_run(execution.on_existing_run())
        .record_command(command_line());
    let selected = selection::select(&settings.collectors, layers.is_given("collectors"), recorded.as_ref())?;
    let collectors =
        CollectorSettings::resolve(&layers, settings.quick_test, settings.seed, &upstream, &selected)?;
    for entry in selected {
        let job = collectors.job(entry, &layers, recorded.as_ref(), &credentials)?;
        collection = match entry.kind.has_samples() {
            true => collection.add_job(job),
            false => collection.add_source_job(job),
        };
    }
    if purpose == Purpose::Plan {
        return plan_summary::print(&collection.options(options).open()?.prepare()?, &settings.output_dir);
    }
    let mut results = run_collection(collection, options, execution.display.view())?;
    // The reports come first: the summary names them.
    for format in formats {
        // A large report takes seconds: after a signal only the one for machines is written.
        if caught.signal().is_some() && format != ReportFormat::Json {
            continue;
        }
        if !execution.display.quiet && ui::is_terminal() {
            ui::print_notice(&format!("writing the {} report", format.name()));
        }
        results.write_reports(&[format], &settings.reports.options())?;
    }
    ui::summary::print(&results);
    // What was asked until a run was stopped is not enough to replay it.
    if let (Some(file), false) = (&settings.record, results.status == CompletionStatus::Cancelled) {
        snapshot::write(&upstream.cache, results.state.clock_ms, file)?;
        ui::print_line(&format!("Recorded to {}", file.display()))?;
    }
    Ok(caught.signal().map_or_else(|| collection_exit(&results, &caught), Exit::Signal))
}
