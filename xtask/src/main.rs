//! Development tasks: `cargo xtask <task>`.
#![expect(clippy::print_stdout, reason = "a development tool talks to people")]

mod bench;
mod truth;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Development tasks of StreamGuard.
#[derive(Parser)]
enum Task {
    /// Measures, side by side with a peer where there is one.
    #[command(subcommand)]
    Bench(Bench),
    /// Mines the fixes of a table of known ones, and says which yield nothing.
    Truth {
        /// `ground_truth.csv`.
        table: PathBuf,
        /// Folder of bare clones.
        clones: PathBuf,
    },
    /// Runs shards for `bench engine`; not for people.
    #[command(hide = true)]
    Worker,
}

#[derive(Subcommand)]
enum Bench {
    /// What a shard costs on threads and on worker processes, and what the engine adds to work.
    Engine,
}

fn main() -> Result<()> {
    match Task::parse() {
        Task::Bench(Bench::Engine) => bench::engine::run(),
        Task::Truth { table, clones } => truth::run(&table, &clones),
        Task::Worker => bench::engine::worker(),
    }
}
