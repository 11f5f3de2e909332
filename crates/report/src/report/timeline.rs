//! Growth over time.

use serde::Serialize;
use streamguard_engine::RunState;

use crate::history::GrowthRecorder;
use crate::record_unit::RecordUnit;
use crate::rounding::seconds;
use crate::sample_count::SampleCount;

/// Most intervals of a timeline.
const MAX_INTERVALS: u64 = 120;

/// Amounts of each collector at evenly spaced moments.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RunTimeline {
    /// The moments, in seconds since the start; resumed runs count as one.
    pub seconds: Vec<f64>,
    /// One series per collector. Sources of advisories have none: the samples are those of the fixes.
    pub series: Vec<TimelineSeries>,
}

/// Amounts of one collector.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TimelineSeries {
    /// Name of the collector.
    pub collector: String,
    /// Unit of the amounts, in the plural.
    #[cfg_attr(test, schemars(with = "String"))]
    pub unit: RecordUnit,
    /// Amounts, one per moment.
    pub values: Vec<u64>,
}

impl RunTimeline {
    pub(crate) fn of(state: &RunState, growth: &GrowthRecorder) -> Self {
        // A run of a few milliseconds has no more moments than that.
        let intervals = MAX_INTERVALS.min(growth.end_ms.max(1));
        let moments = || (0..=intervals).map(|moment| growth.end_ms * moment / intervals);
        let series = state.jobs.iter().enumerate().filter(|(_, job)| !SampleCount::of(state, job).is_shared);
        Self {
            seconds: moments().map(seconds).collect(),
            series: series
                .map(|(index, job)| TimelineSeries {
                    collector: job.name.clone(),
                    unit: match RecordUnit::from(job.unit.as_str()) {
                        // Samples of fixes are in one chart with those of other collectors.
                        unit if unit.makes_samples() => RecordUnit::Samples,
                        unit => unit,
                    },
                    values: moments().map(|at_ms| growth.amount_at(state, index, at_ms)).collect(),
                })
                .collect(),
        }
    }
}
