//! The main metrics of a run.

use serde::Serialize;
use streamguard_engine::{CompletionStatus, RunState};

use super::collector::CollectorReport;
use super::dataset::DatasetReport;
use crate::rounding::{percent, rate};
use crate::sample_count::SampleCount;

/// The main metrics of a run.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RunTotals {
    /// Collectors, or other jobs.
    pub total_collectors: usize,
    /// Collectors that are complete.
    pub successful_collectors: usize,
    /// Collectors without a result.
    pub failed_collectors: usize,
    /// Collectors whose result is incomplete.
    pub partial_collectors: usize,
    /// Samples of all collectors, before duplicates are left out. A sample that several sources of
    /// advisories name counts once.
    pub total_samples_collected: u64,
    /// Samples that were wanted, over all collectors that have a target.
    pub total_target_samples: u64,
    /// Samples collected, in percent of those wanted; null without a target.
    pub completion_rate: Option<f64>,
    /// Samples that have the code before and after the fix, before duplicates are left out.
    pub code_pairs: u64,
    /// Pairs in percent of the samples collected; null without samples.
    pub code_pair_rate: Option<f64>,
    /// Rejected candidates, duplicates included.
    pub rejected: u64,
    /// Samples in the dataset; null without a dataset.
    pub samples_in_dataset: Option<u64>,
    /// Pairs in the dataset; null without a dataset.
    pub pairs_in_dataset: Option<u64>,
    /// Samples collected per second of the whole run; null if no time passed.
    pub samples_per_second: Option<f64>,
}

impl RunTotals {
    pub(crate) fn of(
        state: &RunState,
        collectors: &[(String, CollectorReport)],
        dataset: Option<&DatasetReport>,
        rejected: u64,
        total_ms: u64,
    ) -> Self {
        let with_status = |status| state.jobs.iter().filter(|job| job.status == Some(status)).count();
        let counts = || state.jobs.iter().map(|job| SampleCount::of(state, job));
        let collected = counts().filter(|count| !count.is_shared).map(|count| count.collected).sum();
        // Targets of the sources of advisories count, although their samples do not: the job `fixes` counts the
        // samples, and has no target of its own.
        let target = counts().filter_map(|count| count.target).sum();
        let pairs = collectors.iter().map(|(_, collector)| collector.code_pairs).sum();
        Self {
            total_collectors: state.jobs.len(),
            successful_collectors: with_status(CompletionStatus::Complete),
            failed_collectors: with_status(CompletionStatus::Failed),
            partial_collectors: with_status(CompletionStatus::Partial),
            total_samples_collected: collected,
            total_target_samples: target,
            completion_rate: percent(collected, Some(target)),
            code_pairs: pairs,
            code_pair_rate: percent(pairs, Some(collected)),
            rejected,
            samples_in_dataset: dataset.map(|dataset| dataset.stats.samples),
            pairs_in_dataset: dataset.map(|dataset| dataset.stats.pairs),
            samples_per_second: rate(collected, total_ms),
        }
    }
}
