//! Events: what happened, and when. The only thing that the engine says; views, journal and
//! reports are all made from them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::summary::JobSummary;

/// How one attempt at a shard ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its output is complete and kept.
    Finished,
    /// The job said that it cannot be done.
    Failed,
    /// It took longer than its deadline, or its worker fell silent.
    TimedOut,
    /// Its worker panicked, died, or spoke nonsense.
    Crashed,
    /// The run was stopped, or the job had enough, before it was done.
    Cancelled,
    /// An earlier run had finished it already.
    Reused,
}

impl Outcome {
    /// Whether the shard's output counts.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Finished | Self::Reused)
    }

    /// The name for people and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Crashed => "crashed",
            Self::Cancelled => "cancelled",
            Self::Reused => "reused",
        }
    }
}

/// How a job, or a whole run, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompletionStatus {
    /// Everything that was planned is there.
    Complete,
    /// Some of it is missing; the rest is whole.
    Partial,
    /// Nothing came of it.
    Failed,
    /// It was stopped; what was done is kept, and it can be resumed.
    Cancelled,
}

impl CompletionStatus {
    /// The name for people and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// For whoever looks for a fault.
    Debug,
    /// Worth a line in the log.
    Info,
    /// Something was left out, or may surprise.
    Warning,
    /// Something is missing because of it.
    Error,
}

/// How many nodes are named.
const NAMED: usize = 3;

/// What a cluster has of a job: elements, each of which runs some shards one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterProgress {
    /// How many elements wait to run.
    pub waiting: usize,
    /// How many run.
    pub running: usize,
    /// On how many nodes, as far as the engine says it.
    pub nodes: usize,
    /// Names of the first of these. They may hold hostile text.
    #[serde(rename = "named", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub node_names: BTreeSet<String>,
    /// Why elements wait, in the engine's own words. They may hold hostile text.
    #[serde(rename = "reasons", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub wait_reasons: BTreeSet<String>,
}

impl ClusterProgress {
    /// Has elements run on these nodes; not all are named.
    #[must_use]
    pub fn on_nodes(self, mut nodes: BTreeSet<String>) -> Self {
        let count = nodes.len();
        if let Some(beyond) = nodes.iter().nth(NAMED).cloned() {
            nodes.split_off(&beyond);
        }
        Self { nodes: count, node_names: nodes, ..self }
    }
}

/// Counters by name, such as `rejected.too_short`.
pub type Counters = BTreeMap<String, u64>;

/// Something that happened, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Milliseconds since the start of this run (monotonic clock).
    pub at_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// A run began, or went on after it was interrupted.
    RunStarted {
        /// Version of the program.
        version: String,
        /// Wall clock in milliseconds since 1970-01-01 UTC: shown, never computed with.
        clock_ms: u64,
        /// Names of the jobs, in order; events name a job by its position here.
        jobs: Vec<String>,
        /// Whether it continues an interrupted run.
        resumed: bool,
        /// `threading` or `process`.
        mode: String,
        /// How many shards may run at once.
        workers: usize,
    },
    /// A job made its plan.
    JobPlanned {
        /// Position of the job.
        job: usize,
        /// Number of its shards.
        shards: u32,
        /// Records to expect, where that is known.
        expected: Option<u64>,
        /// What its records are called.
        #[serde(default)]
        unit: String,
        /// Hash of the plan.
        plan: String,
    },
    /// A worker took a shard.
    ShardStarted {
        /// Position of the job.
        job: usize,
        /// Number of the shard.
        shard: u32,
        /// Which try this is, from 1.
        attempt: u32,
    },
    /// An attempt at a shard ended.
    ShardEnded {
        /// Position of the job.
        job: usize,
        /// Number of the shard.
        shard: u32,
        /// Which try this was, from 1; 0 if it was never tried.
        attempt: u32,
        /// How it ended.
        outcome: Outcome,
        /// Why, where it did not end well.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Box<str>>,
        /// When it is tried again, in milliseconds from now; none if this is final.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_in_ms: Option<u64>,
        /// Records in its output.
        records: u64,
        /// What it counted.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        counters: Counters,
        /// How long this attempt took, in microseconds.
        took_us: u64,
    },
    /// How far a job is: records of finished shards and of those that run.
    Progress {
        /// Position of the job.
        job: usize,
        /// Records so far.
        records: u64,
    },
    /// What a running shard waits for or is at, or that this is over. Of what changes quickly only
    /// some is said, at most twice a second.
    #[serde(rename = "doing")]
    Activity {
        /// Position of the job.
        job: usize,
        /// Number of the shard.
        shard: u32,
        /// A few words, such as `rate limit until 14:03:20 UTC`; none when it goes on. They may
        /// hold hostile text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// How far a cluster is with the shards of a job, whenever that has changed.
    #[serde(rename = "elsewhere")]
    ClusterProgress {
        /// Position of the job.
        job: usize,
        /// What the cluster has of it.
        #[serde(flatten)]
        progress: ClusterProgress,
    },
    /// A line that a job or a worker wants to be read.
    #[serde(rename = "note")]
    Log {
        /// Position of the job, if it is about one.
        job: Option<usize>,
        /// How much it matters.
        level: LogLevel,
        /// The line. It may hold hostile text: whoever shows it escapes it.
        text: String,
    },
    /// Somebody asked to stop.
    CancelRequested,
    /// Somebody asked that no further shard begins, or that they go on.
    Paused {
        /// Whether it is a pause, or the end of one.
        paused: bool,
    },
    /// A job is over.
    JobEnded {
        /// Position of the job.
        job: usize,
        /// How it ended.
        status: CompletionStatus,
        /// Why, where it did not end well.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Records in the merged output.
        records: u64,
        /// What its shards counted, those that were merged.
        counters: Counters,
        /// What it says.
        summary: JobSummary,
    },
    /// The run is over.
    RunEnded {
        /// How it ended.
        status: CompletionStatus,
    },
}

/// Whole microseconds of a duration.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Whole milliseconds of a duration.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
