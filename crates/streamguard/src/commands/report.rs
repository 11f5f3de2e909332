//! `streamguard report`: reports of a run, written again.

use anyhow::Result;
use streamguard::exit::Exit;
use streamguard::ui::{self, escape::escape};
use streamguard_durable::WriteError;
use streamguard_report::{Options, Run};

use super::collect::formats;
use crate::cli::Report;

pub(crate) fn run(arguments: &Report) -> Result<Exit> {
    let formats = formats(&arguments.formats)?;
    let run = Run::read(&arguments.run)?;
    let folder = arguments.output_dir.as_ref().unwrap_or(&arguments.run);
    std::fs::create_dir_all(folder).map_err(WriteError::at(folder))?;
    let options = Options { html_samples: arguments.html_samples };
    for format in formats {
        for path in streamguard_report::write(&run, format, &options, folder)? {
            ui::line(&escape(&path.display().to_string()))?;
        }
    }
    Ok(Exit::Complete)
}
