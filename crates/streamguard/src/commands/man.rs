//! `streamguard man`: manual pages.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Command};
use clap_mangen::Man;
use streamguard::exit::Exit;
use streamguard::ui;

/// Prints the manual page, or writes the pages of all commands
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 complete, 1 error, 2 usage")]
pub(crate) struct ManArgs {
    /// Directory for the pages of all commands: streamguard.1, streamguard-collect.1, ...
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
}

pub(super) fn run(arguments: &ManArgs, command: Command) -> Result<Exit> {
    if let Some(folder) = &arguments.output_dir {
        let shown = folder.display();
        fs::create_dir_all(folder).with_context(|| format!("cannot create {shown}"))?;
        clap_mangen::generate_to(command, folder)
            .with_context(|| format!("cannot write the manual pages to {shown}"))?;
        return Ok(Exit::Complete);
    }
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    ui::print(&String::from_utf8(page)?);
    Ok(Exit::Complete)
}
