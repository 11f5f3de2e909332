//! Commands that run one job for its metrics: `streamguard ingest`, `streamguard prime`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches, Id, Subcommand, error::ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use streamguard::ViewMode;
use streamguard::env::Environment;
use streamguard::exit::{Exit, UsageError};
use streamguard::settings::{ConfigLayers, ConfigSchema};
use streamguard::ui::{self, LogFormat};
use streamguard_engine::{CancelToken, CompletionStatus, Job, RunDir, RunOptions};
use streamguard_ingest::FollowControl;
use streamguard_registry::{JOBS, JobEntry, JobKind, MetricsJob, SetUpError, SetUpMetrics};
use streamguard_report::run_paths_for;

use crate::args::execution::{ExecutionArgs, ExecutionMode};
use crate::args::exit_codes::METRICS_EXIT_CODES;
use crate::args::reports::{self, ReportSelection};
use crate::command_line::command_line;
use crate::launch::{NodeFiles, Purpose, engine_options, exit_of, run_jobs_in};
use crate::{plan_summary, signals};

/// Settings of every command that runs one job for its metrics, beside those of the job.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct MetricsArgs {
    /// Directory of the reports; without it nothing is written
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
    /// Print the figures as one line of JSON
    #[arg(long)]
    #[serde(skip)]
    json: bool,
    #[command(flatten)]
    #[serde(flatten)]
    reports: ReportSelection,
    /// Read this file instead of ./streamguard.toml
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    execution: ExecutionArgs,
}

/// One of these commands: a job of the registry, and the flags.
#[derive(Clone, Debug)]
pub(crate) struct MetricsCommand {
    entry: &'static JobEntry,
    set_up: SetUpMetrics,
    args: MetricsArgs,
    matches: ArgMatches,
}

/// Returns the jobs that have such a command, with what makes them.
fn entries() -> impl Iterator<Item = (&'static JobEntry, SetUpMetrics)> {
    JOBS.iter().filter_map(|entry| match entry.kind {
        JobKind::Metrics { set_up, .. } => Some((entry, set_up)),
        JobKind::Collector
        | JobKind::AdvisorySource
        | JobKind::FixMiner
        | JobKind::Preparation
        | JobKind::Scan => None,
    })
}

/// Id of the argument that stands without a flag.
const INPUTS: &str = "inputs";

/// Returns the flag of a job whose values may also stand without it.
fn input_flag(entry: &JobEntry) -> Option<&'static str> {
    match entry.kind {
        JobKind::Metrics { input, .. } => Some(input),
        _ => None,
    }
}

/// Lets the values of the flag that says what the job is about also stand without it: `streamguard ingest access.log`.
fn with_inputs(entry: &JobEntry, command: Command) -> Command {
    let inputs = input_flag(entry)
        .and_then(|input| command.get_arguments().find(|flag| flag.get_id() == input))
        .cloned();
    let Some(flag) = inputs else { return command };
    let excludes = |one: &Arg, other: &Arg| {
        command.get_arg_conflicts_with(one).iter().any(|found| found.get_id() == other.get_id())
    };
    let others = command.get_arguments().filter(|other| excludes(&flag, other) || excludes(other, &flag));
    let others: Vec<Id> = others.chain([&flag]).map(|other| other.get_id().clone()).collect();
    let inputs = Arg::new(INPUTS)
        .num_args(1..)
        // Without it, it would stand below the heading of the flag before it.
        .help_heading(None)
        .value_name(flag.get_value_names().and_then(|names| names.first()).cloned().unwrap_or_default())
        .help(flag.get_help().cloned().unwrap_or_default())
        .long_help(flag.get_long_help().cloned().unwrap_or_default())
        .conflicts_with_all(others);
    let same = "The same, as a flag";
    command.arg(inputs).mut_arg(flag.get_id(), |flag| flag.help(same).long_help(same))
}

/// Returns the values that stand without a flag, below the key of their flag.
fn inputs(entry: &JobEntry, matches: &ArgMatches) -> Option<(&'static str, Value)> {
    let values = matches.get_many::<String>(INPUTS)?;
    Some((input_flag(entry)?, json!(values.collect::<Vec<_>>())))
}

