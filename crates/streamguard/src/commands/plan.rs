//! `streamguard plan`: plans jobs whose shards other machines run.

use std::path::Path;

use anyhow::Result;
use streamguard::exit::Exit;
use streamguard::ui::{self, escape::escape};
use streamguard_engine::Prepared;

use super::{collect, ingest, prime, run};
use crate::cli::Command;
use crate::command_line::quoted;

/// What is to be done with jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To run them.
    Run,
    /// To plan them only.
    Plan,
}

pub(crate) fn run(command: Command) -> Result<Exit> {
    match command {
        Command::Collect(matches) => collect::run(&matches, Purpose::Plan),
        Command::Run(matches) => run::run(&matches, Purpose::Plan),
        Command::Ingest(matches) => ingest::run(&matches, Purpose::Plan),
        Command::Prime(matches) => prime::run(&matches, Purpose::Plan),
        _ => unreachable!("the command line knows these four below `plan`"),
    }
}

/// Says what was planned, and what comes next.
pub(crate) fn show(prepared: &[(String, Prepared)], folder: &Path) -> Result<Exit> {
    let shown = quoted(&escape(&folder.display().to_string()));
    let mut exit = Exit::Complete;
    for (name, what) in prepared {
        match what {
            Prepared::Planned { hash, shards, missing } => {
                let done = shards - missing.len();
                ui::line(&format!("{name}: {shards} shards, {done} done; plan {hash}"))?;
                if let Some(last) = shards.checked_sub(1) {
                    let command =
                        format!("streamguard shard run --plan {shown} --job {name} --index 0..{last}");
                    ui::line(&format!("  {command}"))?;
                }
            }
            Prepared::Later => {
                ui::line(&format!("{name}: planned by `merge`, when the jobs are merged that it needs"))?;
            }
            Prepared::Impossible(error) => {
                ui::say(&format!("{name}: {}", escape(&error.to_string())));
                exit = Exit::Partial;
            }
        }
    }
    ui::line(&format!("then: streamguard merge --plan {shown}"))?;
    Ok(exit)
}
