//! State: the events folded into what a view or a report shows.

use std::collections::{BTreeMap, VecDeque};

use crate::event::{ClusterProgress, CompletionStatus, Counters, Event, EventKind, LogLevel, Outcome};
use crate::summary::JobSummary;

/// How many notes are kept for a view; the journal has them all.
const NOTES: usize = 200;

/// Where a run stands, after the events so far.
#[derive(Clone, Debug, Default)]
pub struct RunState {
    /// Version of the program that ran.
    pub version: String,
    /// Wall clock at the start of the first run, in milliseconds since 1970-01-01 UTC.
    pub clock_ms: u64,
    /// `threading` or `process`.
    pub mode: String,
    /// How many shards may run at once.
    pub workers: usize,
    /// The jobs in order.
    pub jobs: Vec<JobState>,
    /// The latest notes: level, job, text. The text is not escaped.
    pub log: VecDeque<(LogLevel, Option<usize>, String)>,
    /// Whether somebody asked to stop.
    pub stopping: bool,
    /// Whether no further shard begins for now.
    pub paused: bool,
    /// How the run ended.
    pub status: Option<CompletionStatus>,
    /// Time of the latest event or [`RunState::now`], in milliseconds, over all runs that were resumed.
    pub elapsed_ms: u64,
    /// What earlier, interrupted runs took.
    earlier_ms: u64,
}

/// Where one job stands.
#[derive(Clone, Debug, Default)]
pub struct JobState {
    /// Its name.
    pub name: String,
    /// Number of its shards, once it is planned.
    pub shards: Option<u32>,
    /// Records to expect, where that is known.
    pub expected: Option<u64>,
    /// What its records are called; empty until it is planned.
    pub unit: String,
    /// Attempts that ended, by how.
    pub outcomes: BTreeMap<Outcome, u32>,
    /// Shards whose output counts.
    pub completed_shards: u32,
    /// Shards that failed for good, with the reason.
    pub failed_shards: Vec<(u32, Outcome, String)>,
    /// Shards that run, by their numbers.
    pub running: BTreeMap<u32, RunningShard>,
    /// What a cluster has of it, if its shards run on one.
    pub cluster: ClusterProgress,
    /// Shards that failed and will be tried again, by their numbers.
    pub retries: BTreeMap<u32, PendingRetry>,
    /// Records so far.
    pub records: u64,
    /// Records of finished shards.
    finished_records: u64,
    /// What its shards counted.
    pub counters: Counters,
    /// When its first shard started, in milliseconds.
    pub started_ms: Option<u64>,
    /// When it was over, in milliseconds.
    pub ended_ms: Option<u64>,
    /// How it ended.
    pub status: Option<CompletionStatus>,
    /// Why, where it did not end well.
    pub reason: Option<String>,
    /// What it says.
    pub summary: JobSummary,
}

/// A shard that runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunningShard {
    /// Which try this is, from 1.
    pub attempt: u32,
    /// What it waits for, or is at, if it says so. Not escaped.
    pub activity: Option<String>,
}

/// A shard that failed and will be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingRetry {
    /// Which try that will be, from 2.
    pub attempt: u32,
    /// When it may begin, in milliseconds as [`RunState::elapsed_ms`].
    pub at_ms: u64,
}

impl RunState {
    /// Folds events, such as those of a journal.
    pub fn from_events<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut state = Self::default();
        events.into_iter().for_each(|event| state.apply(event));
        state
    }

    /// Time went by without an event: so many milliseconds since the start of this run.
    pub fn advance_to(&mut self, at_ms: u64) {
        self.elapsed_ms = self.elapsed_ms.max(self.earlier_ms + at_ms);
    }

    /// Takes one event in.
    pub fn apply(&mut self, event: &Event) {
        let now = self.earlier_ms + event.at_ms;
        if let EventKind::RunStarted { version, clock_ms, jobs, resumed, mode, workers } = &event.kind {
            let first = if *resumed && !self.jobs.is_empty() { self.clock_ms } else { *clock_ms };
            let earlier_ms = if *resumed { self.elapsed_ms } else { 0 };
            *self = Self {
                version: version.clone(),
                clock_ms: first,
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
                if self.log.len() >= NOTES {
                    self.log.pop_front();
                }
                self.log.push_back((*level, *job, text.clone()));
            }
            EventKind::JobPlanned { job, .. }
            | EventKind::ShardStarted { job, .. }
            | EventKind::ShardEnded { job, .. }
            | EventKind::Progress { job, .. }
            | EventKind::Activity { job, .. }
            | EventKind::ClusterProgress { job, .. }
            | EventKind::JobEnded { job, .. } => {
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
            EventKind::ClusterProgress { progress, .. } => self.cluster.clone_from(progress),
            EventKind::ShardEnded {
                shard, attempt, outcome, reason, retry_in_ms, records, counters, ..
            } => {
                self.running.remove(shard);
                self.retries.remove(shard);
                if let Some(pause) = retry_in_ms {
                    self.retries.insert(*shard, PendingRetry { attempt: attempt + 1, at_ms: now + pause });
                }
                *self.outcomes.entry(*outcome).or_default() += 1;
                if outcome.is_success() {
                    self.completed_shards += 1;
                    self.finished_records += records;
                    self.records = self.records.max(self.finished_records);
                    for (name, n) in counters {
                        *self.counters.entry(name.clone()).or_default() += n;
                    }
                } else if retry_in_ms.is_none() && *outcome != Outcome::Cancelled {
                    self.failed_shards.push((
                        *shard,
                        *outcome,
                        reason.as_deref().unwrap_or_default().to_owned(),
                    ));
                }
            }
            EventKind::Progress { records, .. } => self.records = *records,
            EventKind::JobEnded { status, reason, records, counters, summary, .. } => {
                self.ended_ms = Some(now);
                self.running.clear();
                self.cluster = ClusterProgress::default();
                self.retries.clear();
                self.status = Some(*status);
                self.reason.clone_from(reason);
                self.records = *records;
                self.counters.clone_from(counters);
                self.summary = summary.clone();
            }
            _ => {}
        }
    }

    /// How many of its shards run, here and elsewhere: an element runs one at a time.
    pub fn running_count(&self) -> usize {
        self.running.len() + self.cluster.running
    }

    /// Attempts that ended badly.
    pub fn errors(&self) -> u32 {
        self.outcomes
            .iter()
            .filter(|(outcome, _)| matches!(outcome, Outcome::Failed | Outcome::TimedOut | Outcome::Crashed))
            .map(|(_, n)| n)
            .sum()
    }

    /// How long it has been at work, in milliseconds, or how long it took.
    pub fn took_ms(&self, now_ms: u64) -> u64 {
        self.started_ms.map_or(0, |start| self.ended_ms.unwrap_or(now_ms).saturating_sub(start))
    }
}
