//! Makes jobs from what a plan says of them, and the secrets and commands of this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use serde_json::Value;
use streamguard::env::{self, Environment, SECRETS};
use streamguard::exit::UsageError;
use streamguard::settings::{CommandJob, ConfigFile, ConfigSchema, JobMemory, TimeLength};
use streamguard_command::{CommandJob as PlainJob, CommandTemplate, InputList};
use streamguard_engine::{CommandLine, ExternalJob, Job, MemoryGrowth, ShardLimits};
use streamguard_http::Credentials;
use streamguard_registry as registry;

/// Name of the job that `streamguard run -- COMMAND` runs.
pub(crate) const SHORT_FORM_NAME: &str = "command";

/// Makes jobs by name.
pub(crate) struct JobFactory {
    file: ConfigFile,
    credentials: Credentials,
}

impl JobFactory {
    /// Reads the environment, `.env` and the named files.
    pub(crate) fn new(
        schema: &ConfigSchema,
        token_file: Option<&Path>,
        config: Option<&Path>,
    ) -> Result<Self> {
        let folder = Path::new(".");
        let mut environment = Environment::read(folder)?;
        if let Some(path) = token_file {
            environment.read_secrets(path)?;
        }
        let secret = |name| environment.secret(name).cloned();
        let credentials = Credentials { github: secret(env::GITHUB_TOKEN), nvd: secret(env::NVD_API_KEY) };
        Ok(Self { file: schema.read(folder, config)?, credentials })
    }

    /// Makes the job of this name and these settings.
    pub(crate) fn make(&self, name: &str, settings: Value) -> Result<Arc<dyn Job>> {
        match self.file.jobs.iter().find(|job| job.name == name) {
            Some(job) => Ok(command_job(job)?),
            None if name == SHORT_FORM_NAME => {
                Ok(Arc::new(PlainJob::from_settings(name, settings)?.with_worker(plain_worker(None)?)))
            }
            None => registry::make(name, settings, self.credentials.secrets()).map_err(anyhow::Error::msg),
        }
    }
}

/// Makes a job that is a command.
pub(crate) fn command_job(job: &CommandJob) -> Result<Arc<dyn Job>, UsageError> {
    // Workers make jobs by name alone: two of one name could not be told apart.
    if registry::find(&job.name).is_some() || job.name == SHORT_FORM_NAME {
        return Err(UsageError(format!("{:?} is the name of a built-in job; choose another", job.name)));
    }
    let is_name = !job.name.is_empty()
        && job.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if job.command.is_empty() {
        return Err(UsageError(format!("the job {:?} has no command", job.name)));
    }
    if !is_name {
        return Err(UsageError(format!(
            "{:?} is not a name of a job: use lower-case letters and digits only",
            job.name
        )));
    }
    let is_zero = |length: Option<TimeLength>| length.is_some_and(|length| length.0.is_zero());
    let zero = [
        ("deadline", is_zero(job.deadline)),
        ("heartbeat", is_zero(job.heartbeat)),
        ("lane", job.lane == Some(0)),
        ("attempts", job.attempts == Some(0)),
    ];
    if let Some((key, _)) = zero.into_iter().find(|(_, is_zero)| *is_zero) {
        return Err(UsageError(format!("the job {:?}: {key} is 0: expected at least 1", job.name)));
    }
    let tries = match job.inputs {
        Some(_) => PlainJob::default_limits(),
        None => ExternalJob::default_limits(),
    };
    if let Some(JobMemory::Growing(memory)) = job.memory {
        memory
            .check(job.attempts.unwrap_or(tries.max_attempts))
            .map_err(|reason| UsageError(format!("the job {:?}: memory {reason}", job.name)))?;
    }
    match &job.inputs {
        Some(inputs) => plain_job(job, inputs.clone().into()),
        None => external_job(job),
    }
}

