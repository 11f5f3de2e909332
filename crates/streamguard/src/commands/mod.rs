//! The command line: one enum of all commands. Each command has a file of its own, with its arguments.

mod cache;
mod collect;
mod completions;
mod evaluate;
mod examples;
mod explain;
mod export;
mod init;
mod jobs;
mod known;
mod man;
mod merge;
mod metrics;
mod plan;
mod plan_export;
mod predict;
mod prepare;
mod replay;
mod report;
mod resolve;
mod review;
mod run;
mod scan;
mod serve;
mod shard;
mod verify;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use streamguard::exit::{Exit, UsageError};
use streamguard::settings::ConfigSchema;
use streamguard::shell::quote_path;
use streamguard::ui::{self, escape::escape};
use streamguard_dataset::dataset_card::{CARD_NAME, has_foreign_card};
use streamguard_registry::{JOBS, JobKind};
use streamguard_report::check_data;

use crate::args::matched::MatchedArgs;
use crate::launch::Purpose;

/// Builds datasets of vulnerable and fixed source code
#[derive(Parser)]
#[command(name = "streamguard", version = VERSION.as_str(), propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Commands,
}

/// The version with the commit, the build and the format of snapshots.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let commit = match streamguard_product::COMMIT {
        "" => String::new(),
        commit => format!("commit {commit}, "),
    };
    let (version, build) = (env!("CARGO_PKG_VERSION"), streamguard_product::BUILD);
    format!("{version} ({commit}build {build}, snapshot format {})", streamguard_snapshot::SNAPSHOT_FORMAT)
});

