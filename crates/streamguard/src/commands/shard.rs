//! `streamguard shard run`: runs shards of a plan on this machine.

use std::io;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use rustix::process::{self, Pid, Signal};
use streamguard::exit::{Exit, UsageError};
use streamguard::settings::ConfigSchema;
use streamguard::ui::{self, escape::escape};
use streamguard_engine::{
    CancelToken, LogLevel, PlanDir, PlanError, RunDirError, RunMode, RunOptions, ShardStatus, SubmissionFile,
    run_shards,
};
use streamguard_report::run_paths;

use crate::job_factory::JobFactory;
use crate::launch::{memory_limit, worker_command};
use crate::plan_summary::planned_job;
use crate::signals;

/// Runs shards of a plan, as often as asked: one that is done is not run again
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ShardCommands {
    Run(ShardRunArgs),
}

/// Runs shards
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Exit codes: 0 all are done, 65 some cannot be done, 75 some may be done by another try, 143 \
stopped by SIGTERM, 2 usage. Of several the first that holds of: 143, 75, 65"
)]
pub(crate) struct ShardRunArgs {
    /// The output directory of the plan
    #[arg(long, value_name = "DIR")]
    plan: PathBuf,
    /// The job [default: the only one that is planned]
    #[arg(long, value_name = "NAME")]
    job: Option<String>,
    /// Shards to run, from 0: a number, or A..B with both bounds; several are separated by commas
    #[arg(long, value_name = "N", required_unless_present = "round")]
    index: Option<String>,
    /// The shards that this file gives to an array task of a submission
    #[arg(long, value_name = "FILE", conflicts_with_all = ["index", "job"], requires = "element")]
    round: Option<PathBuf>,
    /// Array tasks of that file: numbers as for --index
    #[arg(long, value_name = "N", requires = "round")]
    element: Option<String>,
    /// End when this process, the one that started it, ends
    #[arg(long, value_name = "PID", hide = true)]
    parent: Option<i32>,
    /// Memory that a shard may use, in MiB; 0 for no limit
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    worker_memory: u64,
    /// Read GITHUB_TOKEN=.. and NVD_API_KEY=.. from this file, besides the environment and .env
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Read jobs that are commands from this file instead of ./streamguard.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(command: &ShardCommands, schema: &ConfigSchema) -> Result<Exit> {
    let ShardCommands::Run(settings) = command;
    let cancel = CancelToken::new();
    let caught = signals::listen(cancel.clone())?;
    // Before the plan is read: if the caller dies early, this process must not live on.
    if let Some(parent) = settings.parent {
        stop_with_parent(parent)?;
    }
    let ended = match run_shards_of_plan(settings, schema, cancel) {
        Ok(exit) => exit,
        Err(error) => {
            // The caller is a scheduler that asks only whether to try again.
            let exit = retry_exit(&error);
            ui::print_error(&error);
            exit
        }
    };
    // A signal explains why shards are missing, so it counts before what became of them.
    Ok(caught.signal().map_or(ended, Exit::Signal))
}

/// Asks the kernel to stop this process when the one that started it ends, be it by `kill -9`.
fn stop_with_parent(parent: i32) -> Result<()> {
    process::set_parent_process_death_signal(Some(Signal::TERM))?;
    // The parent may have ended before the death signal was set: then there is a new one already.
    if process::getppid().map(Pid::as_raw_pid) != Some(parent) {
        process::kill_process(process::getpid(), Signal::TERM)?;
    }
    Ok(())
}

/// Returns the exit code of an error: whether another try may help.
fn retry_exit(error: &anyhow::Error) -> Exit {
    let is_passing = error.chain().any(|cause| {
        matches!(cause.downcast_ref(), Some(PlanError::Write(_)))
            || matches!(cause.downcast_ref(), Some(RunDirError::Write(_)))
            // Shared storage may be away, or show a file late: another try may help. Data that was read and is wrong
            // stays wrong.
            || cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() != io::ErrorKind::InvalidData)
    });
    match Exit::of(error) {
        Exit::Usage => Exit::Usage,
        _ if is_passing => Exit::TemporaryFailure,
        _ => Exit::PermanentFailure,
    }
}

