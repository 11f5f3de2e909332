//! `streamguard run`: jobs that are commands.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use streamguard::env::Environment;
use streamguard::exit::{Exit, UsageError};
use streamguard::settings::{CommandJob, ConfigFile, ConfigLayers, ConfigSchema};
use streamguard::ui;
use streamguard_engine::{CancelToken, CompletionStatus, Job, RunDir};
use streamguard_report::run_paths_for;

use crate::args::execution::ExecutionArgs;
use crate::args::matched::MatchedArgs;
use crate::command_line::command_line;
use crate::job_factory::command_job;
use crate::launch::{NodeFiles, Purpose, engine_options, exit_of, run_jobs};
use crate::{plan_summary, signals};

/// Runs jobs that streamguard.toml defines as commands
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct RunArgs {
    /// Names of the jobs [default: all that streamguard.toml defines]
    #[serde(skip)]
    jobs: Vec<String>,
    /// Directory of the records
    #[arg(long, value_name = "DIR", default_value = "data/jobs")]
    output_dir: PathBuf,
    /// Read this file instead of ./streamguard.toml
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
    #[command(flatten)]
    #[serde(flatten)]
    execution: ExecutionArgs,
}

pub(super) fn run(arguments: &MatchedArgs<RunArgs>, schema: &ConfigSchema, purpose: Purpose) -> Result<Exit> {
    let folder = Path::new(".");
    let MatchedArgs { args: flags, matches } = arguments;
    let file = schema.read(folder, flags.config.as_deref())?;
    let environment = Environment::read(folder)?;
    schema.unknown_variables(&environment).iter().for_each(|warning| ui::print_notice(warning));
    let layers = ConfigLayers { file: &file, environment: &environment, matches };
    let settings: RunArgs = layers.resolve("run", json!(flags))?.read()?;
    let jobs = command_jobs(&file, &flags.jobs)?;

    let cancel = CancelToken::new();
    let caught = signals::listen(cancel.clone())?;
    let recorded: Map<String, Value> =
        jobs.iter().map(|job| (job.name().to_owned(), job.settings())).collect();
    let files = NodeFiles { config: flags.config.as_deref(), ..NodeFiles::default() };
    let execution = &settings.execution;
    let options = engine_options(execution, purpose, cancel, &files)?;
    let paths = run_paths_for(&settings.output_dir, &jobs);
    let mut dir = RunDir::open(paths, Value::Object(recorded), execution.on_existing_run())?;
    dir.record_command(command_line())?;
    if purpose == Purpose::Plan {
        let prepared = streamguard_engine::plan_only(&jobs, &dir, &options.cancel)?;
        return plan_summary::print(&prepared, &settings.output_dir);
    }
    let finished = run_jobs(jobs, &options, Some(&dir), execution.display.view())?;
    ui::summary::print_jobs(&finished.state);
    ui::summary::print_records(&finished.state, &settings.output_dir);
    // Only a complete run is closed, so that --resume can try the rest of any other.
    if finished.status == CompletionStatus::Complete {
        dir.finish()?;
    }
    Ok(exit_of(finished.status, &caught))
}

/// Returns the jobs of these names, or all that the file defines.
fn command_jobs(file: &ConfigFile, names: &[String]) -> Result<Vec<Arc<dyn Job>>, UsageError> {
    let known = || file.jobs.iter().map(|job| job.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = names.iter().find(|name| file.jobs.iter().all(|job| job.name != **name)) {
        return Err(UsageError(format!(
            "streamguard.toml defines no job {unknown:?}; choose from: {}",
            known()
        )));
    }
    let mut jobs: Vec<&CommandJob> =
        file.jobs.iter().filter(|job| names.is_empty() || names.contains(&job.name)).collect();
    if jobs.is_empty() {
        return Err(UsageError(
            "streamguard.toml defines no job: add one as [[job]] with a name and a command".to_owned(),
        ));
    }
    order_jobs(&mut jobs, file)?;
    jobs.into_iter().map(command_job).collect()
}

/// Puts each job behind those that it comes after, and leaves the order otherwise as it is.
fn order_jobs(jobs: &mut Vec<&CommandJob>, file: &ConfigFile) -> Result<(), UsageError> {
    for job in jobs.iter() {
        if let Some(unknown) = job.after.iter().find(|name| file.jobs.iter().all(|job| job.name != **name)) {
            return Err(UsageError(format!(
                "the job {:?} comes after {unknown:?}, which streamguard.toml does not define",
                job.name
            )));
        }
    }
    let mut rest = std::mem::take(jobs);
    while !rest.is_empty() {
        // A job that is not part of this run holds nobody up.
        let waits = |job: &CommandJob| rest.iter().any(|other| job.after.contains(&other.name));
        let Some(next) = rest.iter().position(|job| !waits(job)) else {
            let names: Vec<&str> = rest.iter().map(|job| job.name.as_str()).collect();
            return Err(UsageError(format!("jobs wait for each other by `after`: {}", names.join(", "))));
        };
        jobs.push(rest.remove(next));
    }
    Ok(())
}
