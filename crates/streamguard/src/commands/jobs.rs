//! `streamguard jobs`: the jobs that can be run.

use std::path::Path;

use anyhow::Result;
use streamguard::exit::Exit;
use streamguard::settings::ConfigSchema;
use streamguard::ui;
use streamguard_registry::JOBS;

pub(super) fn run(schema: &ConfigSchema) -> Result<Exit> {
    let mut rows = vec![["JOB".to_owned(), "WHAT IT DOES".to_owned(), "WHAT IT NEEDS".to_owned()]];
    for entry in JOBS {
        let (purpose, needs) = match entry.kind.is_collected() {
            true => (format!("collects {}", entry.about), entry.needs.to_owned()),
            false => (entry.about.to_owned(), format!("{} (streamguard {})", entry.needs, entry.name)),
        };
        rows.push([entry.name.to_owned(), purpose, needs]);
    }
    for job in schema.read(Path::new("."), None)?.jobs {
        rows.push([
            job.name,
            format!("runs {}", job.command.join(" ")),
            "its command (streamguard run)".to_owned(),
        ]);
    }
    ui::print_table(&rows);
    Ok(Exit::Complete)
}