/// A command with its arguments.
#[derive(Subcommand)]
pub(crate) enum Commands {
    // The large ones are boxed: an enum is as large as its largest variant.
    Init(init::InitArgs),
    Collect(Box<MatchedArgs<collect::CollectArgs>>),
    Run(Box<MatchedArgs<run::RunArgs>>),
    // One command for each job of the registry that computes metrics.
    #[command(flatten)]
    Metrics(Box<metrics::MetricsCommand>),
    Prepare(Box<prepare::PrepareArgs>),
    Export(export::ExportArgs),
    Evaluate(evaluate::EvaluateArgs),
    Predict(predict::PredictArgs),
    Replay(replay::ReplayArgs),
    Jobs(jobs::JobsArgs),
    Examples(examples::ExamplesArgs),
    Explain(explain::ExplainArgs),
    Review(review::ReviewArgs),
    Resolve(resolve::ResolveArgs),
    Report(report::ReportArgs),
    Verify(verify::VerifyArgs),
    Scan(Box<scan::ScanArgs>),
    Serve(serve::ServeArgs),
    #[command(subcommand)]
    Known(known::KnownCommands),
    Cache(cache::CacheArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    #[command(subcommand, mut_subcommands(plan::with_out_alias))]
    Plan(plan::PlanCommand),
    #[command(subcommand)]
    Shard(shard::ShardCommands),
    Merge(merge::MergeArgs),
    // Engines start workers by this name; its arguments and protocol are not for people.
    #[command(hide = true)]
    Worker(worker::WorkerArgs),
}

/// Understands the command line. A wrong one ends the program here, with a usage text.
pub(crate) fn parse() -> Result<Commands> {
    // Plans, journals and reports, which repeat arguments, are UTF-8.
    if let Some(argument) = std::env::args_os().find(|argument| argument.to_str().is_none()) {
        return Err(UsageError(format!("{} is not UTF-8: rename it", argument.to_string_lossy())).into());
    }
    Cli::try_parse().map(|cli| cli.command).map_err(|error| {
        let is_unknown = error.kind() == ErrorKind::InvalidSubcommand;
        let _ = error.print();
        if is_unknown {
            ui::print_notice(&known_commands());
        }
        std::process::exit(error.exit_code());
    })
}

/// Lists the commands, for whoever typed one that does not exist.
fn known_commands() -> String {
    let cli = Cli::command();
    let shown = cli.get_subcommands().filter(|command| !command.is_hide_set());
    let lines = shown.map(|command| {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        ui::list_entry(command.get_name(), &about)
    });
    format!("\nThe commands are:\n{}", lines.collect::<String>().trim_end())
}

impl Commands {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Exit> {
        match self {
            Self::Init(arguments) => init::run(&arguments, &config_schema()),
            Self::Collect(arguments) => collect::run(&arguments, &config_schema(), Purpose::Run),
            Self::Run(arguments) => run::run(&arguments, &config_schema(), Purpose::Run),
            Self::Metrics(command) => metrics::run(&command, &config_schema(), Purpose::Run),
            Self::Prepare(arguments) => prepare::run(&arguments),
            Self::Export(arguments) => export::run(&arguments),
            Self::Evaluate(arguments) => evaluate::run(&arguments),
            Self::Predict(arguments) => predict::run(&arguments),
            Self::Replay(arguments) => replay::run(&arguments),
            Self::Jobs(arguments) => jobs::run(&arguments, &config_schema()),
            Self::Examples(arguments) => examples::run(&arguments),
            Self::Explain(arguments) => explain::run(&arguments),
            Self::Review(arguments) => review::run(&arguments),
            Self::Resolve(arguments) => resolve::run(&arguments),
            Self::Report(arguments) => report::run(&arguments),
            Self::Verify(arguments) => verify::run(&arguments),
            Self::Scan(arguments) => scan::run(&arguments),
            Self::Serve(arguments) => serve::run(&arguments),
            Self::Known(command) => known::run(&command),
            Self::Cache(arguments) => cache::run(&arguments),
            Self::Completions(arguments) => completions::run(&arguments, Cli::command()),
            Self::Man(arguments) => man::run(&arguments, Cli::command()),
            Self::Plan(command) => plan::run(&command, &config_schema()),
            Self::Shard(command) => shard::run(&command, &config_schema()),
            Self::Merge(arguments) => merge::run(&arguments, &config_schema()),
            Self::Worker(arguments) => worker::run(&arguments),
        }
    }
}

/// Returns the sections and keys that `streamguard.toml` may have, whichever command reads it.
fn config_schema() -> ConfigSchema {
    let schema = ConfigSchema::default()
        .with_arguments::<collect::CollectArgs>("collect")
        .with_arguments::<run::RunArgs>("run");
    JOBS.iter().fold(schema, |schema, entry| match entry.kind {
        JobKind::Collector | JobKind::AdvisorySource | JobKind::FixMiner => {
            schema.with_section(entry.name, entry.flags, entry.settings)
        }
        JobKind::Metrics { .. } => metrics::add_section(schema, entry),
        // All of its settings are flags.
        JobKind::Preparation | JobKind::Scan => schema,
    })
}

/// Refuses a destination that holds a dataset which is to be read, or lies in one: a new run would discard the dataset, or
/// a later one read the results.
fn refuse_own_input<'a>(datasets: impl IntoIterator<Item = &'a PathBuf>, output_dir: &Path) -> Result<()> {
    let destination = resolved(output_dir)?;
    for dataset in datasets {
        // Whoever opens one that is not there says so.
        let Ok(dataset) = dataset.canonicalize() else { continue };
        if dataset.starts_with(&destination) || destination.starts_with(&dataset) {
            let what =
                format!("--output-dir {}: choose a directory apart from the datasets", output_dir.display());
            return Err(UsageError(what).into());
        }
    }
    Ok(())
}

/// Tells which datasets are not as their runs left them. They are read all the same: somebody may have edited them.
fn tell_of_changed_data<'a>(datasets: impl IntoIterator<Item = &'a PathBuf>) {
    for fault in datasets.into_iter().filter_map(|dataset| check_data(dataset).err()) {
        ui::print_notice(&format!("warning: {}; it is read all the same", escape(&fault.to_string())));
    }
}

/// Returns the path without symbolic links of a folder that may not exist yet.
fn resolved(folder: &Path) -> Result<PathBuf> {
    let folder = std::path::absolute(folder).with_context(|| format!("cannot use {}", folder.display()))?;
    let parts = folder.ancestors().find_map(|above| Some((above.canonicalize().ok()?, above)));
    let Some((existing, above)) = parts else { return Ok(folder) };
    Ok(folder.strip_prefix(above).map_or(existing.clone(), |rest| existing.join(rest)))
}

/// Refuses a folder whose README somebody else wrote, where a new card would take its place.
fn refuse_foreign_card(folder: &Path) -> Result<(), UsageError> {
    if has_foreign_card(folder) {
        let card = quote_path(&folder.join(CARD_NAME));
        return Err(UsageError(format!(
            "{card} is not one that this program wrote: move it elsewhere, or it would be replaced"
        )));
    }
    Ok(())
}
