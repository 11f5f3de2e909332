//! Counts of samples by language, weakness, severity and the like.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::sample::{Sample, Severity};

/// Name that counts samples of unknown language, weakness or severity.
pub const UNKNOWN_NAME: &str = "unknown";

/// Name that counts samples of repositories in which no file states a known licence.
const NONE_STATED: &str = "none stated";

/// Most names in one table of counts; further names are counted as [`OTHER_NAME`]. There are a few
/// dozen weaknesses and languages, so more names come from hostile input.
pub const MAX_NAMES: usize = 1000;

/// Name that counts everything beyond [`MAX_NAMES`].
pub const OTHER_NAME: &str = "other";

/// Number of samples by name.
pub type NameCounts = BTreeMap<String, u64>;

/// Counts of the samples of a dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleStats {
    /// Number of samples.
    pub samples: u64,
    /// Number of samples that have the code before and after the fix.
    pub pairs: u64,
    /// Samples by collector.
    pub by_collector: NameCounts,
    /// Samples by kind.
    pub by_kind: NameCounts,
    /// Samples by level.
    pub by_level: NameCounts,
    /// Samples by programming language.
    pub by_language: NameCounts,
    /// Samples by name of the weakness.
    pub by_vulnerability_type: NameCounts,
    /// Samples by severity.
    pub by_severity: NameCounts,
    /// Samples by quality flag. A sample may have several, or none.
    pub by_flag: NameCounts,
    /// Samples of repositories by licence; those of repositories that state none are `none stated`.
    #[serde(default)]
    pub by_licence: NameCounts,
    /// Samples by the confidence in their label, for each collector.
    #[serde(default)]
    pub confidence_by_collector: BTreeMap<String, ConfidenceCounts>,
}

/// Number of samples by the confidence in their label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfidenceCounts {
    /// From 0.9.
    pub high: u64,
    /// From 0.8, below 0.9.
    pub middle: u64,
    /// Below 0.8.
    pub low: u64,
    /// Without a confidence.
    pub unknown: u64,
}

impl SampleStats {
    /// Counts a sample.
    pub fn add(&mut self, sample: &Sample) {
        self.samples += 1;
        self.pairs += u64::from(sample.vulnerable_code.is_some() && sample.fixed_code.is_some());
        count(&mut self.by_collector, &sample.collector);
        count(&mut self.by_kind, sample.kind.name());
        count(&mut self.by_level, sample.level.name());
        count(&mut self.by_language, sample.language.map_or(UNKNOWN_NAME, Language::name));
        count(&mut self.by_vulnerability_type, sample.vulnerability_type.as_deref().unwrap_or(UNKNOWN_NAME));
        count(&mut self.by_severity, sample.severity.map_or(UNKNOWN_NAME, Severity::name));
        let counts = &mut self.confidence_by_collector;
        if counts.len() < MAX_NAMES || counts.contains_key(&sample.collector) {
            counts.entry(sample.collector.clone()).or_default().add(sample.label_confidence);
        }
        if sample.repository.is_some() {
            count(&mut self.by_licence, sample.licence.as_deref().unwrap_or(NONE_STATED));
        }
        for flag in &sample.quality_flags {
            count(&mut self.by_flag, flag.name());
        }
    }
}

impl ConfidenceCounts {
    fn add(&mut self, confidence: Option<f64>) {
        let count = match confidence {
            Some(0.9..) => &mut self.high,
            Some(0.8..) => &mut self.middle,
            Some(_) => &mut self.low,
            None => &mut self.unknown,
        };
        *count += 1;
    }
}

impl<'a> Extend<&'a Sample> for SampleStats {
    fn extend<I: IntoIterator<Item = &'a Sample>>(&mut self, samples: I) {
        samples.into_iter().for_each(|sample| self.add(sample));
    }
}

fn count(counts: &mut NameCounts, name: &str) {
    if let Some(count) = counts.get_mut(name) {
        *count += 1;
    } else if counts.len() < MAX_NAMES {
        counts.insert(name.to_owned(), 1);
    } else {
        *counts.entry(OTHER_NAME.to_owned()).or_default() += 1;
    }
}
