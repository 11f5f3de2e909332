//! Events: things that happen in a run, with their time. The engine reports a run by events only; views, journal and
//! reports are made from them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::summary::JobSummary;

/// Way in which an attempt at a shard ended. A shard that an earlier run had finished ends without an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The output is complete and kept.
    Finished,
    /// The job reported that the shard cannot be done.
    Failed,
    /// The attempt took longer than its deadline, or its worker gave no sign of life.
    TimedOut,
    /// The worker panicked, died, or broke the protocol.
    Crashed,
    /// The run was stopped, or the job had enough, before the shard was done.
    Cancelled,
    /// There was no attempt: an earlier run had finished the shard.
    Reused,
}

impl Outcome {
    /// Tells whether the shard has an output.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Finished | Self::Reused)
    }

    /// Returns the word that people see.
    pub fn label(self) -> &'static str {
        match self {
            Self::TimedOut => "timed out",
            Self::Cancelled => "stopped",
            Self::Finished | Self::Failed | Self::Crashed | Self::Reused => self.name(),
        }
    }

    /// Returns the name in files.
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

/// Way in which a command that ran a shard ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandExit {
    /// Exit code, unless a signal ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// Signal that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
}

/// Way in which a job or a whole run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompletionStatus {
    /// The result is complete.
    Complete,
    /// Some results are missing; the rest is complete.
    Partial,
    /// There is no result.
    Failed,
    /// It was stopped; finished shards are kept, and it can be resumed.
    Cancelled,
}

impl CompletionStatus {
    /// Returns the word that people see.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cancelled => "stopped",
            Self::Complete | Self::Partial | Self::Failed => self.name(),
        }
    }

    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Severity of a line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Detail that helps to find a fault.
    Debug,
    /// Something normal that users may want to know.
    Info,
    /// Something was left out, or may surprise the user.
    // Programs in other languages often shorten it.
    #[serde(alias = "warn")]
    Warning,
    /// A part of the result is missing, for the reason that the line gives.
    Error,
}

/// Largest number of nodes whose names are reported.
const MAX_NODE_NAMES: usize = 3;

/// Progress of a job on a cluster, in array tasks: each task runs some shards one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterProgress {
    /// Number of tasks that wait to run.
    pub waiting: usize,
    /// Number of tasks that run.
    pub running: usize,
    /// Number of nodes on which they run, as far as the cluster reports it.
    pub nodes: usize,
    /// Names of the first of these nodes. They may contain hostile text.
    #[serde(rename = "named", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub node_names: BTreeSet<String>,
    /// Reasons why tasks wait, in the cluster's own words. They may contain hostile text.
    #[serde(rename = "reasons", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub wait_reasons: BTreeSet<String>,
}

impl ClusterProgress {
    /// Sets the nodes that tasks run on; only the first few are named.
    #[must_use]
    pub fn on_nodes(self, mut nodes: BTreeSet<String>) -> Self {
        let count = nodes.len();
        // The set is sorted, so the same nodes are named in every poll and views do not flicker.
        if let Some(beyond) = nodes.iter().nth(MAX_NODE_NAMES).cloned() {
            nodes.split_off(&beyond);
        }
        Self { nodes: count, node_names: nodes, ..self }
    }
}

/// Counters by name, such as `rejected.too_short`.
// Sorted, because equal runs must write equal reports.
pub type Counters = BTreeMap<String, u64>;

/// Counter of shards that lack a part of their records; see [`crate::ShardOutput::incomplete`].
pub const INCOMPLETE_COUNTER: &str = "incomplete";

/// Adds an amount to a counter.
pub(crate) fn add_count(counters: &mut Counters, name: &str, n: u64) {
    // Almost always the counter exists already, and then no name is allocated. Amounts may come from other programs.
    match counters.get_mut(name) {
        Some(counter) => *counter = counter.saturating_add(n),
        None => {
            counters.insert(name.to_owned(), n);
        }
    }
}

