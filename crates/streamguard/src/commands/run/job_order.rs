//! Order of jobs that come after others.

use streamguard::exit::UsageError;
use streamguard::settings::{CommandJob, ConfigFile};

/// Puts each job behind those that it comes after, and leaves the order otherwise as it is.
///
/// # Errors
/// A job that comes after one that the file does not define, and jobs that wait for each other.
pub(super) fn order_jobs<'a>(
    jobs: Vec<&'a CommandJob>,
    file: &ConfigFile,
) -> Result<Vec<&'a CommandJob>, UsageError> {
    for job in &jobs {
        if let Some(unknown) = job.after.iter().find(|name| file.jobs.iter().all(|job| job.name != **name)) {
            return Err(UsageError(format!(
                "the job {:?} comes after {unknown:?}, which streamguard.toml does not define",
                job.name
            )));
        }
    }
    let mut rest = jobs;
    let mut ordered = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        // A job that is not part of this run holds nobody up.
        let waits = |job: &CommandJob| rest.iter().any(|other| job.after.contains(&other.name));
        let Some(next) = rest.iter().position(|job| !waits(job)) else {
            let names: Vec<&str> = rest.iter().map(|job| job.name.as_str()).collect();
            return Err(UsageError(format!("jobs wait for each other by `after`: {}", names.join(", "))));
        };
        ordered.push(rest.remove(next));
    }
    Ok(ordered)
}
