//! `streamguard worker`: runs shards for another streamguard.

use anyhow::Result;
use clap::Args;
use streamguard::exit::Exit;
use streamguard_command::CommandJob;
use streamguard_registry as registry;

/// Runs shards for another streamguard; not for people
#[derive(Args, Clone, Debug)]
pub(crate) struct WorkerArgs {
    /// Run the shards of jobs that are plain commands
    #[arg(long)]
    commands: bool,
    /// Memory that each command may use, in bytes
    #[arg(long, value_name = "BYTES", requires = "commands")]
    memory: Option<u64>,
}

pub(super) fn run(arguments: &WorkerArgs) -> Result<Exit> {
    match arguments.commands {
        true => CommandJob::serve(arguments.memory)?,
        false => streamguard_engine::serve(registry::make)?,
    }
    Ok(Exit::Complete)
}
