//! Amounts of named resources: what there is, and what jobs need.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamguard::exit::UsageError;
use streamguard_engine::Job;

/// Returns the amounts that there are, if they are enough for the jobs.
///
/// # Errors
/// A text that is not an amount, or a job that needs a resource that is not named, or more of it than there is.
pub(super) fn resource_limits(
    texts: &[String],
    jobs: &[Arc<dyn Job>],
) -> Result<BTreeMap<String, u64>, UsageError> {
    let mut limits = BTreeMap::new();
    for text in texts {
        let (name, amount) = parse_amount(text).map_err(UsageError)?;
        if let Some(other) = limits.insert(name.clone(), amount) {
            return Err(UsageError(format!("there are two amounts of {name:?}: {other} and {amount}")));
        }
    }
    for job in jobs {
        for (name, amount) in job.resources() {
            let there = limits.get(&name).copied();
            if there.is_none_or(|there| there < amount) {
                let there =
                    there.map_or_else(|| "no amount is given".to_owned(), |n| format!("there are {n}"));
                return Err(UsageError(format!(
                    "a shard of the job {:?} takes {amount} of {name:?}, and {there}: --resources {name}={amount}",
                    job.name()
                )));
            }
        }
    }
    Ok(limits)
}

/// Checks an amount on the command line.
pub(super) fn checked_amount(text: &str) -> Result<String, String> {
    parse_amount(text).map(|_| text.to_owned())
}

/// Reads an amount such as `gpu=2`.
fn parse_amount(text: &str) -> Result<(String, u64), String> {
    let amount =
        text.split_once('=').and_then(|(name, amount)| Some((name.trim(), amount.trim().parse().ok()?)));
    match amount {
        Some((name, amount)) if !name.is_empty() => Ok((name.to_owned(), amount)),
        _ => Err(format!("{text:?} is not an amount of a resource such as gpu=2")),
    }
}
