//! `streamguard jobs`: what there is to run.

use std::path::Path;

use anyhow::Result;
use streamguard::exit::Exit;
use streamguard::settings::ConfigFile;
use streamguard::ui;
use streamguard_registry as list;

pub(crate) fn run() -> Result<Exit> {
    let mut rows = vec![["JOB".to_owned(), "WHAT IT DOES".to_owned(), "WHAT IT NEEDS".to_owned()]];
    for entry in list::COLLECTORS {
        rows.push([entry.name.to_owned(), format!("collects {}", entry.about), entry.needs.to_owned()]);
    }
    for (name, what) in [("ingest", "measures web logs"), ("prime", "counts and lists primes")] {
        rows.push([name.to_owned(), what.to_owned(), format!("nothing (streamguard {name})")]);
    }
    for job in ConfigFile::read(Path::new("."), None)?.jobs {
        rows.push([
            job.name,
            format!("runs {}", job.command.join(" ")),
            "its command (streamguard run)".to_owned(),
        ]);
    }
    ui::table(&rows);
    Ok(Exit::Complete)
}