fn run_shards_of_plan(settings: &ShardRunArgs, schema: &ConfigSchema, cancel: CancelToken) -> Result<Exit> {
    let dir = PlanDir::open(run_paths(&settings.plan))?;
    if dir.is_done() {
        ui::print_line("The run is already merged")?;
        return Ok(Exit::Complete);
    }
    let (name, shards) = job_and_shards(settings, &dir)?;
    let plan = dir.plan(&name)?;
    let factory = JobFactory::new(schema, settings.token_file.as_deref(), settings.config.as_deref())?;
    let job = factory.make(&name, plan.settings.clone())?;
    let options = RunOptions {
        mode: RunMode::Process(worker_command()?),
        worker_memory: memory_limit(settings.worker_memory),
        cancel,
        ..RunOptions::default()
    };
    let say = |level, text: String| {
        if level >= LogLevel::Info {
            ui::print_notice(&format!("{name}: {}", escape(&text)));
        }
    };
    let (mut done, mut reused, mut again, mut never) = (0_u32, 0_u32, 0_u32, 0_u32);
    let mut report = |shard, ended: &ShardStatus| match ended {
        ShardStatus::Done { reused: false } => done += 1,
        ShardStatus::Done { reused: true } => reused += 1,
        ShardStatus::Stopped => {}
        ShardStatus::Retryable(reason) => {
            again += 1;
            ui::print_notice(&format!("{name}: shard {shard}, another try may help: {}", escape(reason)));
        }
        ShardStatus::Failed(reason) => {
            never += 1;
            ui::print_notice(&format!("{name}: shard {shard} failed: {}", escape(reason)));
        }
    };
    run_shards(&dir, plan, &job, &shards, &options, &say, &mut report)?;
    let all = shards.len();
    ui::print_line(&format!(
        "{name}: {all} {}: {done} done, {reused} done before, {again} to try again, {never} failed",
        ui::plural(all, "shard")
    ))?;
    // A scheduler that is told 65 gives the whole task up, also the shards that another try would
    // finish.
    Ok(match (again, never) {
        (1.., _) => Exit::TemporaryFailure,
        (0, 1..) => Exit::PermanentFailure,
        (0, 0) => Exit::Complete,
    })
}

/// Returns the job and the shards to run.
fn job_and_shards(settings: &ShardRunArgs, dir: &PlanDir) -> Result<(String, Vec<u32>)> {
    if let (Some(file), Some(list)) = (&settings.round, &settings.element) {
        let round = SubmissionFile::read(file)
            .with_context(|| format!("cannot read the submission {}", file.display()))?;
        let mut all = Vec::new();
        for task in numbers("element", list)? {
            let shards = round.shards(task);
            all.extend(shards.with_context(|| format!("{} has no array task {task}", file.display()))?);
        }
        return Ok((round.job().to_owned(), all));
    }
    let name = planned_job(settings.job.as_deref(), dir)?;
    let shards = numbers("index", settings.index.as_deref().unwrap_or_default())?;
    Ok((name, shards))
}

/// Parses a list of numbers such as `3,7..9`, both bounds included, the value of the flag of this name.
pub(super) fn numbers(flag: &str, list: &str) -> Result<Vec<u32>, UsageError> {
    let wrong = || UsageError(format!("--{flag} {list}: numbers such as 7 or 0..99, separated by commas"));
    let mut numbers = Vec::new();
    for part in list.split(',') {
        let (first, last) = part.split_once("..").unwrap_or((part, part));
        let number = |text: &str| text.trim().parse::<u32>().map_err(|_| wrong());
        let (first, last) = (number(first)?, number(last)?);
        // No plan has more shards.
        if first > last || last == u32::MAX || numbers.len() + (last - first) as usize > 10_000_000 {
            return Err(wrong());
        }
        numbers.extend(first..=last);
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_shards_are_read() {
        assert_eq!(numbers("index", "3,7..9").unwrap(), [3, 7, 8, 9]);
        assert_eq!(numbers("index", "0").unwrap(), [0]);
        for wrong in ["", "a", "9..7", "1..", "-1", "4294967295", "0..4000000000"] {
            assert!(numbers("index", wrong).is_err(), "{wrong}");
        }
    }
}
