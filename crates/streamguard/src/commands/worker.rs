//! `streamguard worker`: runs shards for another streamguard.

use anyhow::Result;
use clap::Args;
use streamguard::exit::Exit;
use streamguard_command::{CommandJob, CommandMemory};
use streamguard_engine::MemoryGrowth;
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
    /// Factor by which this memory grows with each attempt, and most memory, in bytes
    #[arg(long, value_names = ["FACTOR", "BYTES"], num_args = 2, requires = "memory")]
    memory_growth: Vec<u64>,
}

impl WorkerArgs {
    /// Returns the memory of commands, if it is limited.
    fn command_memory(&self) -> Option<CommandMemory> {
        let growth = match self.memory_growth[..] {
            [factor, most_bytes] => {
                Some(MemoryGrowth { factor: u32::try_from(factor).unwrap_or(u32::MAX), most_bytes })
            }
            _ => None,
        };
        self.memory.map(|first_bytes| CommandMemory { first_bytes, growth })
    }
}

pub(super) fn run(arguments: &WorkerArgs) -> Result<Exit> {
    match arguments.commands {
        true => CommandJob::serve(arguments.command_memory())?,
        false => streamguard_engine::serve(registry::make)?,
    }
    Ok(Exit::Complete)
}