/// Adds the flags of a command.
fn augment(entry: &JobEntry, command: Command) -> Command {
    let command = (entry.flags)(command);
    // The shared flags bring a description along; the job's own stays.
    let (about, long_about) = (command.get_about().cloned(), command.get_long_about().cloned());
    with_inputs(entry, MetricsArgs::augment_args(command))
        .about(about.unwrap_or_default())
        .long_about(long_about.unwrap_or_default())
        .after_help(METRICS_EXIT_CODES)
        // These jobs are ours, and short: threads start at once.
        .mut_arg("mode", |mode| mode.default_value("threading"))
        .mut_arg("report_formats", |formats| {
            formats.requires("output_dir").help(reports::format_help_without_findings())
        })
        // There are no samples.
        .mut_arg("html_samples", |samples| samples.hide(true))
        .mut_arg("resume", |resume| resume.requires("output_dir"))
        .mut_arg("fresh", |fresh| fresh.requires("output_dir"))
}

/// Adds the section that a job has in `streamguard.toml` if it has such a command.
pub(super) fn add_section(schema: ConfigSchema, entry: &JobEntry) -> ConfigSchema {
    schema.with_section(entry.name, |command| augment(entry, command), |matches| settings(entry, matches))
}

/// Returns the settings that the flags of a command give: those of the job, and the shared ones.
fn settings(entry: &JobEntry, matches: &ArgMatches) -> Result<Value, Error> {
    let mut settings = (entry.settings)(matches)?;
    if let Some((key, values)) = inputs(entry, matches) {
        settings[key] = values;
    }
    if let (Value::Object(settings), Value::Object(shared)) =
        (&mut settings, json!(MetricsArgs::from_arg_matches(matches)?))
    {
        // No key is in both: clap refuses two flags of one name.
        settings.extend(shared);
    }
    Ok(settings)
}

