//! What commands share that run one job for its figures.

use std::sync::Arc;

use anyhow::Result;
use serde_json::json;
use streamguard::exit::{Exit, UsageError};
use streamguard::{View, ui};
use streamguard_engine::{Cancel, Job, Options, RunDir, Status};
use streamguard_report::Format;

use super::collect::{Nodes, begin, formats, options, view};
use super::plan::{self, Purpose};
use super::run::exit;
use crate::cli::{Figures, Reports};
use crate::command_line::command_line;
use crate::signals;

/// Does with a job what was asked: runs it, or plans it for other machines.
pub(crate) fn run(job: Arc<dyn Job>, settings: &Figures, purpose: Purpose) -> Result<Exit> {
    let formats = formats(&settings.reports.report_formats)?;
    let running = &settings.running;
    let cancel = Cancel::new();
    let caught = signals::listen(cancel.clone())?;
    let is_elsewhere = purpose == Purpose::Plan || running.mode.is_elsewhere();
    if is_elsewhere && settings.output_dir.is_none() {
        let what = "name a directory that all machines see, by --output-dir";
        return Err(UsageError(what.to_owned()).into());
    }
    let options = options(running, purpose, cancel, &Nodes::default())?;
    let recorded = json!({ job.name(): job.settings() });
    let mut dir = match &settings.output_dir {
        Some(folder) => Some(RunDir::open(folder, recorded, begin(running))?),
        None => None,
    };
    if let Some(dir) = &mut dir {
        dir.begun_by(command_line())?;
    }
    if let (Some(dir), Purpose::Plan) = (&dir, purpose) {
        return plan::show(&streamguard_engine::prepare(&[job], dir, &options.cancel)?, dir.root());
    }
    let status = run_job(job, &options, dir.as_mut(), view(&running.showing), &formats, &settings.reports)?;
    Ok(exit(status, &caught))
}

/// Runs a job, prints its figures, and writes reports if there is a place for them.
pub(crate) fn run_job(
    job: Arc<dyn Job>,
    options: &Options,
    dir: Option<&mut RunDir>,
    view: View,
    formats: &[Format],
    reports: &Reports,
) -> Result<Status> {
    let mut shown = ui::open(view, None, &options.cancel, &options.pause);
    let finished =
        streamguard_engine::run(vec![job], options, dir.as_deref(), &mut ui::Showing(&mut *shown))?;
    drop(shown);
    ui::figures::print(&finished.state.jobs[0]);
    if let Some(dir) = dir {
        let run = streamguard_report::Run::read(dir.root())?;
        let mut written = Vec::new();
        for format in formats {
            written.extend(streamguard_report::write(&run, *format, &reports.options(), dir.root())?);
        }
        ui::print(&ui::summary::reports(&written));
        if finished.status == Status::Complete {
            dir.finish()?;
        }
    }
    Ok(finished.status)
}
