//! `streamguard man`: manual pages.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Command};
use clap_mangen::Man;
use streamguard::exit::Exit;
use streamguard::ui;
use streamguard_durable::WriteError;

/// Prints the manual page, or writes the pages of all commands
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 complete, 1 error, 2 usage, 6 the destination cannot be written")]
pub(crate) struct ManArgs {
    /// Directory for the pages of all commands: streamguard.1, streamguard-collect.1, ...
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
}

pub(super) fn run(arguments: &ManArgs, command: Command) -> Result<Exit> {
    if let Some(folder) = &arguments.output_dir {
        fs::create_dir_all(folder).map_err(WriteError::at(folder))?;
        clap_mangen::generate_to(command, folder).map_err(WriteError::at(folder))?;
        return Ok(Exit::Complete);
    }
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    ui::print(&String::from_utf8(page)?);
    Ok(Exit::Complete)
}
