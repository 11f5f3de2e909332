//! Following logs: files as they grow, are rotated and truncated, and streams.
//!
//! All paths are read in one shard, which ends when a [`FollowControl`] asks for it, or with the last stream. The counts
//! are those that a run would have which reads the same lines when they are all there.

mod follow_control;
mod followed_files;
mod followed_log;
mod growing_file;
mod growing_stream;
mod line_splitter;
mod live_figures;
mod recent_totals;

use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use streamguard_engine::{LogLevel, ShardError, ShardOutput};

pub use follow_control::FollowControl;
pub use live_figures::{LatencyQuantiles, LiveFigures, LiveLog, LivePath, RecentFigures, SecondCounts};

use crate::file_split::LogShard;
use crate::log_source::{InputError, InputPath, STANDARD_INPUT};
use crate::shard_count::ShardCount;
use followed_files::{FileChange, FollowedFiles};
pub(crate) use followed_log::CountingRules;
use followed_log::FollowedLog;
use growing_file::READ_BYTES;
use growing_stream::{GrowingStream, wait_for};
use recent_totals::RecentTotals;

/// Time between two looks at files that do not grow.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Time between two publications of figures.
const PUBLISH_INTERVAL: Duration = Duration::from_millis(200);

/// Time for which a stream that has something may gather more. A pipe holds 64 KiB, which so many milliseconds must not
/// make slow.
const GATHER_TIME: Duration = Duration::from_millis(1);

/// Reads of one stream in a row, so that others are read too.
const STREAM_READS: usize = 64;

/// The inputs of a run that follows them.
struct Follower<'a> {
    rules: &'a CountingRules<'a>,
    logs: Vec<FollowedLog>,
    files: FollowedFiles,
    /// Streams, each with the index of its log.
    streams: Vec<(usize, GrowingStream)>,
    buffer: Vec<u8>,
    rotations: u64,
    truncations: u64,
}

impl<'a> Follower<'a> {
    fn open(paths: &[InputPath], rules: &'a CountingRules<'a>) -> Result<Self, ShardError> {
        let logs = paths.iter().map(|path| FollowedLog::new(path.clone(), rules)).collect();
        let mut follower = Self {
            rules,
            logs,
            files: FollowedFiles::default(),
            streams: Vec::new(),
            buffer: vec![0; READ_BYTES],
            rotations: 0,
            truncations: 0,
        };
        for (index, input) in paths.iter().enumerate() {
            let path = input.path();
            let failed =
                |error: io::Error| ShardError::Failed(InputError::describe(&input.display(), &error));
            if is_stream(&path).map_err(failed)? {
                follower.streams.push((index, GrowingStream::open(&path).map_err(failed)?));
            } else {
                follower.files.add(index, path);
            }
        }
        Ok(follower)
    }

    /// Reads what has come. Returns whether so much had that more of it may be there.
    fn advance(&mut self, output: &mut ShardOutput<'_>) -> Result<bool, ShardError> {
        let (logs, rules) = (&mut self.logs, self.rules);
        let mut has_more = false;
        for (index, stream) in &mut self.streams {
            let log = &mut logs[*index];
            let mut is_read = false;
            for _ in 0..STREAM_READS {
                let read = stream.advance(&mut self.buffer, |batch| log.take(batch, rules));
                is_read =
                    !read.map_err(|error| ShardError::Failed(InputError::describe(&log.name(), &error)))?;
                if is_read {
                    break;
                }
            }
            has_more |= !is_read;
        }
        let mut changes = Vec::new();
        has_more |= self.files.advance(
            &mut self.buffer,
            &mut |index, batch| logs[index].take(batch, rules),
            &mut |index, change| changes.push((index, change)),
        );
        for (index, change) in changes {
            let text = change.describe(&self.logs[index].name());
            match change {
                FileChange::Rotated => {
                    self.rotations += 1;
                    output.log(LogLevel::Info, text);
                }
                FileChange::Truncated { copy } => {
                    self.truncations += 1;
                    match copy {
                        Some(_) => output.log(LogLevel::Info, text),
                        None => output.incomplete(text),
                    }
                }
                FileChange::Missed => output.incomplete(text),
                // Counts as missing only if it lasts until the end.
                FileChange::Unreadable(_) => output.log(LogLevel::Warning, text),
            }
        }
        Ok(has_more)
    }

