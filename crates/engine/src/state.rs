//! The state of a run: the result of applying all its events in order. Views and reports display it.

use std::collections::{BTreeMap, VecDeque};

use crate::event::{
    ClusterProgress, CompletionStatus, Counters, Event, EventKind, LogLevel, Outcome, add_count,
};
use crate::summary::JobSummary;

/// Number of log lines that are kept for views; the journal has all of them.
const MAX_LOG_LINES: usize = 200;

/// State of a run after the events so far.
#[derive(Clone, Debug, Default)]
pub struct RunState {
    /// Version of the program that ran.
    pub version: String,
    /// Wall clock at the start of the first run, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
    /// Name of the [mode](crate::RunMode::name).
    pub mode: String,
    /// Number of shards that may compute at once; see [`crate::RunOptions::workers`].
    pub workers: usize,
    /// Jobs in order.
    pub jobs: Vec<JobState>,
    /// Latest lines of the log: level, job, text. The text is not escaped.
    pub log: VecDeque<(LogLevel, Option<usize>, String)>,
    /// Tells whether a stop was requested.
    pub stopping: bool,
    /// True while the run is paused: no further shard begins.
    pub paused: bool,
    /// End of the run. None while it runs.
    pub status: Option<CompletionStatus>,
    /// Time of the latest event or [`RunState::advance_to`], in milliseconds since the start. The duration of earlier
    /// runs that this one continues is included.
    pub elapsed_ms: u64,
    /// Duration of earlier, interrupted runs.
    earlier_ms: u64,
}

/// State of one job.
#[derive(Clone, Debug, Default)]
pub struct JobState {
    /// Name of the job.
    pub name: String,
    /// Number of its shards. None until it is planned.
    pub shards: Option<u32>,
    /// Number of records to expect, if known.
    pub expected: Option<u64>,
    /// Name of its records, in the plural; empty until it is planned.
    pub unit: String,
    /// Ends of shards, by outcome. [`Outcome::Reused`] counts shards that were not attempted, because an earlier run
    /// had finished them.
    pub outcomes: BTreeMap<Outcome, u32>,
    /// Number of shards with an output.
    pub completed_shards: u32,
    /// Shards that failed permanently: number, outcome and reason.
    pub failed_shards: Vec<(u32, Outcome, String)>,
    /// Shards that are running, by number.
    pub running: BTreeMap<u32, RunningShard>,
    /// Activity that its merge reported. Not escaped.
    pub merge_activity: Option<String>,
    /// Progress on a cluster, if its shards run on one.
    pub cluster: ClusterProgress,
    /// Shards that failed and will be tried again, by number.
    pub retries: BTreeMap<u32, PendingRetry>,
    /// Number of records so far.
    pub records: u64,
    /// Number of records of finished shards.
    finished_records: u64,
    /// Sums of the counters of its shards.
    pub counters: Counters,
    /// Time at which its first shard started, in milliseconds.
    pub started_ms: Option<u64>,
    /// Time at which it ended, in milliseconds.
    pub ended_ms: Option<u64>,
    /// End of the job. None while it runs.
    pub status: Option<CompletionStatus>,
    /// Reason, unless it is complete.
    pub reason: Option<String>,
    /// Summary of the job.
    pub summary: JobSummary,
}

/// A shard that is running.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunningShard {
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// Activity that it reported. Not escaped.
    pub activity: Option<String>,
}

/// A shard that failed and will be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingRetry {
    /// Number of the next attempt, from 2.
    pub attempt: u32,
    /// Earliest time of that attempt, in milliseconds as [`RunState::elapsed_ms`].
    pub at_ms: u64,
}

