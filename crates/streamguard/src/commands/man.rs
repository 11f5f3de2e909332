//! `streamguard man`: manual pages.

mod manual_page;

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Command};
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
    let Some(folder) = &arguments.output_dir else {
        ui::print(&manual_page::render(command)?);
        return Ok(Exit::Complete);
    };
    fs::create_dir_all(folder).map_err(WriteError::at(folder))?;
    let mut command = command.disable_help_subcommand(true);
    // Gives each command its full name, `streamguard-collect`.
    command.build();
    let mut left = vec![command];
    while let Some(command) = left.pop() {
        left.extend(command.get_subcommands().filter(|command| !command.is_hide_set()).cloned());
        let path = folder.join(manual_page::file_name(&command));
        let page = manual_page::render(command)?;
        fs::write(&path, page).map_err(WriteError::at(&path))?;
    }
    Ok(Exit::Complete)
}
