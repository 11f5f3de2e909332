//! `streamguard plan`: plans jobs whose shards other machines run.

use anyhow::Result;
use clap::{Command, Subcommand};
use streamguard::exit::Exit;
use streamguard::settings::ConfigSchema;

use super::{collect, metrics, plan_export, run};
use crate::args::matched::MatchedArgs;
use crate::launch::Purpose;

/// Plans jobs whose shards other machines run, and leaves the plan in the output directory
///
/// Takes the flags of the command that would run them. What follows: `streamguard shard run` on
/// the machines that see that directory, then `streamguard merge`.
#[derive(Subcommand)]
pub(crate) enum PlanCommand {
    Collect(Box<MatchedArgs<collect::CollectArgs>>),
    Run(Box<MatchedArgs<run::RunArgs>>),
    #[command(flatten)]
    Metrics(Box<metrics::MetricsCommand>),
    Export(plan_export::PlanExportArgs),
}

/// Lets `--output-dir` of a command be called `--out` too.
pub(super) fn with_out_alias(command: Command) -> Command {
    let has_folder = command.get_arguments().any(|argument| argument.get_id() == "output_dir");
    if has_folder { command.mut_arg("output_dir", |folder| folder.visible_alias("out")) } else { command }
}

pub(super) fn run(command: &PlanCommand, schema: &ConfigSchema) -> Result<Exit> {
    match command {
        PlanCommand::Collect(arguments) => collect::run(arguments, schema, Purpose::Plan),
        PlanCommand::Run(arguments) => run::run(arguments, schema, Purpose::Plan),
        PlanCommand::Metrics(command) => metrics::run(command, schema, Purpose::Plan),
        PlanCommand::Export(arguments) => plan_export::run(arguments),
    }
}
