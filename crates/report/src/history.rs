//! The events of a run, walked through once: what they fold to, and what is only seen on the way.

use std::collections::BTreeSet;

use streamguard_engine::{Event, EventKind, JobState, LogLevel, Outcome, RunState};

use crate::report::{Series, Timeline, Warning, bounded};
use crate::{RecordUnit, SampleCount};

/// Most different warnings that are remembered.
const WARNINGS: usize = 1000;

/// Most instants that a timeline has.
const INSTANTS: u64 = 120;

/// What the events of a run tell.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) state: RunState,
    pub(crate) timeline: Growth,
    pub(crate) effort: Effort,
    /// Warnings, each once.
    pub(crate) warnings: Vec<Warning>,
    pub(crate) warnings_left_out: u64,
    seen: BTreeSet<(Option<usize>, String)>,
}

/// What it took, over all runs that were resumed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effort {
    /// Attempts at shards that ended.
    pub(crate) attempts: u64,
    /// Those that were followed by another one.
    pub(crate) retries: u64,
    /// Shards that an earlier run had done.
    pub(crate) reused: u64,
    /// Time that workers were busy, in microseconds.
    pub(crate) busy_us: u64,
    /// How often an interrupted run was gone on with.
    pub(crate) resumptions: u64,
}

impl History {
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut history = Self::default();
        for event in events {
            history.state.apply(event);
            history.effort.add(event);
            history.timeline.add(event, &history.state);
            history.note(event);
        }
        history
    }

    fn note(&mut self, event: &Event) {
        let EventKind::Log { job, level, text } = &event.kind else { return };
        let level = match level {
            LogLevel::Debug | LogLevel::Info => return,
            LogLevel::Warning => "warning",
            LogLevel::Error => "error",
        };
        if self.seen.len() >= WARNINGS {
            self.warnings_left_out += 1;
        } else if self.seen.insert((*job, text.clone())) {
            self.warnings.push(Warning {
                at: self.state.elapsed_ms as f64 / 1000.0,
                collector: job.and_then(|job| self.state.jobs.get(job)).map(|job| job.name.clone()),
                level: level.to_owned(),
                text: bounded(text),
            });
        }
    }
}

impl Effort {
    fn add(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted { resumed: true, .. } => self.resumptions += 1,
            EventKind::ShardEnded { outcome: Outcome::Reused, .. } => self.reused += 1,
            EventKind::ShardEnded { attempt, retry_in_ms, took_us, .. } if *attempt > 0 => {
                self.attempts += 1;
                self.retries += u64::from(retry_in_ms.is_some());
                self.busy_us += took_us;
            }
            _ => {}
        }
    }
}

/// How much each job had at what time.
#[derive(Debug, Default)]
pub(crate) struct Growth {
    /// By job: milliseconds and amount, both rising.
    jobs: Vec<Vec<(u64, u64)>>,
    end_ms: u64,
}

impl Growth {
    fn add(&mut self, event: &Event, state: &RunState) {
        self.jobs.resize(state.jobs.len(), Vec::new());
        self.end_ms = state.elapsed_ms;
        let (EventKind::ShardEnded { job, .. }
        | EventKind::Progress { job, .. }
        | EventKind::JobEnded { job, .. }) = event.kind
        else {
            return;
        };
        let (Some(steps), Some(at)) = (self.jobs.get_mut(job), state.jobs.get(job)) else { return };
        let amount = amount(state, at);
        if steps.last().map_or(0, |(_, last)| *last) < amount {
            steps.push((state.elapsed_ms, amount));
        }
    }

    /// The timeline at instants that are evenly spaced, of those jobs that count for themselves.
    pub(crate) fn finish(&self, state: &RunState) -> Timeline {
        let instants = INSTANTS.min(self.end_ms.max(1));
        let at = |instant: u64| self.end_ms * instant / instants;
        // What was counted on the way may be more than what remained: shards beyond the target, or not whole.
        let most = |job: &JobState| amount(state, job);
        let series =
            self.jobs.iter().zip(&state.jobs).filter(|(_, job)| !SampleCount::of(state, job).is_shared);
        Timeline {
            seconds: (0..=instants).map(|instant| at(instant) as f64 / 1000.0).collect(),
            series: series
                .map(|(steps, job)| Series {
                    collector: job.name.clone(),
                    unit: match RecordUnit::from(job.unit.as_str()) {
                        // Of fixes the samples are counted, so that they are in one chart with the others.
                        unit if unit.makes_samples() => RecordUnit::Samples,
                        unit => unit,
                    },
                    values: (0..=instants)
                        .map(|instant| {
                            let until = steps.partition_point(|(ms, _)| *ms <= at(instant));
                            until.checked_sub(1).map_or(0, |last| steps[last].1.min(most(job)))
                        })
                        .collect(),
                })
                .collect(),
        }
    }
}

/// How much a job has: samples, or what else it makes.
fn amount(state: &RunState, job: &JobState) -> u64 {
    match RecordUnit::from(job.unit.as_str()) {
        unit if unit.makes_samples() => SampleCount::of(state, job).collected,
        _ => job.records,
    }
}
