//! `streamguard merge`: turns what the shards of a plan left into what a run leaves.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Map, Value};
use streamguard::ViewMode;
use streamguard::exit::{Exit, UsageError};
use streamguard::settings::ConfigSchema;
use streamguard::ui::{self, LogFormat};
use streamguard_engine::{
    CancelToken, CompletionStatus, Job, LogLevel, OnExistingRun, RunDir, RunInfo, RunMode, RunOptions,
};
use streamguard_facade::Collection;
use streamguard_registry::{self as registry, JobEntry, JobKind};
use streamguard_report::run_paths;

use super::metrics::{Figures, MetricsDisplay, run_and_report};
use crate::args::exit_codes::DATASET_EXIT_CODES;
use crate::args::reports::ReportSelection;
use crate::job_factory::JobFactory;
use crate::launch::{collection_exit, exit_of, run_collection, run_jobs};
use crate::plan_summary::show_missing;
use crate::signals;

/// Merges what the shards of a plan left, and writes dataset and reports as a run does
#[derive(Args, Clone, Debug)]
#[command(after_help = DATASET_EXIT_CODES)]
pub(crate) struct MergeArgs {
    /// The output directory of the plan
    #[arg(long, value_name = "DIR")]
    plan: PathBuf,
    #[command(flatten)]
    reports: ReportSelection,
    /// Read GITHUB_TOKEN=.. and NVD_API_KEY=.. from this file, besides the environment and .env
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Read jobs that are commands from this file instead of ./streamguard.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Show nothing but errors and the summary
    #[arg(long)]
    quiet: bool,
}

/// Jobs of a plan, by the command that planned them.
enum PlannedRun {
    /// Jobs of `collect`, in the order of the registry.
    Collected(Vec<(&'static JobEntry, Arc<dyn Job>)>),
    /// The job of a command that computes metrics, or a scan.
    Metrics(Arc<dyn Job>),
    /// Jobs that are commands.
    Commands(Vec<Arc<dyn Job>>),
}

impl PlannedRun {
    fn new(planned: &Map<String, Value>, factory: &JobFactory) -> Result<Self> {
        let make = |name: &str| {
            let settings = planned.get(name).cloned().unwrap_or_default();
            factory.make(name, settings).with_context(|| format!("cannot make the job {name}"))
        };
        let known = || planned.keys().filter_map(|name| registry::find(name));
        if let Some(entry) =
            known().find(|entry| matches!(entry.kind, JobKind::Metrics { .. } | JobKind::Scan))
        {
            return Ok(Self::Metrics(make(entry.name)?));
        }
        if known().next().is_none() {
            return Ok(Self::Commands(planned.keys().map(|name| make(name)).collect::<Result<_>>()?));
        }
        // The order of the registry decides which of two equal samples is kept.
        let entries = registry::collected().filter(|entry| planned.contains_key(entry.name));
        Ok(Self::Collected(entries.map(|entry| Ok((entry, make(entry.name)?))).collect::<Result<_>>()?))
    }
}

pub(super) fn run(settings: &MergeArgs, schema: &ConfigSchema) -> Result<Exit> {
    let folder = &settings.plan;
    let formats = settings.reports.formats()?;
    let info = RunInfo::read(&run_paths(folder))?
        .ok_or_else(|| UsageError(format!("there is no plan in {}", folder.display())))?;
    if info.done {
        ui::print_line("The run is already merged")?;
        return Ok(Exit::Complete);
    }
    let Value::Object(planned) = &info.settings else {
        return Err(UsageError(format!("the run in {} has no jobs", folder.display())).into());
    };
    let factory = JobFactory::new(schema, settings.token_file.as_deref(), settings.config.as_deref())?;
    let planned = PlannedRun::new(planned, &factory)?;
    let cancel = CancelToken::new();
    let caught = signals::listen(cancel.clone())?;
    let view = if settings.quiet {
        ViewMode::Quiet
    } else {
        ViewMode::Plain { level: LogLevel::Info, format: LogFormat::Text }
    };
    // No worker is needed: shards are read, not run.
    let options = RunOptions { mode: RunMode::Merge, workers: 1, cancel, ..RunOptions::default() };
    let open = || RunDir::open(run_paths(folder), info.settings.clone(), OnExistingRun::Resume);
    let exit = match planned {
        PlannedRun::Metrics(job) => {
            let display = MetricsDisplay { view, figures: Figures::Text, follow: None };
            let status = run_and_report(job, &options, Some(&mut open()?), display, &settings.reports)?;
            exit_of(status, &caught)
        }
        PlannedRun::Commands(jobs) => {
            let mut dir = open()?;
            let outputs: Vec<Vec<String>> = jobs.iter().map(|job| job.output_names()).collect();
            let finished = run_jobs(jobs, &options, Some(&dir), view)?;
            ui::summary::print_jobs(&finished.state);
            ui::summary::print_records(&finished.state, folder, &outputs, "");
            // A run that lacks shards stays open: a later merge takes what has come by then.
            if finished.status == CompletionStatus::Complete {
                dir.finish()?;
            }
            exit_of(finished.status, &caught)
        }
        PlannedRun::Collected(jobs) => {
            let mut collection = Collection::new(folder).on_existing_run(OnExistingRun::Resume);
            for (entry, job) in jobs {
                collection = match entry.kind.has_samples() {
                    true => collection.add_job(job),
                    false => collection.add_source_job(job),
                };
            }
            let mut results = run_collection(collection, options, view)?;
            results.write_reports(&formats, &settings.reports.options())?;
            results.finish()?;
            ui::summary::print(&results);
            collection_exit(&results, &caught)
        }
    };
    show_missing(folder)?;
    Ok(exit)
}
