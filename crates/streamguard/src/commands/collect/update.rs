//! `collect --update`: brings a finished dataset up to date.

use anyhow::Result;
use serde_json::Value;
use streamguard::exit::UsageError;
use streamguard::settings::ConfigLayers;
use streamguard_facade::{CollectionResults, DatasetUpdate, UpdateOutcome};
use streamguard_report::ReportFormat;

use super::args::CollectArgs;
use super::upstreams::is_replay;
use crate::launch::Purpose;

/// Locks the dataset that is to be brought up to date; `None` without `--update`.
pub(super) fn open(settings: &CollectArgs, purpose: Purpose) -> Result<Option<DatasetUpdate>> {
    if settings.update && purpose == Purpose::Plan {
        return Err(UsageError("--update runs at once: it has no plan for other machines".to_owned()).into());
    }
    Ok(match settings.update {
        true => Some(DatasetUpdate::open(&settings.output_dir)?),
        false => None,
    })
}

/// Returns the settings of the collection that is to be brought up to date. It keeps its upstreams, unless it was a
/// replay: a snapshot never changes, so a newer one has to be named.
pub(super) fn recorded_settings(
    update: &DatasetUpdate,
    layers: &ConfigLayers<'_>,
) -> Result<Value, UsageError> {
    let mut recorded = update.settings().clone();
    let names_snapshot = layers.is_given("offline") || layers.is_given("snapshot");
    match (is_replay(&recorded), names_snapshot) {
        (true, false) => Err(UsageError(
            "this dataset was collected from a snapshot, which never changes: name a newer one by --snapshot FILE"
                .to_owned(),
        )),
        (false, true) => Err(UsageError(
            "this dataset was collected from the network, and an update keeps its upstreams: leave --offline and \
             --snapshot out, or choose another --output-dir"
                .to_owned(),
        )),
        (false, false) => Ok(recorded),
        (true, true) => {
            for job in recorded.as_object_mut().into_iter().flat_map(|jobs| jobs.values_mut()) {
                if let Some(job) = job.as_object_mut() {
                    job.remove("access");
                }
            }
            Ok(recorded)
        }
    }
}

/// Returns the formats of reports: those that are there, unless others are given.
pub(super) fn formats(
    settings: &CollectArgs,
    layers: &ConfigLayers<'_>,
) -> Result<Vec<ReportFormat>, UsageError> {
    match layers.is_given("report-formats") {
        true => settings.reports.formats(),
        false => Ok(streamguard_report::formats_in(&settings.output_dir)),
    }
}

/// Puts the newer version in place, if it is whole.
pub(super) fn finish(
    update: Option<DatasetUpdate>,
    results: &mut CollectionResults,
) -> Result<Option<UpdateOutcome>> {
    match update {
        Some(update) => Ok(Some(update.finish(results)?)),
        None => {
            results.finish()?;
            Ok(None)
        }
    }
}
