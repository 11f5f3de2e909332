//! What commands share that run one job for its figures.

use std::sync::Arc;

use anyhow::Result;
use engine::{Cancel, Job, RunDir, Status};
use serde_json::json;
use streamguard::exit::Exit;
use streamguard::ui;

use super::collect::{begin, formats, options, view};
use super::run::exit;
use crate::cli::Figures;
use crate::command_line::command_line;
use crate::signals;

/// Runs a job, prints its figures, and writes reports if there is a place for them.
pub(crate) fn run(job: Arc<dyn Job>, settings: &Figures) -> Result<Exit> {
    let formats = formats(&settings.reports.report_formats)?;
    let running = &settings.running;
    let cancel = Cancel::new();
    let caught = signals::listen(cancel.clone())?;
    let recorded = json!({ job.name(): job.settings() });
    let mut dir = match &settings.output_dir {
        Some(folder) => Some(RunDir::open(folder, recorded, begin(running))?),
        None => None,
    };
    if let Some(dir) = &mut dir {
        dir.begun_by(command_line())?;
    }
    let options = options(running, true, cancel)?;
    let mut shown = ui::open(view(&running.showing), None, &options.cancel, &options.pause);
    let finished = engine::run(vec![job], &options, dir.as_ref(), &mut ui::Showing(&mut *shown))?;
    drop(shown);
    ui::figures::print(&finished.state.jobs[0]);
    if let Some(dir) = &mut dir {
        let run = report::Run::read(dir.root())?;
        for format in formats {
            report::write(&run, format, &settings.reports.options(), dir.root())?;
        }
        if finished.status == Status::Complete {
            dir.finish()?;
        }
    }
    Ok(exit(finished.status, &caught))
}
