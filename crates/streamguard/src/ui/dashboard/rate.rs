//! The recent rate of a job, and the estimate of its end.

use std::collections::VecDeque;

use streamguard_engine::{CompletionStatus, JobState, Outcome, RunState};

/// Time span of a rate, in milliseconds.
const RATE_SPAN_MS: u64 = 10_000;

/// Time span of the estimate of the end, in milliseconds: longer, so that it does not jump about.
const REMAINING_SPAN_MS: u64 = 30_000;

/// Time between two measurements, in milliseconds.
const MEASURE_STEP_MS: u64 = 500;

/// Share of a job that has to be done before its end is estimated.
const MIN_RATIO: f64 = 0.02;

/// Progress of a job at recent moments.
#[derive(Clone, Debug, Default)]
pub(super) struct RateEstimator {
    points: VecDeque<RatePoint>,
    reused: u32,
}

#[derive(Clone, Copy, Debug)]
struct RatePoint {
    at_ms: u64,
    records: u64,
    ratio: f64,
}

impl RateEstimator {
    /// Notes the progress of the job.
    pub(super) fn observe(&mut self, job: &JobState, now_ms: u64) {
        let reused = job.outcomes.get(&Outcome::Reused).copied().unwrap_or(0);
        if self.reused != reused {
            // Results of an earlier run appear at once: they would count as an enormous rate.
            self.reused = reused;
            self.points.clear();
        }
        let is_due =
            self.points.back().is_none_or(|last| now_ms.saturating_sub(last.at_ms) >= MEASURE_STEP_MS);
        if is_due && job.started_ms.is_some() && job.ended_ms.is_none() {
            self.points.push_back(RatePoint {
                at_ms: now_ms,
                records: job.records,
                ratio: progress_ratio(job),
            });
            while self.points.front().is_some_and(|first| now_ms - first.at_ms > REMAINING_SPAN_MS) {
                self.points.pop_front();
            }
        }
    }

    /// Returns the records per second: recent ones, or the average of a job that has ended.
    pub(super) fn rate(&self, job: &JobState) -> Option<f64> {
        if let Some(ended) = job.ended_ms {
            let took = job.took_ms(ended);
            return (took > 0 && job.records > 0).then(|| job.records as f64 * 1000.0 / took as f64);
        }
        let (first, last) = self.span(RATE_SPAN_MS)?;
        let records = last.records.saturating_sub(first.records);
        Some(records as f64 * 1000.0 / (last.at_ms - first.at_ms) as f64)
    }

    /// Returns the milliseconds until the job is done at its recent rate, if they can be estimated.
    pub(super) fn remaining_ms(&self, job: &JobState, state: &RunState) -> Option<u64> {
        if job.status.is_some() || state.paused || state.stopping {
            return None;
        }
        let (first, last) = self.span(REMAINING_SPAN_MS)?;
        let pace = (last.ratio - first.ratio) / (last.at_ms - first.at_ms) as f64;
        let is_known = last.ratio >= MIN_RATIO && last.ratio < 1.0 && pace > 0.0;
        // Estimates beyond 100 hours are useless.
        is_known
            .then(|| (1.0 - last.ratio) / pace)
            .filter(|left| *left < 3.6e8)
            .map(|left| left.round() as u64)
    }

    /// Returns the first and the last measurement of a time span, if there are enough.
    fn span(&self, length_ms: u64) -> Option<(RatePoint, RatePoint)> {
        let last = *self.points.back()?;
        let first = *self.points.iter().find(|point| last.at_ms - point.at_ms <= length_ms)?;
        // Two measurements next to each other say more about chance than about the rate.
        (last.at_ms - first.at_ms >= 2 * MEASURE_STEP_MS).then_some((first, last))
    }
}

/// Returns the progress of a job, from 0 to 1: by records if their number is known, otherwise by shards.
pub(super) fn progress_ratio(job: &JobState) -> f64 {
    let of = |part: u64, whole: u64| if whole == 0 { 0.0 } else { (part as f64 / whole as f64).min(1.0) };
    let by_shards = job.shards.map_or(0.0, |shards| of(u64::from(job.completed_shards), u64::from(shards)));
    match (job.status, job.expected) {
        (Some(CompletionStatus::Complete), _) => 1.0,
        (_, Some(expected)) => of(job.records, expected).max(by_shards),
        _ => by_shards,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(records: u64) -> JobState {
        let mut job = JobState::default();
        (job.shards, job.expected) = (Some(10), Some(1000));
        (job.records, job.started_ms) = (records, Some(0));
        job
    }

    #[test]
    fn rates_are_those_of_late_and_ends_are_only_told_where_known() {
        let (mut estimator, state) = (RateEstimator::default(), RunState::default());
        assert_eq!(estimator.rate(&job(0)), None);
        for second in 0..=20 {
            // 10 a second at first, then 30.
            let records = if second <= 10 { second * 10 } else { 100 + (second - 10) * 30 };
            estimator.observe(&job(records), second * 1000);
        }
        assert_eq!(estimator.rate(&job(400)), Some(30.0));
        assert_eq!(estimator.remaining_ms(&job(400), &state), Some(30_000), "600 more at 20 a second");
        let mut paused = RunState::default();
        paused.paused = true;
        assert_eq!(estimator.remaining_ms(&job(400), &paused), None);
    }

    #[test]
    fn what_was_reused_is_no_pace() {
        let mut estimator = RateEstimator::default();
        estimator.observe(&job(0), 0);
        let mut resumed = job(900);
        resumed.outcomes.insert(Outcome::Reused, 9);
        estimator.observe(&resumed, 1000);
        assert_eq!(estimator.rate(&resumed), None);
    }
}
