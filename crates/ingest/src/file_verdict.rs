//! The verdict on a file: whether all of it was read, and whether it is a log.

use std::fs;
use std::thread;
use std::time::Duration;

use streamguard_engine::{ShardError, ShardOutput};

use crate::file_split::LogShard;
use crate::line_format::LineFormat;
use crate::log_source::{FileIdentity, InputKind};
use crate::shared_inputs::{ChunkResult, ChunkTally, SharedInputs, is_mostly_malformed};

/// Pause between two looks at a shard that still runs.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Returns the sums of the shards that counted a file, or `None` if another process counted it. Waits for
/// shards that still run.
///
/// # Errors
/// One of these shards failed, the file has changed since, or this shard is to stop.
pub(crate) fn known_tally(
    inputs: &SharedInputs,
    judge: &LogShard,
    output: &ShardOutput<'_>,
) -> Result<Option<ChunkTally>, ShardError> {
    let path = judge.file.path();
    let mut sum = ChunkTally::default();
    loop {
        match inputs.result(&path, sum.end) {
            Some(ChunkResult::Running) => {
                output.check_stopped()?;
                output.set_activity(Some("waits until the lines of the file are counted"));
                thread::sleep(POLL_INTERVAL);
            }
            Some(ChunkResult::Failed(reason)) => return Err(ShardError::Failed(reason)),
            Some(ChunkResult::Counted(tally)) => {
                sum.add(tally);
                if sum.end >= judge.end {
                    return Ok(Some(sum));
                }
            }
            None => return unchanged(judge).map(|()| None),
        }
    }
}

/// Checks that a file is as it was when its lines were counted, by another process or an earlier run.
fn unchanged(shard: &LogShard) -> Result<(), ShardError> {
    let Some(planned) = shard.identity else { return Ok(()) };
    let is_unchanged = fs::metadata(shard.file.path())
        .is_ok_and(|now| now.len() == shard.size && planned.is_unchanged(&FileIdentity::new(&now)));
    match is_unchanged || shard.kind == InputKind::Plain {
        true => Ok(()),
        false => Err(ShardError::failed(format!(
            "{} has changed since the run began, so it is not known whether it was counted as a whole: \
             start a new run",
            shard.file.display()
        ))),
    }
}

/// Judges a file by its lines.
///
/// # Errors
/// Only a part of the file could be read; or the file was named, and most of its lines are not requests.
pub(crate) fn judge(shard: &LogShard, tally: &ChunkTally, chosen: LineFormat) -> Result<(), ShardError> {
    let ChunkTally { lines, requests, looks_like, .. } = tally;
    if let Some(reason) = &tally.incomplete {
        return Err(ShardError::failed(format!("{reason}; whole lines before that: {lines}")));
    }
    if !shard.is_named || !is_mostly_malformed(*lines, *requests) {
        return Ok(());
    }
    let file = shard.file.display();
    let counts = format!("{requests} of {lines} lines are requests");
    Err(ShardError::failed(match chosen {
        LineFormat::Auto => format!(
            "{file}: its format is not known (it looks like {looks_like}): {counts}; say --format if you know it"
        ),
        chosen => format!(
            "{file}: it has another format than {} (it looks like {looks_like}): {counts}; without --format it \
             is detected",
            chosen.name()
        ),
    }))
}
