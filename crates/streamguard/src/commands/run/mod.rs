//! `streamguard run`: jobs that are commands.

mod args;
mod dry_run;
mod halt_rule;
mod job_log;
mod job_order;
mod resource_limits;
mod shard_choice;
mod short_form;
mod watched_run;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use streamguard::env::Environment;
use streamguard::exit::{Exit, UsageError};
use streamguard::settings::{CommandJob, ConfigFile, ConfigLayers, ConfigSchema};
use streamguard::{ViewMode, ui};
use streamguard_command::{CommandJob as PlainJob, StdoutUse, quote_line};
use streamguard_durable::WriteError;
use streamguard_engine::{
    CancelToken, CompletionStatus, FinishedRun, Job, LogLevel, RunDir, RunOptions, ShardLimits,
};
use streamguard_report::run_paths_for;

pub(crate) use args::RunArgs;
use halt_rule::Halt;
use job_log::JobLog;
use job_order::order_jobs;
use resource_limits::resource_limits;
use watched_run::WatchedRun;

use crate::args::matched::MatchedArgs;
use crate::command_line::command_line;
use crate::job_factory::{SHORT_FORM_NAME, command_job, plain_worker};
use crate::launch::{NodeFiles, Purpose, engine_options, exit_of};
use crate::signals::CaughtSignal;
use crate::{plan_summary, signals};

/// Directory of the records of jobs that streamguard.toml defines.
const DEFAULT_FOLDER: &str = "data/jobs";

pub(super) fn run(arguments: &MatchedArgs<RunArgs>, schema: &ConfigSchema, purpose: Purpose) -> Result<Exit> {
    let folder = Path::new(".");
    let MatchedArgs { args: flags, matches } = arguments;
    let file = schema.read(folder, flags.config.as_deref())?;
    let environment = Environment::read(folder)?;
    schema.unknown_variables(&environment).iter().for_each(|warning| ui::print_notice(warning));
    let layers = ConfigLayers { file: &file, environment: &environment, matches };
    let settings: RunArgs = layers.resolve("run", json!(flags))?.read()?;
    let folder = output_folder(flags, settings.output_dir, settings.execution.mode.is_remote(), purpose)?;
    let jobs = match flags.command.is_empty() {
        true => command_jobs(&file, &flags.jobs)?,
        false => vec![short_form_job(flags, folder.is_some())?],
    };
    let execution = &settings.execution;
    // What other machines have is their matter.
    let is_here = purpose != Purpose::Plan && !execution.mode.is_remote();
    let resources = resource_limits(&settings.resources, if is_here { &jobs } else { &[] })?;
    let paths = folder.as_ref().map(|folder| run_paths_for(folder, &jobs));
    let resumed = paths.as_ref().filter(|_| execution.resume);
    let chosen = flags.only.as_ref().map(|only| shard_choice::choose(only, &jobs, resumed)).transpose()?;
    if flags.dry_run {
        return dry_run::print(&jobs, chosen.as_ref());
    }
    let cancel = CancelToken::new();
    let caught = signals::listen(cancel.clone())?;
    let files = NodeFiles { config: flags.config.as_deref(), ..NodeFiles::default() };
    let mut options = engine_options(execution, purpose, cancel, &files)?;
    options.resources = resources;
    options.holds_failures = flags.halt.is_some();
    options.only = chosen;
    let mut dir = match paths {
        Some(paths) => {
            let recorded: Map<String, Value> =
                jobs.iter().map(|job| (job.name().to_owned(), job.settings())).collect();
            Some(RunDir::open(paths, Value::Object(recorded), execution.on_existing_run())?)
        }
        None => None,
    };
    if let Some(dir) = &mut dir {
        dir.record_command(command_line())?;
        if purpose == Purpose::Plan {
            let prepared = streamguard_engine::plan_only(&jobs, dir, &options.cancel)?;
            return plan_summary::print(&prepared, dir.root());
        }
    }
    let view = match dir {
        // What commands print is the result, and there is no other: only what goes wrong is shown beside it.
        None if !layers.is_given("verbose") && !layers.is_given("log-level") => {
            match execution.display.view() {
                ViewMode::Plain { format, .. } => ViewMode::Plain { level: LogLevel::Warning, format },
                ViewMode::Dashboard { .. } => {
                    ViewMode::Plain { level: LogLevel::Warning, format: execution.display.log_format }
                }
                // There is no summary that would tell errors.
                ViewMode::Quiet => {
                    ViewMode::Plain { level: LogLevel::Error, format: execution.display.log_format }
                }
            }
        }
        _ => execution.display.view(),
    };
    let outputs: Vec<Vec<String>> = jobs.iter().map(|job| job.output_names()).collect();
    let (finished, halted) = watch(jobs, &options, dir.as_ref(), view, flags)?;
    match &dir {
        Some(_) if flags.json => finished.state.jobs.iter().for_each(ui::job_json::print),
        Some(dir) => {
            ui::summary::print_jobs(&finished.state);
            let rest = if flags.command.is_empty() { "" } else { " -- and the command as before" };
            ui::summary::print_records(&finished.state, dir.root(), &outputs, rest);
        }
        None => {
            finished.files.iter().flat_map(|files| files.values()).for_each(|bytes| ui::print_bytes(bytes))
        }
    }
    // Only a complete run is closed, so that --resume can try the rest of any other.
    if let (Some(mut dir), CompletionStatus::Complete) = (dir, finished.status) {
        dir.finish()?;
    }
    Ok(exit(&finished, halted, flags, &caught))
}

