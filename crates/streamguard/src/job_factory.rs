//! Makes jobs from what a plan says of them, and the secrets and commands of this machine.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use serde_json::Value;
use streamguard::env::{self, Environment, SECRETS};
use streamguard::exit::UsageError;
use streamguard::settings::{CommandJob, ConfigFile, ConfigSchema, TimeLength};
use streamguard_engine::{CommandLine, ExternalJob, Job, ShardLimits};
use streamguard_http::Credentials;
use streamguard_registry as registry;

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
            None => registry::make(name, settings, self.credentials.secrets()).map_err(anyhow::Error::msg),
        }
    }
}

/// Makes a job that is a command.
pub(crate) fn command_job(job: &CommandJob) -> Result<Arc<dyn Job>, UsageError> {
    // Workers make jobs by name alone: two of one name could not be told apart.
    if registry::find(&job.name).is_some() {
        return Err(UsageError(format!("{:?} is the name of a built-in job; choose another", job.name)));
    }
    let is_name = !job.name.is_empty()
        && job.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let [program, arguments @ ..] = job.command.as_slice() else {
        return Err(UsageError(format!("the job {:?} has no command", job.name)));
    };
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
    let mut command =
        CommandLine::new(program, arguments).without_variables(SECRETS).with_variables(job.env.clone());
    if let Some(folder) = &job.cwd {
        command = command.in_folder(folder);
    }
    let external = ExternalJob::new(&job.name, command, job.settings.clone());
    Ok(Arc::new(external.with_limits(limits(job)).with_after(&job.after)))
}

/// Returns the limits that a table `[[job]]` sets.
fn limits(job: &CommandJob) -> ShardLimits {
    let default = ExternalJob::default_limits();
    let length = |length: Option<TimeLength>| length.map(|length| length.0);
    ShardLimits {
        max_running: job.lane.unwrap_or(default.max_running),
        deadline: length(job.deadline).unwrap_or(default.deadline),
        heartbeat_timeout: length(job.heartbeat),
        max_attempts: job.attempts.unwrap_or(default.max_attempts),
        backoff: length(job.backoff).unwrap_or(default.backoff),
        memory_bytes: job.memory.map(|size| size.0),
        ..default
    }
}