/// Makes a job whose command speaks the worker protocol.
fn external_job(job: &CommandJob) -> Result<Arc<dyn Job>, UsageError> {
    if job.stdout.is_some() {
        return Err(UsageError(format!("the job {:?} has stdout, but no inputs", job.name)));
    }
    let command = match &job.command {
        CommandTemplate::Line(line) => CommandLine::new("/bin/sh", ["-c", line]),
        CommandTemplate::Words(words) => CommandLine::new(&words[0], &words[1..]),
    };
    let command = in_surroundings(command, job);
    let external = ExternalJob::new(&job.name, command, job.settings.clone());
    let default = ExternalJob::default_limits();
    let limits = ShardLimits {
        memory_bytes: job.memory.map(JobMemory::first_bytes),
        memory_growth: job.memory.and_then(JobMemory::growth),
        ..limits(job, default)
    };
    let external = external.with_limits(limits).with_after(&job.after);
    Ok(Arc::new(external.with_resources(job.resources.clone())))
}

/// Makes a job whose command runs once for each input.
fn plain_job(job: &CommandJob, inputs: InputList) -> Result<Arc<dyn Job>, UsageError> {
    if !job.settings.is_null() {
        return Err(UsageError(format!(
            "the job {:?} has inputs, so its command gets no settings: use placeholders or env",
            job.name
        )));
    }
    let worker = in_surroundings(plain_worker(job.memory)?, job);
    let stdout = job.stdout.clone().unwrap_or_default();
    let plain = PlainJob::new(&job.name, job.command.clone(), inputs, stdout).with_worker(worker);
    let default = PlainJob::default_limits();
    // The limit of a command is its worker's business, which itself needs memory.
    let memory_bytes = job.memory.map(|_| 0);
    let limits = ShardLimits { memory_bytes, ..limits(job, default) };
    let folder = job.cwd.clone().unwrap_or_else(|| PathBuf::from("."));
    let plain = plain.with_limits(limits).with_after(&job.after).with_resources(job.resources.clone());
    Ok(Arc::new(plain.in_folder(folder)))
}

/// Returns the command that starts this program as a worker for plain commands, which get what environment it has.
pub(crate) fn plain_worker(memory: Option<JobMemory>) -> Result<CommandLine, UsageError> {
    let program = std::env::current_exe()
        .map_err(|error| UsageError(format!("cannot find this program, to start it as a worker: {error}")))?;
    let mut arguments = vec!["worker".to_owned(), "--commands".to_owned()];
    if let Some(memory) = memory.filter(|memory| memory.first_bytes() > 0) {
        arguments.extend(["--memory".to_owned(), memory.first_bytes().to_string()]);
        if let Some(MemoryGrowth { factor, most_bytes }) = memory.growth() {
            arguments.extend(["--memory-growth".to_owned(), factor.to_string(), most_bytes.to_string()]);
        }
    }
    Ok(CommandLine::new(program, arguments).without_variables(SECRETS))
}

/// Puts a command where a table `[[job]]` wants it: its folder and its variables.
fn in_surroundings(command: CommandLine, job: &CommandJob) -> CommandLine {
    let command = command.without_variables(SECRETS).with_variables(job.env.clone());
    match &job.cwd {
        Some(folder) => command.in_folder(folder),
        None => command,
    }
}

/// Returns the limits that a table `[[job]]` sets, but that of memory.
fn limits(job: &CommandJob, default: ShardLimits) -> ShardLimits {
    let length = |length: Option<TimeLength>| length.map(|length| length.0);
    ShardLimits {
        max_running: job.lane.unwrap_or(default.max_running),
        deadline: length(job.deadline).unwrap_or(default.deadline),
        heartbeat_timeout: length(job.heartbeat).or(default.heartbeat_timeout),
        max_attempts: job.attempts.unwrap_or(default.max_attempts),
        backoff: length(job.backoff).unwrap_or(default.backoff),
        ..default
    }
}
