//! The recent course of a job: how fast it goes, and when it might be done.

use std::collections::VecDeque;

use streamguard_engine::{CompletionStatus, JobState, Outcome, RunState};

/// How far back a rate looks, in milliseconds.
const RATE_MS: u64 = 10_000;

/// How far back the time that is left looks: it should not jump about.
const LEFT_MS: u64 = 30_000;

/// Time between two points, in milliseconds.
const STEP_MS: u64 = 500;

/// So much of a job has to be done before it can be told how long the rest takes.
const ENOUGH: f64 = 0.02;

/// Where a job was, at some moments.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    points: VecDeque<Point>,
    reused: u32,
}

#[derive(Clone, Copy, Debug)]
struct Point {
    at_ms: u64,
    records: u64,
    ratio: f64,
}

impl Course {
    /// Notes where the job is now.
    pub(super) fn follow(&mut self, job: &JobState, now_ms: u64) {
        let reused = job.outcomes.get(&Outcome::Reused).copied().unwrap_or(0);
        if self.reused != reused {
            // What an earlier run had done says nothing of this one's pace.
            self.reused = reused;
            self.points.clear();
        }
        let is_due = self.points.back().is_none_or(|last| now_ms.saturating_sub(last.at_ms) >= STEP_MS);
        if is_due && job.started_ms.is_some() && job.ended_ms.is_none() {
            self.points.push_back(Point { at_ms: now_ms, records: job.records, ratio: ratio(job) });
            while self.points.front().is_some_and(|first| now_ms - first.at_ms > LEFT_MS) {
                self.points.pop_front();
            }
        }
    }

    /// Records a second: lately, or over all its time once it is over.
    pub(super) fn rate(&self, job: &JobState) -> Option<f64> {
        if let Some(ended) = job.ended_ms {
            let took = job.took_ms(ended);
            return (took > 0 && job.records > 0).then(|| job.records as f64 * 1000.0 / took as f64);
        }
        let (first, last) = self.span(RATE_MS)?;
        let records = last.records.saturating_sub(first.records);
        Some(records as f64 * 1000.0 / (last.at_ms - first.at_ms) as f64)
    }

    /// Milliseconds until it is done if it goes on as it did lately, where that can be told.
    pub(super) fn left_ms(&self, job: &JobState, state: &RunState) -> Option<u64> {
        if job.status.is_some() || state.paused || state.stopping {
            return None;
        }
        let (first, last) = self.span(LEFT_MS)?;
        let pace = (last.ratio - first.ratio) / (last.at_ms - first.at_ms) as f64;
        let is_known = last.ratio >= ENOUGH && last.ratio < 1.0 && pace > 0.0;
        // Beyond 100 hours it is a guess that nobody can use.
        is_known
            .then(|| (1.0 - last.ratio) / pace)
            .filter(|left| *left < 3.6e8)
            .map(|left| left.round() as u64)
    }

    /// The first and the last point of so many milliseconds, if they say anything.
    fn span(&self, length_ms: u64) -> Option<(Point, Point)> {
        let last = *self.points.back()?;
        let first = *self.points.iter().find(|point| last.at_ms - point.at_ms <= length_ms)?;
        (last.at_ms - first.at_ms >= 2 * STEP_MS).then_some((first, last))
    }
}

/// How far a job is, from 0 to 1: by records where it is known how many are wanted, else by
/// shards.
pub(super) fn ratio(job: &JobState) -> f64 {
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
        let (mut course, state) = (Course::default(), RunState::default());
        assert_eq!(course.rate(&job(0)), None);
        for second in 0..=20 {
            // 10 a second at first, then 30.
            let records = if second <= 10 { second * 10 } else { 100 + (second - 10) * 30 };
            course.follow(&job(records), second * 1000);
        }
        assert_eq!(course.rate(&job(400)), Some(30.0));
        assert_eq!(course.left_ms(&job(400), &state), Some(30_000), "600 more at 20 a second");
        let mut paused = RunState::default();
        paused.paused = true;
        assert_eq!(course.left_ms(&job(400), &paused), None);
    }

    #[test]
    fn what_was_reused_is_no_pace() {
        let mut course = Course::default();
        course.follow(&job(0), 0);
        let mut resumed = job(900);
        resumed.outcomes.insert(Outcome::Reused, 9);
        course.follow(&resumed, 1000);
        assert_eq!(course.rate(&resumed), None);
    }
}