impl FromArgMatches for MetricsCommand {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let unknown = || Error::new(ErrorKind::InvalidSubcommand);
        let (name, matches) = matches.subcommand().ok_or_else(unknown)?;
        let (entry, set_up) = entries().find(|(entry, _)| entry.name == name).ok_or_else(unknown)?;
        Ok(Self { entry, set_up, args: MetricsArgs::from_arg_matches(matches)?, matches: matches.clone() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Subcommand for MetricsCommand {
    fn augment_subcommands(command: Command) -> Command {
        entries()
            .fold(command, |command, (entry, _)| command.subcommand(augment(entry, Command::new(entry.name))))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        entries().any(|(entry, _)| entry.name == name)
    }
}

/// Runs the job, or plans it for other machines.
pub(super) fn run(command: &MetricsCommand, schema: &ConfigSchema, purpose: Purpose) -> Result<Exit> {
    let MetricsCommand { entry, set_up, args, matches } = command;
    let folder = Path::new(".");
    let file = schema.read(folder, args.config.as_deref())?;
    let environment = Environment::read(folder)?;
    schema.unknown_variables(&environment).iter().for_each(|warning| ui::print_notice(warning));
    let layers = ConfigLayers { file: &file, environment: &environment, matches };
    let mut resolved = layers.resolve(entry.name, settings(entry, matches)?)?;
    // As a flag does, they win over the file and the environment.
    resolved.values.extend(inputs(entry, matches).map(|(key, values)| (key.to_owned(), values)));
    let mut settings: MetricsArgs = resolved.read()?;

    // The job refuses keys that it does not know, so it gets its own only.
    let own = (entry.settings)(matches)?;
    let is_own = |key: &str| own.get(key).is_some();
    let of_job: Map<String, Value> = resolved
        .values
        .iter()
        .filter(|(key, _)| is_own(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let made = match set_up(Value::Object(of_job), settings.execution.workers) {
        Ok(made) => made,
        Err(SetUpError::Settings(error)) => return Err(resolved.wrong(&error).into()),
        Err(SetUpError::Invalid(reason)) => return Err(UsageError(reason).into()),
        Err(error @ SetUpError::Unreadable { .. }) => return Err(error.into()),
    };
    let is_remote = purpose == Purpose::Plan || settings.execution.mode.is_remote();
    if made.follow.is_some() && is_remote {
        return Err(UsageError("only this process can follow logs".to_owned()).into());
    }
    if made.reads_stream && is_remote {
        let what = "only this process can read standard input and pipes: name files";
        return Err(UsageError(what.to_owned()).into());
    }
    if made.prints_result && is_remote {
        return Err(UsageError("only this process can print the result: name a file".to_owned()).into());
    }
    if made.reads_stream && settings.execution.mode == ExecutionMode::Process {
        // The standard input of a worker process is its connection to this one.
        let what = match made.follow {
            Some(_) => "follow logs",
            None => "read standard input and pipes",
        };
        ui::print_notice(&format!("only this process can {what}: using threads"));
        settings.execution.mode = ExecutionMode::Threading;
    }
    if is_remote && settings.output_dir.is_none() {
        let what = "name a directory that all machines see, by --output-dir";
        return Err(UsageError(what.to_owned()).into());
    }
    run_or_plan(made, &settings, args.json, purpose)
}

fn run_or_plan(made: MetricsJob, settings: &MetricsArgs, is_json: bool, purpose: Purpose) -> Result<Exit> {
    let MetricsJob { job, prints_result, follow, .. } = made;
    // A wrong name of a format ends the command before any work.
    settings.reports.formats()?;
    let execution = &settings.execution;
    let cancel = CancelToken::new();
    let caught = match &follow {
        Some(control) => signals::listen_to_follow(control.clone(), cancel.clone())?,
        None => signals::listen(cancel.clone())?,
    };
    let options = engine_options(execution, purpose, cancel, &NodeFiles::default())?;
    let recorded = json!({ job.name(): job.settings() });
    let mut dir = match &settings.output_dir {
        Some(folder) => {
            let paths = run_paths_for(folder, std::slice::from_ref(&job));
            Some(RunDir::open(paths, recorded, execution.on_existing_run())?)
        }
        None => None,
    };
    if let Some(dir) = &mut dir {
        dir.record_command(command_line())?;
    }
    if let (Some(dir), Purpose::Plan) = (&dir, purpose) {
        let prepared = streamguard_engine::plan_only(&[job], dir, &options.cancel)?;
        return plan_summary::print(&prepared, dir.root());
    }
    let view = execution.display.view();
    let figures = match (prints_result, is_json) {
        (true, _) => Figures::Hidden,
        (false, true) => Figures::Json,
        (false, false) => Figures::Text,
    };
    let display = MetricsDisplay { view, figures, follow };
    let status = run_and_report(job, &options, dir.as_mut(), display, &settings.reports)?;
    Ok(exit_of(status, &caught))
}

/// Whether figures are printed at the end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figures {
    /// As text on standard output.
    Text,
    /// As a line of JSON on standard output.
    Json,
    /// Not at all: the job prints its result there.
    Hidden,
}

/// How a run of one job is shown.
pub(super) struct MetricsDisplay {
    /// View while it runs.
    pub(super) view: ViewMode,
    /// Figures at the end.
    pub(super) figures: Figures,
    /// Control of the logs, if the job follows some.
    pub(super) follow: Option<FollowControl>,
}

/// Runs a job, prints its metrics, and writes reports if there is a folder for them.
pub(super) fn run_and_report(
    job: Arc<dyn Job>,
    options: &RunOptions,
    dir: Option<&mut RunDir>,
    display: MetricsDisplay,
    reports: &ReportSelection,
) -> Result<CompletionStatus> {
    let formats = reports.formats_without_findings()?;
    let MetricsDisplay { view, figures, follow } = display;
    let view = match (figures, view) {
        // The dashboard would cover what the job prints.
        (Figures::Hidden, ViewMode::Dashboard { level, .. }) => {
            ViewMode::Plain { level, format: LogFormat::Text }
        }
        (_, view) => view,
    };
    let mut shown = match &follow {
        Some(control) => ui::open_follow(view, control),
        None => ui::open(view, None, &options.cancel, &options.pause),
    };
    let finished = run_jobs_in(vec![job], options, dir.as_deref(), &mut *shown)?;
    // The terminal is given back before anything is printed on it.
    drop(shown);
    let job = finished.state.jobs.first().context("the run has no job")?;
    match figures {
        Figures::Text => ui::metrics::print(job),
        Figures::Json => ui::job_json::print(job),
        Figures::Hidden => {}
    }
    if let Some(dir) = dir {
        let run = streamguard_report::StoredRun::read(dir.root())?;
        streamguard_report::remove_reports(dir.root())?;
        let mut written = vec![streamguard_report::write_results(&run, dir.root())?];
        for format in formats {
            written.extend(streamguard_report::write(&run, format, &reports.options(), dir.root())?);
        }
        if figures == Figures::Text {
            ui::print(&ui::summary::reports(&written));
        }
        // Only a complete run is closed, so that --resume can try the rest of any other.
        if finished.status == CompletionStatus::Complete {
            dir.finish()?;
        }
    }
    Ok(finished.status)
}
