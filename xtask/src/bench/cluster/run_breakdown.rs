//! The parts of a run's time, from its journal and the logs of its array tasks.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use streamguard_engine::EventKind;

use super::super::measure::TimeCost;

/// Parts of a run, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RunBreakdown {
    pub(super) wall: f64,
    /// Until the plan was made.
    planning: f64,
    /// From the plan until the first array task began: submission, and Slurm's scheduler.
    starting: f64,
    /// From there until the last array task ended.
    running: f64,
    /// Time of all array tasks together.
    busy: f64,
    /// From the end of the last array task until all results were taken in.
    noticing: f64,
    /// From there to the end: merging, and the dataset.
    merging: f64,
    submitter: f64,
    tasks: f64,
    daemons: f64,
    /// Processors that other programs used, on average.
    pub(super) others: f64,
    shards: f64,
    count: f64,
}

/// CPU time beside that of the program and its workers.
pub(super) struct CpuShares {
    pub(super) tasks: Duration,
    /// Slurm's daemons.
    pub(super) daemons: Duration,
    /// Programs that have nothing to do with the run, and disturb it.
    pub(super) others: Duration,
}

/// Access to one part.
pub(super) type BreakdownPart = fn(&RunBreakdown) -> f64;

impl RunBreakdown {
    /// Names of the parts.
    pub(super) const ALL: &[(&str, BreakdownPart)] = &[
        ("wall", |run| run.wall),
        ("  planning", |run| run.planning),
        ("  until the first task begins", |run| run.starting),
        ("  while tasks run", |run| run.running),
        ("    time of all tasks", |run| run.busy),
        ("  until all results are seen", |run| run.noticing),
        ("  merging, the dataset, the report", |run| run.merging),
        ("CPU of the program and its workers", |run| run.submitter),
        ("CPU of tasks", |run| run.tasks),
        ("CPU of Slurm's daemons", |run| run.daemons),
        ("processors of other programs", |run| run.others),
        ("shards", |run| run.shards),
        ("tasks", |run| run.count),
    ];

    /// Reads the parts of the run in a folder.
    pub(super) fn read(out: &Path, submitter: TimeCost, shares: CpuShares) -> Result<Self> {
        let state = out.join(".streamguard");
        let (mut begin, mut planned, mut settled, mut shards) = (0, 0, 0, 0);
        for event in streamguard_engine::journal::read(&state.join("journal.jsonl"))? {
            match event.kind {
                EventKind::RunStarted { clock_ms, .. } => begin = clock_ms,
                EventKind::JobPlanned { shards: all, .. } => (planned, shards) = (event.at_ms, all),
                EventKind::ShardEnded { .. } => settled = event.at_ms,
                _ => {}
            }
        }
        let seconds = |ms: u64| ms as f64 / 1000.0;
        let began = SystemTime::UNIX_EPOCH + Duration::from_millis(begin);
        let since = |time: SystemTime| time.duration_since(began).map_or(0.0, |time| time.as_secs_f64());
        let mut spans = Vec::new();
        for log in fs::read_dir(state.join("cluster/logs")).into_iter().flatten() {
            let log = log?.metadata()?;
            // Slurm creates the log when the array task begins, and the task writes to it when it ends.
            let begin = log.created().context("the file system does not record when files were created")?;
            spans.push((since(begin), since(log.modified()?)));
        }
        let (planned, settled) = (seconds(planned), seconds(settled));
        let first = spans.iter().map(|span| span.0).reduce(f64::min).unwrap_or(planned);
        let last = spans.iter().map(|span| span.1).reduce(f64::max).unwrap_or(settled);
        let wall = submitter.wall.as_secs_f64();
        Ok(Self {
            wall,
            planning: planned,
            starting: first - planned,
            running: last - first,
            busy: spans.iter().map(|span| span.1 - span.0).sum(),
            noticing: settled - last,
            merging: wall - settled,
            submitter: submitter.cpu.as_secs_f64(),
            tasks: shares.tasks.as_secs_f64(),
            daemons: shares.daemons.as_secs_f64(),
            others: shares.others.as_secs_f64() / wall,
            shards: f64::from(shards),
            count: spans.len() as f64,
        })
    }
}