/// Something that happened, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Milliseconds since the start of this run (monotonic clock).
    pub at_ms: u64,
    /// The event itself.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// Kind of an event, with its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// A run began, or resumed after an interruption.
    RunStarted {
        /// Version of the program.
        version: String,
        /// Wall clock at the start, in milliseconds since 1970-01-01 UTC. Times of events do not depend on it.
        clock_ms: u64,
        /// Names of the jobs, in order; events refer to a job by its position here.
        jobs: Vec<String>,
        /// True if it continues an earlier run.
        resumed: bool,
        /// Name of the [mode](crate::RunMode::name).
        mode: String,
        /// Number of shards that may compute at once; see [`crate::RunOptions::workers`].
        workers: usize,
    },
    /// A job made its plan.
    JobPlanned {
        /// Position of the job.
        job: usize,
        /// Number of its shards.
        shards: u32,
        /// Number of records to expect, if known.
        expected: Option<u64>,
        /// Word for its records, in the plural, such as `samples`.
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
        /// Number of the attempt, from 1.
        attempt: u32,
    },
    /// An attempt at a shard ended.
    ShardEnded {
        /// Position of the job.
        job: usize,
        /// Number of the shard.
        shard: u32,
        /// Number of the attempt, from 1; 0 if there was none.
        attempt: u32,
        /// Way in which the attempt ended.
        outcome: Outcome,
        /// Reason, unless it succeeded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Box<str>>,
        /// Way in which its command ended, if the shard is a command and that is why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exit: Option<CommandExit>,
        /// Time until the next attempt in milliseconds. None if there will be no other.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_in_ms: Option<u64>,
        /// Number of records in its output.
        records: u64,
        /// Counters of the shard.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        counters: Counters,
        /// Duration of this attempt in microseconds.
        took_us: u64,
    },
    /// A job made progress.
    Progress {
        /// Position of the job.
        job: usize,
        /// Number of records of finished and running shards so far.
        records: u64,
    },
    /// A running shard began or ended an activity that takes a while. Short activities are left out: a shard
    /// reports at most two a second.
    #[serde(rename = "doing")]
    Activity {
        /// Position of the job.
        job: usize,
        /// Number of the shard.
        shard: u32,
        /// A few words, such as `rate limit until 14:03:20 UTC`; `None` when the activity has ended. They may
        /// contain hostile text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// The merge of a job began another part of its work, or got further with it. At most two such events are recorded
    /// in a second.
    #[serde(rename = "merging")]
    MergeActivity {
        /// Position of the job.
        job: usize,
        /// A few words, such as `comparing code`. They may contain hostile text.
        text: String,
    },
    /// A job made progress on a cluster.
    #[serde(rename = "elsewhere")]
    ClusterProgress {
        /// Position of the job.
        job: usize,
        /// Progress of the job's tasks.
        #[serde(flatten)]
        progress: ClusterProgress,
    },
    /// A job or a worker wrote a line to the log.
    #[serde(rename = "note")]
    Log {
        /// Position of the job, if the line is about one.
        job: Option<usize>,
        /// Severity of the line.
        level: LogLevel,
        /// The line. It may contain hostile text: whatever displays it must escape it.
        text: String,
    },
    /// A stop was requested.
    CancelRequested,
    /// A pause began or ended.
    Paused {
        /// True if a pause began: no further shards begin.
        paused: bool,
    },
    /// A job ended.
    JobEnded {
        /// Position of the job.
        job: usize,
        /// Way in which the job ended.
        status: CompletionStatus,
        /// Reason, unless it is complete.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Number of records in the merged output.
        records: u64,
        /// Sums of the counters of the shards that were merged.
        counters: Counters,
        /// Summary of the job.
        summary: JobSummary,
    },
    /// The run ended.
    RunEnded {
        /// Way in which the run ended.
        status: CompletionStatus,
    },
}
