//! Where the time of a run went, by what it left: its journal, and the logs of its elements.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use streamguard_engine::EventKind;

use super::super::Cost;

/// Parts of a run, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    pub(super) wall: f64,
    /// Until the plan was made.
    planning: f64,
    /// From there until the first element began: handing over, and Slurm's scheduler.
    starting: f64,
    /// From there until the last one ended.
    running: f64,
    /// While they ran: time of elements, all of them together.
    busy: f64,
    /// From the last one's end until all results were taken in.
    noticing: f64,
    /// From there to the end: merging, and the dataset.
    merging: f64,
    submitter: f64,
    elements: f64,
    daemons: f64,
    /// Processors that something else took all the time, on average.
    pub(super) others: f64,
    shards: f64,
    count: f64,
}

/// CPU time beside that of the program and its workers.
pub(super) struct Shares {
    pub(super) elements: Duration,
    /// Of Slurm.
    pub(super) daemons: Duration,
    /// What has nothing to do with the run, and disturbs it.
    pub(super) others: Duration,
}

/// One of them, out of all.
pub(super) type Part = fn(&Parts) -> f64;

impl Parts {
    /// Their names.
    pub(super) const ALL: &[(&str, Part)] = &[
        ("wall", |parts| parts.wall),
        ("  planning", |parts| parts.planning),
        ("  until the first element begins", |parts| parts.starting),
        ("  while elements run", |parts| parts.running),
        ("    time of all elements", |parts| parts.busy),
        ("  until all results are seen", |parts| parts.noticing),
        ("  merging, the dataset, the report", |parts| parts.merging),
        ("CPU of the program and its workers", |parts| parts.submitter),
        ("CPU of elements", |parts| parts.elements),
        ("CPU of Slurm's daemons", |parts| parts.daemons),
        ("processors that others took", |parts| parts.others),
        ("shards", |parts| parts.shards),
        ("elements", |parts| parts.count),
    ];

    /// Those of the run in a folder.
    pub(super) fn read(out: &Path, submitter: Cost, shares: Shares) -> Result<Self> {
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
            // Slurm makes it when the element begins; the element writes to it at its end.
            let begin = log.created().context("the file system knows no time of birth")?;
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
            elements: shares.elements.as_secs_f64(),
            daemons: shares.daemons.as_secs_f64(),
            others: shares.others.as_secs_f64() / wall,
            shards: f64::from(shards),
            count: spans.len() as f64,
        })
    }
}
