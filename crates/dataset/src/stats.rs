//! Counts of a dataset, folded from its samples.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::sample::{Sample, Severity};

/// The name under which samples are counted that have none: whose language, weakness or
/// severity is not known.
pub const UNKNOWN: &str = "unknown";

/// Most different names that one table of counts holds; what comes after them is counted as
/// [`OTHER`]. There are a few dozen weaknesses and languages: more names come from hostile input.
pub const MAX_NAMES: usize = 1000;

/// The name under which everything beyond [`MAX_NAMES`] is counted.
pub const OTHER: &str = "other";

/// How often each name occurs.
pub type Counts = BTreeMap<String, u64>;

/// Counts over all samples of a dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// All samples.
    pub samples: u64,
    /// Those that have the code before and after the fix.
    pub pairs: u64,
    /// By the collector that emitted them.
    pub by_collector: Counts,
    /// By what they show.
    pub by_kind: Counts,
    /// By how much of a file they cover.
    pub by_level: Counts,
    /// By programming language.
    pub by_language: Counts,
    /// By name of the weakness.
    pub by_vulnerability_type: Counts,
    /// By severity class.
    pub by_severity: Counts,
    /// By quality flag; a sample may have several, or none.
    pub by_flag: Counts,
}

impl Stats {
    /// Counts one more sample.
    pub fn add(&mut self, sample: &Sample) {
        self.samples += 1;
        self.pairs += u64::from(sample.vulnerable_code.is_some() && sample.fixed_code.is_some());
        count(&mut self.by_collector, &sample.collector);
        count(&mut self.by_kind, sample.kind.name());
        count(&mut self.by_level, sample.level.name());
        count(&mut self.by_language, sample.language.map_or(UNKNOWN, Language::name));
        count(&mut self.by_vulnerability_type, sample.vulnerability_type.as_deref().unwrap_or(UNKNOWN));
        count(&mut self.by_severity, sample.severity.map_or(UNKNOWN, Severity::name));
        for flag in &sample.quality_flags {
            count(&mut self.by_flag, flag.name());
        }
    }
}

impl<'a> Extend<&'a Sample> for Stats {
    fn extend<I: IntoIterator<Item = &'a Sample>>(&mut self, samples: I) {
        samples.into_iter().for_each(|sample| self.add(sample));
    }
}

fn count(counts: &mut Counts, name: &str) {
    if let Some(count) = counts.get_mut(name) {
        *count += 1;
    } else if counts.len() < MAX_NAMES {
        counts.insert(name.to_owned(), 1);
    } else {
        *counts.entry(OTHER.to_owned()).or_default() += 1;
    }
}
