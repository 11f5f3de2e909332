//! `streamguard jobs`: the jobs that can be run.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use streamguard::exit::Exit;
use streamguard::settings::ConfigSchema;
use streamguard::ui;
use streamguard_registry::JOBS;

/// Lists the jobs and what they need
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 complete, 1 error, 2 usage")]
pub(crate) struct JobsArgs {
    /// Print JSON lines: name, purpose, needs
    #[arg(long)]
    json: bool,
}

/// A job, as it is listed.
#[derive(Debug, Serialize)]
struct ListedJob {
    name: String,
    purpose: String,
    needs: String,
}

pub(super) fn run(arguments: &JobsArgs, schema: &ConfigSchema) -> Result<Exit> {
    let mut jobs = Vec::new();
    for entry in JOBS {
        let (purpose, needs) = match entry.kind.is_collected() {
            true => (format!("collects {}", entry.about), entry.needs.to_owned()),
            false => (entry.about.to_owned(), format!("{} (streamguard {})", entry.needs, entry.name)),
        };
        jobs.push(ListedJob { name: entry.name.to_owned(), purpose, needs });
    }
    for job in schema.read(Path::new("."), None)?.jobs {
        let purpose = format!("runs {}", job.command.text());
        jobs.push(ListedJob { name: job.name, purpose, needs: "its command (streamguard run)".to_owned() });
    }
    if arguments.json {
        for job in &jobs {
            ui::print_json_line(job)?;
        }
        return Ok(Exit::Complete);
    }
    let head = ["JOB".to_owned(), "WHAT IT DOES".to_owned(), "WHAT IT NEEDS".to_owned()];
    let rows = jobs.into_iter().map(|job| [job.name, job.purpose, job.needs]);
    ui::print_table(&std::iter::once(head).chain(rows).collect::<Vec<_>>());
    Ok(Exit::Complete)
}
