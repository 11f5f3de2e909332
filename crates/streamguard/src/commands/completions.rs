//! `streamguard completions`: a script that completes commands and flags in a shell.

use anyhow::Result;
use clap::{Args, Command};
use clap_complete::Shell;
use streamguard::exit::Exit;
use streamguard::ui;

/// Prints a script that completes commands and flags in a shell
///
/// bash: streamguard completions bash > ~/.local/share/bash-completion/completions/streamguard
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit codes: 0 complete, 1 error, 2 usage")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArgs, mut command: Command) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "streamguard", &mut script);
    ui::print(&String::from_utf8(script)?);
    Ok(Exit::Complete)
}
