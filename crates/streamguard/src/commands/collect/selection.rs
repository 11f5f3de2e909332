//! The collectors that a run has.

use serde_json::Value;
use streamguard::exit::UsageError;
use streamguard::settings::suggestion;
use streamguard_registry::{self as registry, JobEntry, JobKind};

/// Returns the collectors of these names, in the order of the registry, which decides which of two equal
/// samples is kept. A run that is resumed has those that it had, unless names `are_given`.
pub(super) fn select(
    names: &[String],
    are_given: bool,
    recorded: Option<&Value>,
) -> Result<Vec<&'static JobEntry>, UsageError> {
    let find = |name: &String| registry::collected().find(|entry| entry.name == name);
    if let Some(unknown) = names.iter().find(|name| *name != "all" && find(name).is_none()) {
        let known: Vec<&str> = registry::collected().map(|entry| entry.name).collect();
        let hint = suggestion(unknown, known.iter().copied());
        let hint = hint.map_or_else(String::new, |known| format!("; did you mean {known}?"));
        return Err(UsageError(format!(
            "there is no collector {unknown:?}{hint}; choose from: all, {}",
            known.join(", ")
        )));
    }
    let named = || names.iter().filter_map(find);
    let is_source = |entry: &JobEntry| matches!(entry.kind, JobKind::AdvisorySource);
    let names_all = names.iter().any(|name| name == "all");
    if let Some(miner) = named().find(|entry| matches!(entry.kind, JobKind::FixMiner))
        && !names_all
        && !named().any(is_source)
    {
        let sources: Vec<&str> =
            registry::collected().filter(|entry| is_source(entry)).map(|entry| entry.name).collect();
        return Err(UsageError(format!(
            "{} are made of advisories: choose one of {} as well",
            miner.name,
            sources.join(", ")
        )));
    }
    let is_selected = |entry: &&JobEntry| match recorded {
        // A resumed run must have the jobs that it had: its plan and its journal count on their positions.
        Some(recorded) if !are_given => recorded.get(entry.name).is_some(),
        _ => names_all || names.iter().any(|name| name == entry.name),
    };
    let has_source = registry::collected().any(|entry| is_source(entry) && is_selected(&entry));
    let is_needed = |entry: &&JobEntry| match entry.kind {
        JobKind::FixMiner => has_source,
        JobKind::Collector
        | JobKind::AdvisorySource
        | JobKind::Metrics { .. }
        | JobKind::Preparation
        | JobKind::Scan => is_selected(entry),
    };
    Ok(registry::collected().filter(is_needed).collect())
}
