//! `streamguard merge`: from what the shards of a plan left to what a run leaves.

use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::Value;
use streamguard::exit::{Exit, UsageError};
use streamguard::ui::LogFormat;
use streamguard::{Collection, View, ui};
use streamguard_engine::{Begin, Cancel, Job, Mode, Options, RunDir, Status};
use streamguard_ingest as ingest;
use streamguard_prime as prime;
use streamguard_registry::{self as list, Makes};

use super::collect::formats;
use super::figures::run_job;
use super::run::exit;
use super::shard::Maker;
use crate::cli::Merge;
use crate::signals;

pub(crate) fn run(settings: &Merge) -> Result<Exit> {
    let folder = &settings.plan;
    let formats = formats(&settings.reports.report_formats)?;
    let recorded =
        RunDir::recorded(folder)?.ok_or_else(|| UsageError(format!("{} holds no plan", folder.display())))?;
    if recorded.done {
        ui::line("The run is over, and merged")?;
        return Ok(Exit::Complete);
    }
    let Value::Object(planned) = recorded.settings.clone() else {
        return Err(UsageError(format!("{} holds no jobs", folder.display())).into());
    };
    let maker = Maker::new(settings.token_file.as_deref(), settings.config.as_deref())?;
    let make = |name: &str, its: &Value| {
        maker.make(name, its.clone()).with_context(|| format!("cannot make the job {name}"))
    };
    let cancel = Cancel::new();
    let caught = signals::listen(cancel.clone())?;
    let view =
        if settings.quiet { View::Quiet } else { View::Plain { verbose: false, format: LogFormat::Text } };
    let options = Options { mode: Mode::Merge, workers: 1, cancel: cancel.clone(), ..Options::default() };

    if let [(name, its)] = planned.iter().collect::<Vec<_>>()[..]
        && [ingest::NAME, prime::NAME].contains(&name.as_str())
    {
        let mut dir = RunDir::open(folder, recorded.settings.clone(), Begin::Resume)?;
        let job = make(name, its)?;
        let status = run_job(job, &options, Some(&mut dir), view, &formats, &settings.reports)?;
        return Ok(exit(status, &caught));
    }
    if planned.keys().all(|name| list::find(name).is_none()) {
        let jobs: Vec<Arc<dyn Job>> =
            planned.iter().map(|(name, its)| make(name, its)).collect::<Result<_>>()?;
        let mut dir = RunDir::open(folder, recorded.settings, Begin::Resume)?;
        let mut shown = ui::open(view, None, &options.cancel, &options.pause);
        let finished = streamguard_engine::run(jobs, &options, Some(&dir), &mut ui::Showing(&mut *shown))?;
        drop(shown);
        ui::summary::print_jobs(&finished.state, folder);
        if finished.status == Status::Complete {
            dir.finish()?;
        }
        return Ok(exit(finished.status, &caught));
    }
    let mut collection = Collection::new(folder)
        .workers(options.workers)
        .mode(options.mode)
        .begin(Begin::Resume)
        .view(view)
        .cancel(cancel);
    // In the order of the list: it decides which of two equal samples is kept.
    for entry in list::COLLECTORS {
        let Some(its) = planned.get(entry.name) else { continue };
        let job = make(entry.name, its)?;
        collection = match entry.makes {
            Makes::Advisories => collection.add_source_job(job),
            Makes::Samples | Makes::SamplesOfAdvisories => collection.add_job(job),
        };
    }
    let mut results = collection.run()?;
    results.save(&formats, &settings.reports.options())?;
    results.print_summary();
    Ok(match (results.exit(), caught.signal()) {
        (Exit::Signal(_), Some(signal)) => Exit::Signal(signal),
        (exit, _) => exit,
    })
}
