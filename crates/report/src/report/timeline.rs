//! Growth of the samples or records of each collector over time.

use serde::Serialize;
use streamguard_engine::RunState;

use crate::history::GrowthRecorder;
use crate::record_unit::RecordUnit;
use crate::rounding::seconds;
use crate::sample_count::SampleCount;

/// Largest number of intervals of a timeline.
const MAX_INTERVALS: u64 = 120;

/// Number of samples or records of each collector at evenly spaced times.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RunTimeline {
    /// The times, in seconds since the start; a run and its resumptions count as one.
    pub seconds: Vec<f64>,
    /// One series per collector. Sources of advisories have none: their samples are in the series of the
    /// job `fixes`.
    pub series: Vec<TimelineSeries>,
}

/// Number of samples or records of one collector.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TimelineSeries {
    /// Name of the collector.
    pub collector: String,
    /// Unit of the values, in the plural.
    #[cfg_attr(test, schemars(with = "String"))]
    pub unit: RecordUnit,
    /// Values, one for each time.
    pub values: Vec<u64>,
}

impl RunTimeline {
    pub(crate) fn of(state: &RunState, growth: &GrowthRecorder) -> Self {
        // Times are whole milliseconds, so a run of a few milliseconds has no more intervals than that.
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
