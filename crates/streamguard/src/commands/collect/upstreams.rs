//! Settings of the upstreams: network, snapshot or recording; and the credentials.

use std::path::Path;
use std::{fs, io};

use anyhow::{Context, Result};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use streamguard::env::{self, Environment};
use streamguard::exit::UsageError;
use streamguard::ui;
use streamguard_engine::RunPaths;
use streamguard_git::RepositorySource;
use streamguard_http::{Credentials, UpstreamSettings};
use streamguard_report::run_paths;
use streamguard_snapshot::Snapshot;

use super::args::CollectArgs;

/// Cache of a run that is recorded, below the output directory.
const RECORDING: &str = ".streamguard/recording";

/// Cache of a run with `--no-cache`, among its state.
const OWN_CACHE: &str = "cache";

/// Removes the cache that a finished run had for itself, if it had one.
pub(super) fn remove_own_cache(paths: &RunPaths) -> Result<()> {
    let cache = paths.state_file(OWN_CACHE);
    match fs::remove_dir_all(&cache) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", cache.display()))
        }
        _ => Ok(()),
    }
}

/// Refuses repositories of which none exists, before a run begins that could read none of them. One that is missing among
/// others makes the result partial.
pub(super) fn check_repositories(settings_of_jobs: &[Value]) -> Result<(), UsageError> {
    for named in settings_of_jobs.iter().filter_map(|settings| settings.get("repo")?.as_array()) {
        let checked = named.iter().filter_map(Value::as_str).map(|name| match Path::new(name).exists() {
            true => Ok(()),
            false => RepositorySource::parse(name).map(drop),
        });
        let checked: Vec<Result<(), _>> = checked.collect();
        if let (Some(Err(error)), true) = (checked.first(), checked.iter().all(Result::is_err)) {
            return Err(UsageError(format!("--repo: {error}")));
        }
    }
    Ok(())
}

