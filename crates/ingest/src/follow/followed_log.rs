//! One log that is followed: its lines are counted as they come.

use super::live_figures::LiveLog;
use crate::file_format::FormatChoice;
use crate::file_split::{LogShard, MemoryShare};
use crate::format_sample::{DetectedFormat, FormatSample};
use crate::line_counter::{CounterOptions, LineCounter};
use crate::line_reader::LineBatch;
use crate::log_source::InputPath;
use crate::shard_count::ShardCount;

/// The lines of one path, whatever files had it in turn.
pub(super) struct FollowedLog {
    path: InputPath,
    counter: LineCounter,
    format: DetectedFormat,
    /// The first lines, while they are too few for the format to stay.
    sample: Option<FormatSample>,
}

/// How all logs of a run are counted.
pub(crate) struct CountingRules<'a> {
    pub(crate) choice: &'a FormatChoice,
    pub(crate) options: &'a CounterOptions,
    /// Memory of each log.
    pub(crate) share: MemoryShare,
}

impl CountingRules<'_> {
    fn counter(&self) -> LineCounter {
        LineCounter::new(self.share).with_options(self.share, self.options)
    }
}

impl FollowedLog {
    /// Creates a log of which no line has come.
    pub(super) fn new(path: InputPath, rules: &CountingRules<'_>) -> Self {
        let sample = FormatSample::empty();
        Self { path, counter: rules.counter(), format: sample.format(rules.choice), sample: Some(sample) }
    }

    /// Counts lines.
    ///
    /// The format is that of the first hundred lines, or of more if those have none, as in a run that reads a finished file.
    /// As long as fewer are there, all of them are counted anew when another one comes.
    pub(super) fn take(&mut self, batch: LineBatch<'_>, rules: &CountingRules<'_>) {
        let Some(sample) = &mut self.sample else {
            return match batch {
                LineBatch::Lines(lines) => self.counter.count_lines(&self.format.format, lines),
                LineBatch::TooLong => self.counter.count_too_long(),
            };
        };
        sample.add(batch);
        self.format = sample.format(rules.choice);
        self.counter = rules.counter();
        sample.count(&self.format.format, &mut self.counter);
        if sample.is_complete() && (self.format.is_found || sample.is_full()) {
            self.sample = None;
        }
    }

    /// Returns what is counted so far.
    pub(super) fn counter(&self) -> &LineCounter {
        &self.counter
    }

    /// Returns the path for messages.
    pub(super) fn name(&self) -> String {
        self.path.display()
    }

    /// Returns what views show of this log.
    pub(super) fn live(&self) -> LiveLog {
        let counts = &self.counter.counts;
        LiveLog {
            name: self.name(),
            format: self.format.describe(),
            lines: counts.lines,
            malformed: counts.lines - counts.requests - counts.filtered,
        }
    }

    /// Returns the counts, and the shard that stands for all that was read.
    pub(super) fn finish(mut self, bytes: u64, share: MemoryShare) -> (LogShard, ShardCount) {
        self.counter.finish();
        let shard = LogShard { end: bytes, size: bytes, share, ..LogShard::followed(self.path) };
        (shard, ShardCount::new(self.counter, self.format))
    }
}
