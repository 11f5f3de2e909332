//! Text about plans whose shards other machines run.

use std::path::Path;

use anyhow::Result;
use streamguard::exit::{Exit, UsageError};
use streamguard::ui::{self, escape::escape};
use streamguard_engine::{NO_RESULT_YET, PlanDir, PlanOutcome, RunState};

use streamguard::shell::quote;

/// Prints what was planned, and the commands that come next.
pub(crate) fn print(prepared: &[(String, PlanOutcome)], folder: &Path) -> Result<Exit> {
    // Escaped before it is quoted: the line is to be copied, and must not hold what a terminal
    // obeys.
    let shown = quote(&escape(&folder.display().to_string()));
    let mut exit = Exit::Complete;
    for (name, what) in prepared {
        match what {
            PlanOutcome::Planned { hash, shards, missing } => {
                let done = shards - missing.len();
                ui::print_line(&format!(
                    "{name}: {shards} {}, {done} done; plan {hash}",
                    ui::plural(*shards, "shard")
                ))?;
                if let Some(last) = shards.checked_sub(1) {
                    let command =
                        format!("streamguard shard run --plan {shown} --job {name} --index 0..{last}");
                    ui::print_line(&format!("  {command}"))?;
                }
            }
            PlanOutcome::Deferred => {
                ui::print_line(&format!(
                    "{name}: planned by `merge`, after the jobs that it needs are merged"
                ))?;
            }
            PlanOutcome::Failed(error) => {
                ui::print_notice(&format!("{name}: {}", escape(&error.to_string())));
                exit = Exit::Partial;
            }
        }
    }
    ui::print_line(&format!("then: streamguard merge --plan {shown}"))?;
    Ok(exit)
}

/// Prints the commands that run the shards that have no result yet.
pub(crate) fn show_missing(folder: &Path) -> Result<()> {
    let shown = quote(&escape(&folder.display().to_string()));
    for job in &RunState::from_events(&streamguard_report::events(folder)?).jobs {
        let missing = job.failed_shards.iter().filter(|(_, _, reason)| reason == NO_RESULT_YET);
        let missing: Vec<u32> = missing.map(|(shard, ..)| *shard).collect();
        if !missing.is_empty() {
            let (name, shards) = (&job.name, ranges(&missing));
            ui::print_notice(&format!(
                "{name}: streamguard shard run --plan {shown} --job {name} --index {shards}"
            ));
        }
    }
    Ok(())
}

/// Returns ascending numbers as `shard run` takes them: `3,7..9`.
fn ranges(numbers: &[u32]) -> String {
    let runs = numbers.chunk_by(|one, next| one + 1 == *next);
    let range = |run: &[u32]| match run {
        [first, .., last] => format!("{first}..{last}"),
        other => other.iter().map(u32::to_string).collect(),
    };
    runs.map(range).collect::<Vec<_>>().join(",")
}

/// Returns the job of this name, or the only one that is planned.
pub(crate) fn planned_job(name: Option<&str>, dir: &PlanDir) -> Result<String> {
    let jobs = dir.jobs()?;
    match (name, jobs.as_slice()) {
        (Some(name), _) if jobs.iter().any(|job| job == name) => Ok(name.to_owned()),
        (_, []) => {
            Err(UsageError("nothing is planned there: make a plan by streamguard plan".to_owned()).into())
        }
        (Some(name), _) => {
            Err(UsageError(format!("there is no plan of {name:?}; planned are: {}", jobs.join(", "))).into())
        }
        (None, [name]) => Ok(name.clone()),
        (None, _) => Err(UsageError(format!("choose a job by --job: {}", jobs.join(", "))).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_follow_each_other_become_a_range() {
        assert_eq!(ranges(&[0, 1, 2, 5, 7, 8]), "0..2,5,7..8");
        assert_eq!(ranges(&[]), "");
    }
}
