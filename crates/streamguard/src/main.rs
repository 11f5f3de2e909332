//! The program `streamguard`: understands the command line, runs the command, ends with its exit code.

mod args;
mod cluster;
mod command_line;
mod commands;
mod job_factory;
mod launch;
mod plan_summary;
mod signals;

use std::process::ExitCode;

use commands::Commands;
use streamguard::exit::Exit;
use streamguard::finished_run::already_complete;
use streamguard::ui;

fn main() -> ExitCode {
    let exit = commands::parse().and_then(Commands::run).unwrap_or_else(|error| {
        if let Some(text) = already_complete(&error) {
            ui::print(&text);
            return Exit::Complete;
        }
        ui::print_error(&error);
        Exit::of(&error)
    });
    ExitCode::from(after_printing(exit).code())
}

/// Turns success into an error if not all that was to be printed could be.
fn after_printing(exit: Exit) -> Exit {
    match ui::print_error_so_far() {
        Some(error) if exit == Exit::Complete => {
            ui::print_notice(&format!("error: cannot write to standard output: {error}"));
            Exit::Error
        }
        _ => exit,
    }
}
