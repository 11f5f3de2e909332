//! Figures of the job: what is left of each target, and the metrics at the end.

use std::collections::BTreeMap;

use streamguard_dataset::{MergedAdvisory, Sample, SampleKind};
use streamguard_engine::JobSummary;

use crate::settings::SourceTarget;

/// Samples that count towards the targets of their sources, and figures for the summary.
pub(crate) struct FixTally<'a> {
    targets: &'a [SourceTarget],
    /// Samples that each source still wants.
    remaining: BTreeMap<&'a str, u64>,
    by_source: BTreeMap<String, u64>,
    samples: u64,
    pairs: u64,
    surplus: u64,
    commits: u64,
    advisories: u64,
    advisories_with_fix: u64,
    advisories_with_samples: u64,
    advisories_in_conflict: u64,
}

impl<'a> FixTally<'a> {
    pub(crate) fn new(targets: &'a [SourceTarget]) -> Self {
        Self {
            targets,
            remaining: targets.iter().map(|target| (target.source, target.samples)).collect(),
            by_source: BTreeMap::new(),
            samples: 0,
            pairs: 0,
            surplus: 0,
            commits: 0,
            advisories: 0,
            advisories_with_fix: 0,
            advisories_with_samples: 0,
            advisories_in_conflict: 0,
        }
    }

    /// Counts a sample for every source whose advisories led to it and that still wants some. Returns
    /// false if none of them does.
    pub(crate) fn take(&mut self, sample: &Sample, sources: &[String]) -> bool {
        let is_wanted = |source: &String| self.remaining.get(source.as_str()).is_some_and(|left| *left > 0);
        if !sources.iter().any(is_wanted) {
            self.surplus += 1;
            return false;
        }
        for source in sources {
            // A sample may be one too many for one of its sources and still be wanted by another.
            if let Some(left) = self.remaining.get_mut(source.as_str()).filter(|left| **left > 0) {
                *left -= 1;
                *self.by_source.entry(source.clone()).or_default() += 1;
            }
        }
        self.samples += 1;
        self.pairs += u64::from(sample.kind == SampleKind::Pair);
        true
    }

    /// Counts a fix that was found.
    pub(crate) fn count_commit(&mut self) {
        self.commits += 1;
    }

    /// Counts an advisory with what its fixes came to.
    pub(crate) fn count_advisory(&mut self, advisory: &MergedAdvisory) {
        self.advisories += 1;
        self.advisories_with_fix += u64::from(advisory.fixes.iter().any(|fix| fix.commit.is_some()));
        self.advisories_with_samples += u64::from(advisory.samples > 0);
        self.advisories_in_conflict += u64::from(!advisory.conflicts.is_empty());
    }

    /// Returns the summary of the job.
    pub(crate) fn summary(self) -> JobSummary {
        let summary = JobSummary::default()
            .metric("samples", self.samples)
            .metric("pairs", self.pairs)
            .metric("cut_at_target", self.surplus)
            .metric("commits", self.commits)
            .metric("advisories", self.advisories)
            .metric("advisories_with_fix", self.advisories_with_fix)
            .metric("advisories_with_samples", self.advisories_with_samples)
            .metric("advisories_in_conflict", self.advisories_in_conflict);
        // The names in order: a target per source is data of the run, whatever order sources have.
        let targets: BTreeMap<&str, u64> =
            self.targets.iter().map(|target| (target.source, target.samples)).collect();
        // A sample that several sources name counts for each of them, up to its target.
        targets.into_iter().fold(summary, |summary, (source, target)| {
            let samples = self.by_source.get(source).copied().unwrap_or(0);
            summary.metric(format!("samples.{source}"), samples).metric(format!("target.{source}"), target)
        })
    }
}