impl RunState {
    /// Applies events in order, such as those of a journal, to an empty state.
    pub fn from_events<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut state = Self::default();
        events.into_iter().for_each(|event| state.apply(event));
        state
    }

    /// Advances the time without an event, to a number of milliseconds since the start of this run.
    pub fn advance_to(&mut self, at_ms: u64) {
        // Never back: events of several threads may arrive a little out of order.
        self.elapsed_ms = self.elapsed_ms.max(self.earlier_ms.saturating_add(at_ms));
    }

    /// Applies one event.
    pub fn apply(&mut self, event: &Event) {
        // A journal may come from a stranger, with any numbers.
        let now = self.earlier_ms.saturating_add(event.at_ms);
        if let EventKind::RunStarted { version, clock_ms, jobs, resumed, mode, workers } = &event.kind {
            // A resumed run starts without running shards, and reports every finished shard again, as reused. Only
            // the clock and the duration of earlier runs are kept.
            let first_clock = if *resumed && !self.jobs.is_empty() { self.clock_ms } else { *clock_ms };
            let earlier_ms = if *resumed { self.elapsed_ms } else { 0 };
            *self = Self {
                version: version.clone(),
                clock_ms: first_clock,
                mode: mode.clone(),
                workers: *workers,
                jobs: jobs
                    .iter()
                    .map(|name| JobState { name: name.clone(), ..JobState::default() })
                    .collect(),
                earlier_ms,
                elapsed_ms: earlier_ms,
                ..Self::default()
            };
            return;
        }
        self.elapsed_ms = self.elapsed_ms.max(now);
        match &event.kind {
            EventKind::RunStarted { .. } => {}
            EventKind::CancelRequested => self.stopping = true,
            EventKind::Paused { paused } => self.paused = *paused,
            EventKind::RunEnded { status } => self.status = Some(*status),
            EventKind::Log { job, level, text } => {
                if self.log.len() >= MAX_LOG_LINES {
                    self.log.pop_front();
                }
                self.log.push_back((*level, *job, text.clone()));
            }
            EventKind::JobPlanned { job, .. }
            | EventKind::ShardStarted { job, .. }
            | EventKind::ShardEnded { job, .. }
            | EventKind::Progress { job, .. }
            | EventKind::Activity { job, .. }
            | EventKind::MergeActivity { job, .. }
            | EventKind::ClusterProgress { job, .. }
            | EventKind::JobEnded { job, .. } => {
                // A damaged journal, or one of another program, may name a job that does not exist.
                if let Some(job) = self.jobs.get_mut(*job) {
                    job.apply(&event.kind, now);
                }
            }
        }
    }
}

impl JobState {
    fn apply(&mut self, event: &EventKind, now: u64) {
        match event {
            EventKind::JobPlanned { shards, expected, unit, .. } => {
                self.shards = Some(*shards);
                self.unit.clone_from(unit);
                self.expected = *expected;
                self.started_ms.get_or_insert(now);
            }
            EventKind::ShardStarted { shard, attempt, .. } => {
                self.retries.remove(shard);
                self.running.insert(*shard, RunningShard { attempt: *attempt, activity: None });
            }
            EventKind::Activity { shard, text, .. } => {
                self.running.entry(*shard).or_default().activity.clone_from(text);
            }
            EventKind::MergeActivity { text, .. } => self.merge_activity = Some(text.clone()),
            EventKind::ClusterProgress { progress, .. } => self.cluster.clone_from(progress),
            EventKind::ShardEnded {
                shard, attempt, outcome, reason, retry_in_ms, records, counters, ..
            } => {
                self.running.remove(shard);
                self.retries.remove(shard);
                if let Some(pause) = retry_in_ms {
                    let (attempt, at_ms) = (attempt.saturating_add(1), now.saturating_add(*pause));
                    self.retries.insert(*shard, PendingRetry { attempt, at_ms });
                }
                *self.outcomes.entry(*outcome).or_default() += 1;
                if outcome.is_success() {
                    self.completed_shards += 1;
                    self.finished_records = self.finished_records.saturating_add(*records);
                    // Progress counts running shards too, so it may be more than what has finished.
                    self.records = self.records.max(self.finished_records);
                    for (name, n) in counters {
                        add_count(&mut self.counters, name, *n);
                    }
                } else if retry_in_ms.is_none() && *outcome != Outcome::Cancelled {
                    let reason = reason.as_deref().unwrap_or_default().to_owned();
                    self.failed_shards.push((*shard, *outcome, reason));
                }
            }
            EventKind::Progress { records, .. } => self.records = *records,
            EventKind::JobEnded { status, reason, records, counters, summary, .. } => {
                self.ended_ms = Some(now);
                self.running.clear();
                self.merge_activity = None;
                self.cluster = ClusterProgress::default();
                self.retries.clear();
                self.status = Some(*status);
                self.reason.clone_from(reason);
                // The number of the merged result: records beyond the target are not in it.
                self.records = *records;
                self.counters.clone_from(counters);
                self.summary = summary.clone();
            }
            _ => {}
        }
    }

    /// Returns the number of its shards that are running. On a cluster, each task runs one shard at a time.
    pub fn running_count(&self) -> usize {
        self.running.len().saturating_add(self.cluster.running)
    }

    /// Returns the number of attempts that failed.
    pub fn errors(&self) -> u32 {
        self.outcomes
            .iter()
            .filter(|(outcome, _)| matches!(outcome, Outcome::Failed | Outcome::TimedOut | Outcome::Crashed))
            .map(|(_, n)| n)
            .sum()
    }

    /// Returns the time that it has been running until `now_ms`, or that it took, in milliseconds.
    pub fn took_ms(&self, now_ms: u64) -> u64 {
        self.started_ms.map_or(0, |start| self.ended_ms.unwrap_or(now_ms).saturating_sub(start))
    }
}