    /// Returns whether nothing more can come.
    fn is_ended(&self) -> bool {
        self.files.is_empty() && self.streams.iter().all(|(_, stream)| stream.is_ended())
    }

    /// Waits a moment for more.
    fn wait(&self) -> Result<(), ShardError> {
        let open: Vec<_> =
            self.streams.iter().map(|(_, stream)| stream).filter(|stream| !stream.is_ended()).collect();
        if wait_for(&open, POLL_INTERVAL).map_err(ShardError::failed)? {
            // A writer that writes line by line would wake this thread for each of them.
            thread::sleep(GATHER_TIME);
        }
        Ok(())
    }

    /// Returns the figures of this moment.
    fn figures(&self, recent: &mut RecentTotals, elapsed: Duration) -> LiveFigures {
        let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let (figures, totals) = LiveFigures::of(self.logs.iter().map(FollowedLog::counter));
        LiveFigures {
            elapsed_ms,
            recent: recent.observe(elapsed_ms, &totals),
            logs: self.logs.iter().map(FollowedLog::live).collect(),
            rotations: self.rotations,
            truncations: self.truncations,
            ..figures
        }
    }

    /// Returns the counts of each log. A line whose end has not come is left out, since its writer is still at it.
    fn finish(self, output: &mut ShardOutput<'_>) -> Vec<(LogShard, ShardCount)> {
        let share = self.rules.share;
        let finished = self.logs.into_iter().enumerate().map(|(index, log)| {
            let streams =
                || self.streams.iter().filter(move |(of, _)| *of == index).map(|(_, stream)| stream);
            let bytes = self.files.bytes_of(index) + streams().map(GrowingStream::bytes).sum::<u64>();
            if self.files.has_unfinished(index) || streams().any(GrowingStream::has_unfinished) {
                let text = format!("{}: its last line has no end yet, and is not counted", log.name());
                output.log(LogLevel::Info, text);
            }
            if self.files.is_unreadable(index) {
                output.incomplete(format!("{}: not all of it could be read", log.name()));
            }
            log.finish(bytes, share)
        });
        finished.collect()
    }
}

/// Returns whether a path is standard input or a pipe.
///
/// # Errors
/// The path is a folder, or does not exist.
pub(crate) fn is_stream(path: &Path) -> io::Result<bool> {
    if path.as_os_str() == STANDARD_INPUT {
        return Ok(true);
    }
    let metadata = std::fs::metadata(path)?;
    match metadata.is_dir() {
        true => Err(InputError::io("is a folder: name the files to follow")),
        false => Ok(!metadata.is_file()),
    }
}

/// Follows logs until the control asks for the end, or until all of them are streams that have ended. Returns the counts
/// of each log.
///
/// # Errors
/// An input cannot be read, or the shard is to stop.
pub(crate) fn follow(
    paths: &[InputPath],
    rules: &CountingRules<'_>,
    control: &FollowControl,
    output: &mut ShardOutput<'_>,
) -> Result<Vec<(LogShard, ShardCount)>, ShardError> {
    let began = Instant::now();
    let mut follower = Follower::open(paths, rules)?;
    let (mut recent, mut published) = (RecentTotals::default(), None::<Instant>);
    loop {
        // Asked before reading, so that all that was written before the request is read.
        let is_last = control.is_stopping();
        let mut has_more = follower.advance(output)?;
        if is_last {
            follower.files.stop_at_present_sizes();
            while has_more && !follower.files.is_read() {
                output.check_stopped()?;
                has_more = follower.advance(output)?;
            }
        }
        if published.is_none_or(|last| last.elapsed() >= PUBLISH_INTERVAL) || is_last {
            control.publish(follower.figures(&mut recent, began.elapsed()));
            published = Some(Instant::now());
        }
        if is_last || follower.is_ended() {
            break;
        }
        output.check_stopped()?;
        if !has_more {
            follower.wait()?;
        }
    }
    control.publish(follower.figures(&mut recent, began.elapsed()));
    Ok(follower.finish(output))
}
