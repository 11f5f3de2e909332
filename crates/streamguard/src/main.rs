//! The program: asks and shows.

mod cli;
mod cluster;
mod command_line;
mod commands;
mod signals;

use std::process::ExitCode;

use cli::Command;
use commands::plan::Purpose;
use streamguard::exit::Exit;
use streamguard::ui;

fn main() -> ExitCode {
    let ended = cli::parse().and_then(|command| match command {
        Command::Collect(matches) => commands::collect::run(&matches, Purpose::Run),
        Command::Run(matches) => commands::run::run(&matches, Purpose::Run),
        Command::Ingest(matches) => commands::ingest::run(&matches, Purpose::Run),
        Command::Prime(matches) => commands::prime::run(&matches, Purpose::Run),
        Command::Replay(arguments) => commands::replay::run(&arguments),
        Command::Jobs => commands::jobs::run(),
        Command::Examples(arguments) => commands::examples::run(&arguments),
        Command::Cache(arguments) => commands::cache::run(&arguments),
        Command::Report(arguments) => commands::report::run(&arguments),
        Command::Resolve(arguments) => commands::resolve::run(&arguments),
        Command::Plan(command) => commands::plan::run(*command),
        Command::Export(settings) => commands::export::run(&settings),
        Command::Shard(settings) => commands::shard::run(&settings),
        Command::Merge(settings) => commands::merge::run(&settings),
        Command::Worker => commands::worker::run(),
    });
    let exit = ended.unwrap_or_else(|error| {
        ui::error(&error);
        Exit::of(&error)
    });
    ExitCode::from(exit.code())
}