/// Refuses a file that cannot be written, before hours of work go by.
pub(super) fn check_recording_file(file: &Path) -> Result<(), UsageError> {
    if file.is_dir() {
        return Err(UsageError(format!("--record {}: this is a folder; name a file", file.display())));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match folder.is_dir() {
        true => Ok(()),
        false => {
            Err(UsageError(format!("--record {}: there is no folder {}", file.display(), folder.display())))
        }
    }
}

/// Refuses to resume a recorded run without `--record`, and any other run with it: half a recording is
/// useless.
pub(super) fn check_recording_resumed(
    settings: &CollectArgs,
    recorded: Option<&Value>,
) -> Result<(), UsageError> {
    let Some(recorded) = recorded else { return Ok(()) };
    match (is_recording(recorded), settings.record.is_some()) {
        (true, false) => Err(UsageError("this run is recorded: resume it with its --record FILE".to_owned())),
        (false, true) => {
            Err(UsageError("this run was begun without --record, and cannot be recorded now".to_owned()))
        }
        _ => Ok(()),
    }
}

/// Refuses to resume a run of the network without it: it keeps its upstreams.
pub(super) fn check_replay_resumed(asks_replay: bool, recorded: Option<&Value>) -> Result<(), UsageError> {
    let Some(recorded) = recorded.filter(|_| asks_replay) else { return Ok(()) };
    if upstreams_of(recorded).next().is_some() && !is_replay(recorded) {
        return Err(UsageError(
            "this run was begun with the network, and a resumed run keeps its upstreams: leave --offline and \
             --snapshot out, or begin anew by --fresh"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Whether answers of a run with these settings, by job, came from a snapshot.
pub(super) fn is_replay(settings: &Value) -> bool {
    upstreams_of(settings).any(|upstream| upstream.snapshot.is_some())
}

/// Whether the answers for a job with these settings come from a snapshot.
pub(super) fn is_replay_of_job(settings: &Value) -> bool {
    upstream_of(settings).is_some_and(|upstream| upstream.snapshot.is_some())
}

/// Returns the settings of the upstreams of a run, by job.
fn upstreams_of(settings: &Value) -> impl Iterator<Item = UpstreamSettings> {
    settings.as_object().into_iter().flat_map(|jobs| jobs.values()).filter_map(upstream_of)
}

fn upstream_of(job: &Value) -> Option<UpstreamSettings> {
    UpstreamSettings::deserialize(job.get("access")?).ok()
}

/// Whether a run with these settings, by job, keeps its answers in a recording.
fn is_recording(settings: &Value) -> bool {
    upstreams_of(settings).any(|upstream| upstream.cache.ends_with(RECORDING))
}

/// Returns settings that use the network, or a snapshot. A run that is recorded has a cache of its own, so
/// that exactly the answers of this run are in there, and so has one that is not to use the cache.
pub(super) fn upstream_settings(settings: &CollectArgs, cache: &Path) -> Result<UpstreamSettings> {
    let snapshot = match &settings.snapshot {
        Some(file) => Snapshot::open(file, cache)?,
        None if settings.offline => Snapshot::embedded(cache)?,
        None if settings.record.is_some() || settings.no_cache => {
            let own = match settings.record.is_some() {
                true => settings.output_dir.join(RECORDING),
                false => run_paths(&settings.output_dir).state_file(OWN_CACHE),
            };
            let own = std::path::absolute(own)?;
            // Upstreams count the requests of all runs together, so the budgets stay where other
            // runs see them.
            let budgets = Some(cache.to_owned());
            return Ok(UpstreamSettings { budgets, ..UpstreamSettings::new(own, settings.rate_scale) });
        }
        None => return Ok(UpstreamSettings::new(cache.to_owned(), settings.rate_scale)),
    };
    Ok(UpstreamSettings::replaying(cache.to_owned(), snapshot.folder, snapshot.clock_ms))
}

/// Returns the credentials: flags win over the environment, and that over the file of tokens.
pub(super) fn credentials(
    flags: &CollectArgs,
    settings: &CollectArgs,
    environment: &Environment,
) -> Result<Credentials, UsageError> {
    let mut environment = environment.clone();
    let env_file = Path::new(".env");
    let holds_secrets = env::SECRETS.iter().any(|name| environment.secret(name).is_some());
    let files = [holds_secrets.then_some(env_file), settings.token_file.as_deref()];
    for path in files.into_iter().flatten().filter(|path| env::is_readable_by_others(path)) {
        let path = path.display();
        ui::print_notice(&format!("warning: others on this machine can read {path}: chmod 600 {path}"));
    }
    if let Some(path) = &settings.token_file {
        environment.read_secrets(path)?;
    }
    let or_variable =
        |flag: &Option<SecretString>, name| flag.clone().or_else(|| environment.secret(name).cloned());
    Ok(Credentials {
        github: or_variable(&flags.github_token, env::GITHUB_TOKEN),
        nvd: or_variable(&flags.nvd_api_key, env::NVD_API_KEY),
    })
}

/// Warns of tokens that other machines will not have.
pub(super) fn warn_of_local_tokens(settings: &CollectArgs, credentials: &Credentials) {
    let has_any = credentials.github.is_some() || credentials.nvd.is_some();
    // Machines of a cluster see the folder in which this command runs, and with it a .env.
    if has_any && settings.token_file.is_none() && !Path::new(".env").exists() {
        ui::print_notice(
            "warning: tokens in flags and variables stay on this machine: put them into a file, and name it by \
             --token-file",
        );
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_recorded_run_is_known_by_its_cache() {
        let run = |cache: &str| json!({"synthetic": {"seed": 1, "note": RECORDING}, "cve": {"access": UpstreamSettings::new(cache.into(), 1.0)}});
        assert!(is_recording(&run("/data/raw/.streamguard/recording")));
        assert!(!is_recording(&run("/home/me/.cache/streamguard")));
        assert!(!is_recording(&Value::Null));
    }
}
