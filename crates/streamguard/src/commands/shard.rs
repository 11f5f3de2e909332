//! `streamguard shard run`: shards of a plan, wherever this is.

use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use rustix::process::{self, Pid, Signal};
use serde_json::Value;
use streamguard::env::{self, Environment};
use streamguard::exit::{Exit, UsageError};
use streamguard::settings::ConfigFile;
use streamguard::ui::{self, escape::escape};
use streamguard_engine::{
    Cancel, Elements, Ended, Job, Level, Mode, Options, PlanDir, PlanError, RunDirError, run_shards,
};
use streamguard_http::Credentials;
use streamguard_registry as list;

use super::collect::worker;
use super::run::external;
use crate::cli::ShardRun;
use crate::signals;

pub(crate) fn run(settings: &ShardRun) -> Result<Exit> {
    let cancel = Cancel::new();
    let caught = signals::listen(cancel.clone())?;
    if let Some(parent) = settings.parent {
        end_with(parent)?;
    }
    let ended = match run_some(settings, cancel) {
        Ok(exit) => exit,
        Err(error) => {
            // Whoever started this asks one thing: whether to do it again.
            let exit = exit_of(&error);
            ui::error(&error);
            exit
        }
    };
    Ok(caught.signal().map_or(ended, Exit::Signal))
}

/// Has this process told to stop when the one that started it ends, be it by `kill -9`.
fn end_with(parent: i32) -> Result<()> {
    process::set_parent_process_death_signal(Some(Signal::TERM))?;
    // It may have ended before the line above.
    if process::getppid().map(Pid::as_raw_pid) != Some(parent) {
        process::kill_process(process::getpid(), Signal::TERM)?;
    }
    Ok(())
}

/// What an error means for whoever started this.
fn exit_of(error: &anyhow::Error) -> Exit {
    let is_passing = error.chain().any(|cause| {
        matches!(cause.downcast_ref(), Some(PlanError::Write(_)))
            || matches!(cause.downcast_ref(), Some(RunDirError::Write(_)))
            // Storage that machines share may be away, or show a file later; what was read and makes no sense stays so.
            || cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() != io::ErrorKind::InvalidData)
    });
    match Exit::of(error) {
        Exit::Usage => Exit::Usage,
        _ if is_passing => Exit::TryAgain,
        _ => Exit::NeverRetry,
    }
}

fn run_some(settings: &ShardRun, cancel: Cancel) -> Result<Exit> {
    let dir = PlanDir::open(&settings.plan)?;
    if dir.is_done() {
        ui::line("The run is over, and merged")?;
        return Ok(Exit::Complete);
    }
    let (name, shards) = asked(settings, &dir)?;
    let plan = dir.plan(&name)?;
    let maker = Maker::new(settings.token_file.as_deref(), settings.config.as_deref())?;
    let job = maker.make(&name, plan.settings.clone())?;
    let options = Options {
        mode: Mode::Process(worker()?),
        worker_memory: (settings.worker_memory > 0).then_some(settings.worker_memory << 20),
        cancel,
        ..Options::default()
    };
    let say = |level, text: String| {
        if level >= Level::Info {
            ui::say(&format!("{name}: {}", escape(&text)));
        }
    };
    let (mut done, mut reused, mut again, mut never) = (0_u32, 0_u32, 0_u32, 0_u32);
    let mut report = |shard, ended: &Ended| match ended {
        Ended::Done { reused: false } => done += 1,
        Ended::Done { reused: true } => reused += 1,
        Ended::Stopped => {}
        Ended::TryAgain(reason) => {
            again += 1;
            ui::say(&format!("{name}: shard {shard}, another try may help: {}", escape(reason)));
        }
        Ended::Failed(reason) => {
            never += 1;
            ui::say(&format!("{name}: shard {shard} failed: {}", escape(reason)));
        }
    };
    run_shards(&dir, plan, &job, &shards, &options, &say, &mut report)?;
    let all = shards.len();
    ui::line(&format!(
        "{name}: {all} shards: {done} done, {reused} were, {again} to try again, {never} failed"
    ))?;
    Ok(match (again, never) {
        (1.., _) => Exit::TryAgain,
        (0, 1..) => Exit::NeverRetry,
        (0, 0) => Exit::Complete,
    })
}

/// The job and the shards that were asked for.
fn asked(settings: &ShardRun, dir: &PlanDir) -> Result<(String, Vec<u32>)> {
    if let (Some(file), Some(list)) = (&settings.round, &settings.element) {
        let round =
            Elements::read(file).with_context(|| format!("cannot read the round {}", file.display()))?;
        let mut all = Vec::new();
        for element in numbers("element", list)? {
            let shards = round.shards(element);
            all.extend(shards.with_context(|| format!("{} has no element {element}", file.display()))?);
        }
        return Ok((round.job().to_owned(), all));
    }
    let name = job_of(settings.job.as_deref(), dir)?;
    let shards = numbers("index", settings.index.as_deref().unwrap_or_default())?;
    Ok((name, shards))
}

/// The job of this name, or the only one that is planned.
pub(crate) fn job_of(name: Option<&str>, dir: &PlanDir) -> Result<String> {
    let jobs = dir.jobs()?;
    match (name, jobs.as_slice()) {
        (Some(name), _) if jobs.iter().any(|job| job == name) => Ok(name.to_owned()),
        (Some(name), _) => {
            Err(UsageError(format!("there is no plan of {name:?}, but of: {}", jobs.join(", "))).into())
        }
        (None, [name]) => Ok(name.clone()),
        (None, _) => Err(UsageError(format!("say which job, by --job: {}", jobs.join(", "))).into()),
    }
}

/// Numbers out of a list such as `3,7..9`, both bounds included, which the flag of this name gives.
fn numbers(flag: &str, list: &str) -> Result<Vec<u32>, UsageError> {
    let wrong = || UsageError(format!("--{flag} {list}: numbers such as 7 or 0..99, separated by commas"));
    let mut numbers = Vec::new();
    for part in list.split(',') {
        let (first, last) = part.split_once("..").unwrap_or((part, part));
        let number = |text: &str| text.trim().parse::<u32>().map_err(|_| wrong());
        let (first, last) = (number(first)?, number(last)?);
        // No plan has more.
        if first > last || last == u32::MAX || numbers.len() + (last - first) as usize > 10_000_000 {
            return Err(wrong());
        }
        numbers.extend(first..=last);
    }
    Ok(numbers)
}

/// Makes jobs from what a plan says of them, and what this machine has of secrets and commands.
pub(crate) struct Maker {
    file: ConfigFile,
    credentials: Credentials,
}

impl Maker {
    /// Reads the environment, `.env` and the files that were named.
    pub(crate) fn new(token_file: Option<&Path>, config: Option<&Path>) -> Result<Self> {
        let folder = Path::new(".");
        let mut environment = Environment::read(folder)?;
        if let Some(path) = token_file {
            environment.read_secrets(path)?;
        }
        let secret = |name| environment.secret(name).cloned();
        let credentials = Credentials { github: secret(env::GITHUB_TOKEN), nvd: secret(env::NVD_API_KEY) };
        Ok(Self { file: ConfigFile::read(folder, config)?, credentials })
    }

    /// The job of this name and these settings.
    pub(crate) fn make(&self, name: &str, settings: Value) -> Result<Arc<dyn Job>> {
        match self.file.jobs.iter().find(|job| job.name == name) {
            Some(job) => Ok(external(job)?),
            None => list::make(name, settings, self.credentials.secrets()).map_err(anyhow::Error::msg),
        }
    }
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
