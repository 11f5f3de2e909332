//! `streamguard report`: reports of a run, written again.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;
use streamguard::exit::{Exit, UsageError};
use streamguard::shell::quote_path;
use streamguard::ui::{self, escape::escape};
use streamguard_durable::WriteError;
use streamguard_engine::{Manifest, RunInfo};
use streamguard_report::{RenderOptions, StoredRun, check_run, run_paths};

use crate::args::reports::{format_help, formats};

/// Writes reports of a run again, whether it is finished or was interrupted
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 complete, 1 error, 2 usage, 6 the destination cannot be written, 7 damaged \
state"
)]
pub(crate) struct ReportArgs {
    /// The output directory of the run
    #[arg(default_value = "data/raw")]
    run: PathBuf,
    #[arg(
        long = "format",
        visible_alias = "report-formats",
        value_name = "FORMAT",
        help = format_help(),
        num_args = 1..,
        value_delimiter = ',',
        default_value = "all"
    )]
    formats: Vec<String>,
    /// Directory of the reports [default: the run's directory]
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
    /// Most samples that the HTML report holds
    #[arg(long, value_name = "N", default_value_t = RenderOptions::default().html_samples)]
    html_samples: usize,
    /// Print JSON lines: the format and the path of each file
    #[arg(long)]
    json: bool,
}

/// Line of JSON about a file that was written.
#[derive(Debug, Serialize)]
struct WrittenReport<'a> {
    format: &'a str,
    path: &'a str,
}

/// Whether a folder holds a run that is not the one in `run`.
fn holds_another_run(folder: &Path, run: &Path) -> Result<bool> {
    if RunInfo::read(&run_paths(folder))?.is_none() {
        return Ok(false);
    }
    Ok(folder.canonicalize()? != run.canonicalize()?)
}

pub(super) fn run(arguments: &ReportArgs) -> Result<Exit> {
    let formats = formats(&arguments.formats)?;
    // Reports of damaged files would pass for right ones.
    check_run(&arguments.run)?;
    let run = StoredRun::read(&arguments.run)?;
    let folder = arguments.output_dir.as_ref().unwrap_or(&arguments.run);
    if holds_another_run(folder, &arguments.run)? {
        let shown = quote_path(folder);
        bail!(UsageError(format!(
            "--output-dir {shown} holds another run, whose reports these would replace"
        )));
    }
    std::fs::create_dir_all(folder).map_err(WriteError::at(folder))?;
    // A run that was killed has no results yet.
    let mut written = vec![streamguard_report::write_results(&run, folder)?];
    let options = RenderOptions { html_samples: arguments.html_samples };
    for format in formats {
        for path in streamguard_report::write(&run, format, &options, folder)? {
            let shown = path.display().to_string();
            match arguments.json {
                true => ui::print_json_line(&WrittenReport { format: format.name(), path: &shown })?,
                false => ui::print_line(&escape(&shown))?,
            };
            written.push(path);
        }
    }
    Manifest::renew(&run_paths(folder), &written)?;
    Ok(Exit::Complete)
}
