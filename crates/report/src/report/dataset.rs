//! What is said of the dataset.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use streamguard_dataset::Stats;

use super::seconds;
use crate::run::{Assembled, Folder};

/// The dataset, and what became of the collectors' samples on their way there.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Dataset {
    /// Its files, as they are now.
    pub files: Vec<DatasetFile>,
    /// Seconds that it took to put them together; part of the total.
    pub duration: f64,
    /// Counts over all samples.
    #[schemars(with = "Counts")]
    pub stats: Stats,
    /// What became of the samples of each source, in order.
    pub sources: Vec<SourceCounts>,
}

/// A file of the dataset.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DatasetFile {
    /// Its name, in the folder of the run.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// BLAKE3 of its content, 64 hex digits.
    pub blake3: String,
}

/// What became of the samples of one source.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SourceCounts {
    /// The collector that emitted them.
    pub collector: String,
    /// Samples that it emitted.
    pub read: u64,
    /// Those that are in the dataset.
    pub kept: u64,
    /// Why the others are not.
    pub rejected: BTreeMap<String, u64>,
}

/// The layout of [`Stats`], for the schema.
#[derive(JsonSchema)]
#[schemars(rename = "Stats")]
#[expect(dead_code, reason = "only its schema is used")]
struct Counts {
    /// All samples.
    samples: u64,
    /// Those that have the code before and after the fix.
    pairs: u64,
    /// By the collector that emitted them.
    by_collector: BTreeMap<String, u64>,
    /// By what they show.
    by_kind: BTreeMap<String, u64>,
    /// By how much of a file they cover.
    by_level: BTreeMap<String, u64>,
    /// By programming language.
    by_language: BTreeMap<String, u64>,
    /// By name of the weakness.
    by_vulnerability_type: BTreeMap<String, u64>,
    /// By severity class.
    by_severity: BTreeMap<String, u64>,
    /// By quality flag; a sample may have several, or none.
    by_flag: BTreeMap<String, u64>,
}

impl Dataset {
    pub(crate) fn of(folder: &Folder, assembled: &Assembled) -> Option<Self> {
        let union = assembled.union.as_ref()?;
        Some(Self {
            files: folder.files.clone(),
            duration: seconds(assembled.took_ms),
            stats: union.stats.clone(),
            sources: union
                .sources
                .iter()
                .map(|source| SourceCounts {
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