/// Returns the folder of the run: none for a short form that names none.
fn output_folder(
    flags: &RunArgs,
    named: Option<PathBuf>,
    is_remote: bool,
    purpose: Purpose,
) -> Result<Option<PathBuf>, UsageError> {
    let is_short = !flags.command.is_empty();
    let needed_for = [
        ("--resume", flags.execution.resume),
        ("--fresh", flags.execution.fresh),
        ("--json", flags.json),
        ("a cluster", is_remote),
        ("a plan", purpose == Purpose::Plan),
    ];
    match (named, is_short) {
        (Some(folder), _) => Ok(Some(folder)),
        (None, false) => Ok(Some(PathBuf::from(DEFAULT_FOLDER))),
        (None, true) => match needed_for.iter().find(|(_, is_needed)| *is_needed) {
            Some((what, _)) => Err(UsageError(format!("{what} needs a directory: name it by --output-dir"))),
            None => Ok(None),
        },
    }
}

/// Runs the jobs, and returns how many failed shards stopped the run, if some did.
fn watch(
    jobs: Vec<Arc<dyn Job>>,
    options: &RunOptions,
    dir: Option<&RunDir>,
    view: ViewMode,
    flags: &RunArgs,
) -> Result<(FinishedRun, Option<u64>)> {
    let log = match &flags.joblog {
        Some(path) => {
            Some(JobLog::create(path, &jobs, flags.execution.resume).map_err(WriteError::at(path))?)
        }
        None => None,
    };
    let halt = flags.halt.map(|rule| Halt::new(rule, options.cancel.clone()));
    let mut shown = ui::open(view, None, &options.cancel, &options.pause);
    // Without a folder nothing can be resumed, so the shards that were not chosen are not worth a word.
    let part_asked_for = options.only.as_ref().filter(|_| dir.is_none()).map(|_| options.cancel.clone());
    let mut watched = WatchedRun { view: &mut *shown, log, halt, part_asked_for };
    let finished = streamguard_engine::run(jobs, options, dir, &mut watched)?;
    let WatchedRun { log, halt, .. } = watched;
    if let (Some(log), Some(path)) = (log, &flags.joblog) {
        log.finish().map_err(WriteError::at(path)).context("the log of the shards is not complete")?;
    }
    Ok((finished, halt.and_then(|halt| halt.stopped_at())))
}

/// Returns the exit code of a run, and says why it is not that of a stopped one.
fn exit(finished: &FinishedRun, halted: Option<u64>, flags: &RunArgs, caught: &CaughtSignal) -> Exit {
    let is_stopped = finished.status == CompletionStatus::Cancelled && caught.signal().is_none();
    match halted {
        Some(failed) if is_stopped => {
            let shards = ui::plural(usize::try_from(failed).unwrap_or(usize::MAX), "shard");
            ui::print_notice(&format!("stopped by --halt: {failed} {shards} failed"));
            Exit::Partial
        }
        // Without a folder there is nothing but what the chosen shards print.
        None if is_stopped
            && flags.only.is_some()
            && !finished.files.is_empty()
            && !has_failures(finished) =>
        {
            Exit::Complete
        }
        None if is_stopped && flags.only.is_some() => Exit::Partial,
        _ => exit_of(finished.status, caught),
    }
}

/// Returns whether a shard failed.
fn has_failures(finished: &FinishedRun) -> bool {
    finished.state.jobs.iter().any(|job| !job.failed_shards.is_empty())
}

/// Returns the job that the words behind `--` describe.
fn short_form_job(flags: &RunArgs, has_folder: bool) -> Result<Arc<dyn Job>, UsageError> {
    let (command, inputs) = short_form::parse(&flags.command)?;
    let stdout = match flags.stdout.as_deref() {
        Some("record") => StdoutUse::Record,
        Some("json") => StdoutUse::Json,
        Some("discard") => StdoutUse::Discard,
        _ => StdoutUse::Text,
    };
    if flags.deadline.is_some_and(|deadline| deadline.0.is_zero()) {
        return Err(UsageError("--deadline is 0: expected a time such as 90s or 5m".to_owned()));
    }
    let default = PlainJob::default_limits();
    let limits = ShardLimits {
        max_attempts: flags.attempts.unwrap_or(default.max_attempts),
        deadline: flags.deadline.map_or(default.deadline, |deadline| deadline.0),
        ..default
    };
    let job = PlainJob::new(SHORT_FORM_NAME, command, inputs, stdout).with_limits(limits);
    let job = job.with_worker(plain_worker(None)?);
    // Without a folder, what a stopped run has done so far would be lost.
    Ok(Arc::new(if has_folder { job } else { job.keeping_partial() }))
}

/// Returns the jobs of these names, or all that the file defines.
fn command_jobs(file: &ConfigFile, names: &[String]) -> Result<Vec<Arc<dyn Job>>, UsageError> {
    // No name of a job has these; the command and its inputs are given without `--`.
    if names.iter().any(|name| name.contains(['{', ' ']) || name.starts_with(":::")) {
        return Err(UsageError(format!("put -- before a command: streamguard run -- {}", quote_line(names))));
    }
    let known = || file.jobs.iter().map(|job| job.name.as_str()).collect::<Vec<_>>().join(", ");
    let unknown = names.iter().find(|name| file.jobs.iter().all(|job| job.name != **name));
    if let Some(unknown) = unknown.filter(|_| !file.jobs.is_empty()) {
        return Err(UsageError(format!(
            "streamguard.toml defines no job {unknown:?}; choose from: {}",
            known()
        )));
    }
    let jobs: Vec<&CommandJob> =
        file.jobs.iter().filter(|job| names.is_empty() || names.contains(&job.name)).collect();
    if jobs.is_empty() {
        return Err(UsageError(
            "streamguard.toml defines no job: add one as [[job]] with a name and a command".to_owned(),
        ));
    }
    order_jobs(jobs, file)?.into_iter().map(command_job).collect()
}
