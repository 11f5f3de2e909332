//! Walks once through the events of a run. Keeps the final state, and figures that the final state does not contain:
//! growth over time, attempts, warnings.

use std::collections::BTreeSet;

use streamguard_engine::{Event, EventKind, JobState, LogLevel, Outcome, RunState};

use crate::record_unit::RecordUnit;
use crate::sample_count::SampleCount;

/// Largest number of different warnings that are kept.
const MAX_WARNINGS: usize = 1000;

/// Results of a walk through the events of a run.
#[derive(Debug, Default)]
pub(crate) struct RunHistory {
    pub(crate) state: RunState,
    pub(crate) growth: GrowthRecorder,
    pub(crate) attempts: AttemptTotals,
    /// Warnings in the order of their first occurrence, each once.
    pub(crate) warnings: Vec<LoggedWarning>,
    pub(crate) warnings_left_out: u64,
    seen: BTreeSet<(Option<usize>, String)>,
}

/// A warning or an error of the log.
#[derive(Debug)]
pub(crate) struct LoggedWarning {
    pub(crate) at_ms: u64,
    /// Index of the job that the warning is about.
    pub(crate) job: Option<usize>,
    pub(crate) level: &'static str,
    pub(crate) text: String,
}

/// Attempts at shards, over the run and all its resumptions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AttemptTotals {
    /// Attempts that ended.
    pub(crate) attempts: u64,
    /// Attempts that were followed by another one.
    pub(crate) retries: u64,
    /// Uses of outputs that an earlier run had finished. A shard counts once for each resumption that used its output.
    pub(crate) reused: u64,
    /// Time that workers were busy, in microseconds.
    pub(crate) busy_us: u64,
    /// Resumptions of the run.
    pub(crate) resumptions: u64,
}

impl RunHistory {
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut history = Self::default();
        for event in events {
            // First: the growth and the time of a warning need the state after the event.
            history.state.apply(event);
            history.attempts.add(event);
            history.growth.add(event, &history.state);
            history.add_warning(event);
        }
        history
    }

    fn add_warning(&mut self, event: &Event) {
        let EventKind::Log { job, level, text } = &event.kind else { return };
        let level = match level {
            LogLevel::Debug | LogLevel::Info => return,
            LogLevel::Warning => "warning",
            LogLevel::Error => "error",
        };
        // Beyond the limit, repetitions count as well: to recognise them, the set would have to grow.
        if self.seen.len() >= MAX_WARNINGS {
            self.warnings_left_out += 1;
        } else if self.seen.insert((*job, text.clone())) {
            let (at_ms, text) = (self.state.elapsed_ms, text.clone());
            self.warnings.push(LoggedWarning { at_ms, job: *job, level, text });
        }
    }
}

impl AttemptTotals {
    fn add(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted { resumed: true, .. } => self.resumptions += 1,
            EventKind::ShardEnded { outcome: Outcome::Reused, .. } => self.reused += 1,
            EventKind::ShardEnded { attempt, retry_in_ms, took_us, .. } if *attempt > 0 => {
                self.attempts += 1;
                self.retries += u64::from(retry_in_ms.is_some());
                self.busy_us = self.busy_us.saturating_add(*took_us);
            }
            _ => {}
        }
    }
}

/// Remembers how many samples or records each job had at every moment.
#[derive(Debug, Default)]
pub(crate) struct GrowthRecorder {
    /// For each job: times in milliseconds, with the amount at that time. Both rise.
    jobs: Vec<Vec<(u64, u64)>>,
    pub(crate) end_ms: u64,
}

impl GrowthRecorder {
    fn add(&mut self, event: &Event, state: &RunState) {
        self.jobs.resize(state.jobs.len(), Vec::new());
        self.end_ms = state.elapsed_ms;
        let (EventKind::ShardEnded { job, .. }
        | EventKind::Progress { job, .. }
        | EventKind::JobEnded { job, .. }) = event.kind
        else {
            return;
        };
        let (Some(steps), Some(grown)) = (self.jobs.get_mut(job), state.jobs.get(job)) else { return };
        let amount = amount(state, grown);
        // An amount may become smaller, as when a shard fails. Then the line stays where it was: it never falls.
        if steps.last().map_or(0, |(_, last)| *last) < amount {
            steps.push((state.elapsed_ms, amount));
        }
    }

    /// Returns the amount that a job had at a time.
    pub(crate) fn amount_at(&self, state: &RunState, job: usize, at_ms: u64) -> u64 {
        let (Some(steps), Some(grown)) = (self.jobs.get(job), state.jobs.get(job)) else { return 0 };
        let until = steps.partition_point(|(ms, _)| *ms <= at_ms);
        // An earlier amount may exceed the final one: shards beyond the target, and shards that failed after they
        // had emitted records, do not count in the end.
        until.checked_sub(1).map_or(0, |last| steps[last].1.min(amount(state, grown)))
    }
}

/// Returns the samples of a job; or its records, if it does not make samples.
fn amount(state: &RunState, job: &JobState) -> u64 {
    match RecordUnit::from(job.unit.as_str()).makes_samples() {
        true => SampleCount::of(state, job).collected,
        false => job.records,
    }
}
