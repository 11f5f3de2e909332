//! The dataset of a run.

use std::collections::BTreeMap;

use serde::Serialize;
use streamguard_dataset::SampleStats;

use crate::rounding::seconds;
pub use crate::stored_run_files::DatasetFile;
use crate::stored_run_files::{DatasetInfo, StoredRunFiles};

/// The dataset, and how many samples of each collector went into it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DatasetReport {
    /// Files of the dataset, as they are now.
    pub files: Vec<DatasetFile>,
    /// Seconds that writing the dataset took; part of the total.
    pub duration: f64,
    /// Counts over all samples.
    #[cfg_attr(test, schemars(with = "StatsSchema"))]
    pub stats: SampleStats,
    /// Samples of each collector, in the order of the dataset.
    #[serde(rename = "sources")]
    pub collectors: Vec<CollectorCounts>,
}

/// Samples of one collector: emitted, in the dataset, and left out.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CollectorCounts {
    /// Collector that emitted the samples.
    pub collector: String,
    /// Samples emitted.
    pub read: u64,
    /// Samples in the dataset.
    pub kept: u64,
    /// Samples left out, by reason.
    pub rejected: BTreeMap<String, u64>,
}

/// Layout of [`SampleStats`], for the schema: the crate `dataset` does not depend on schemars.
#[cfg(test)]
#[derive(schemars::JsonSchema)]
#[schemars(rename = "Stats")]
#[expect(dead_code, reason = "only its schema is used")]
struct StatsSchema {
    /// All samples.
    samples: u64,
    /// Samples that have the code before and after the fix.
    pairs: u64,
    /// Samples by the collector that emitted them.
    by_collector: BTreeMap<String, u64>,
    /// Samples by kind.
    by_kind: BTreeMap<String, u64>,
    /// Samples by the extent of their code: function, file or hunk.
    by_level: BTreeMap<String, u64>,
    /// Samples by programming language.
    by_language: BTreeMap<String, u64>,
    /// Samples by name of the weakness.
    by_vulnerability_type: BTreeMap<String, u64>,
    /// Samples by severity class.
    by_severity: BTreeMap<String, u64>,
    /// Samples by quality flag; a sample may have several, or none.
    by_flag: BTreeMap<String, u64>,
}

impl DatasetReport {
    pub(crate) fn of(files: &StoredRunFiles, dataset: &DatasetInfo) -> Option<Self> {
        let summary = dataset.summary.as_ref()?;
        Some(Self {
            files: files.dataset_files.clone(),
            duration: seconds(dataset.took_ms),
            stats: summary.stats.clone(),
            collectors: summary
                .collectors
                .iter()
                .map(|source| CollectorCounts {
                    collector: source.collector.clone(),
                    read: source.read,
                    kept: source.kept,
                    rejected: source
                        .rejected
                        .iter()
                        .map(|(reason, n)| (reason.name().to_owned(), *n))
                        .collect(),
                })
                .collect(),
        })
    }
}
