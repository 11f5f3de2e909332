//! `streamguard run`: jobs that are commands.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use clap::{ArgMatches, FromArgMatches};
use serde_json::{Map, Value, json};
use streamguard::env::{Environment, SECRETS};
use streamguard::exit::{Exit, UsageError};
use streamguard::settings::{CommandJob, ConfigFile, Layers};
use streamguard::ui;
use streamguard_engine::{Cancel, CommandLine, External, Job, RunDir, Status};

use super::collect::{Nodes, begin, options, view};
use super::plan::{self, Purpose};
use crate::cli::Run;
use crate::signals::{self, Caught};

pub(crate) fn run(matches: &ArgMatches, purpose: Purpose) -> Result<Exit> {
    let folder = Path::new(".");
    let flags = Run::from_arg_matches(matches)?;
    let file = ConfigFile::read(folder, flags.config.as_deref())?;
    let environment = Environment::read(folder)?;
    let layers = Layers { file: &file, environment: &environment, matches };
    let settings: Run = layers.settle("run", json!(flags))?.read()?;
    let jobs = chosen(&file, &flags.jobs)?;

    let cancel = Cancel::new();
    let caught = signals::listen(cancel.clone())?;
    let recorded: Map<String, Value> =
        jobs.iter().map(|job| (job.name().to_owned(), job.settings())).collect();
    let nodes = Nodes { config: flags.config.as_deref(), ..Nodes::default() };
    let options = options(&settings.running, purpose, cancel, &nodes)?;
    let mut dir = RunDir::open(&settings.output_dir, Value::Object(recorded), begin(&settings.running))?;
    if purpose == Purpose::Plan {
        return plan::show(&streamguard_engine::prepare(&jobs, &dir, &options.cancel)?, &settings.output_dir);
    }
    let mut shown = ui::open(view(&settings.running.showing), None, &options.cancel, &options.pause);
    let finished = streamguard_engine::run(jobs, &options, Some(&dir), &mut ui::Showing(&mut *shown))?;
    drop(shown);
    ui::summary::print_jobs(&finished.state, &settings.output_dir);
    if finished.status == Status::Complete {
        dir.finish()?;
    }
    Ok(exit(finished.status, &caught))
}

/// How the program ends after jobs ended so.
pub(crate) fn exit(status: Status, caught: &Caught) -> Exit {
    match status {
        Status::Complete => Exit::Complete,
        Status::Partial => Exit::Partial,
        Status::Failed => Exit::Nothing,
        Status::Cancelled => Exit::Signal(caught.signal().unwrap_or(2)),
    }
}

fn chosen(file: &ConfigFile, names: &[String]) -> Result<Vec<Arc<dyn Job>>, UsageError> {
    let known = || file.jobs.iter().map(|job| job.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = names.iter().find(|name| file.jobs.iter().all(|job| job.name != **name)) {
        return Err(UsageError(format!("streamguard.toml defines no job {unknown:?}, but: {}", known())));
    }
    let jobs: Vec<&CommandJob> =
        file.jobs.iter().filter(|job| names.is_empty() || names.contains(&job.name)).collect();
    if jobs.is_empty() {
        return Err(UsageError(
            "streamguard.toml defines no job: add one as [[job]] with a name and a command".to_owned(),
        ));
    }
    jobs.into_iter().map(external).collect()
}

/// A job that is a command.
pub(crate) fn external(job: &CommandJob) -> Result<Arc<dyn Job>, UsageError> {
    if streamguard_registry::find(&job.name).is_some() {
        return Err(UsageError(format!("{:?} is the name of a built-in job; choose another", job.name)));
    }
    let is_name = !job.name.is_empty()
        && job.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let [program, arguments @ ..] = job.command.as_slice() else {
        return Err(UsageError(format!("the job {:?} has no command", job.name)));
    };
    if !is_name {
        return Err(UsageError(format!(
            "{:?} is no name of a job: lower-case letters and digits only",
            job.name
        )));
    }
    let command = CommandLine::new(program, arguments).without(SECRETS);
    let mut external = External::new(&job.name, command, job.settings.clone());
    if let Some(seconds) = job.deadline {
        external = external.with_deadline(Duration::from_secs(seconds));
    }
    if let Some(lane) = job.lane {
        external = external.with_lane(lane);
    }
    Ok(Arc::new(external))
}
