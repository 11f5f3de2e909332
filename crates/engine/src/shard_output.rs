//! The output of a running shard, as its job sees it.

use serde::Serialize;

use crate::error::ShardError;
use crate::event::{INCOMPLETE_COUNTER, LogLevel};
use crate::poison_items::item_name;
use crate::worker::protocol::MAX_LINE_BYTES;

/// Longest description of an activity, in bytes.
pub(crate) const MAX_ACTIVITY_BYTES: usize = 256;

/// Largest record, in bytes: one that fits into a line of the protocol with the name of its message. It is the same on
/// threads, so that the result does not depend on the mode.
const MAX_RECORD_BYTES: usize = MAX_LINE_BYTES - 64;

/// Counter of the records of a shard that were too large.
const OVERSIZED_COUNTER: &str = "oversized_records";

/// Destination of a shard's records, whatever worker runs it.
pub(crate) trait RecordSink {
    /// Takes one record: one line of JSON, without its line end.
    fn record(&mut self, line: &[u8]);
    /// Adds to a counter.
    fn count(&mut self, name: &str, n: u64);
    /// Adds a line to the log.
    fn log(&mut self, level: LogLevel, text: String);
    /// Sets or clears the activity of the shard.
    fn set_activity(&self, text: Option<&str>);
    /// Notes that the shard begins an item. Returns false if the item is to be left out.
    fn begin_item(&mut self, name: &str) -> bool;
    /// Returns the number of the attempt, from 1.
    fn attempt(&self) -> u32;
    /// Tells whether the shard is to stop.
    fn stopped(&self) -> bool;
}

/// Output of a running shard: takes its records, counters and log lines.
pub struct ShardOutput<'a> {
    sink: &'a mut dyn RecordSink,
    line: &'a mut Vec<u8>,
}

impl<'a> ShardOutput<'a> {
    /// Creates an output; `line` is a buffer that is reused for every record.
    pub(crate) fn new(sink: &'a mut dyn RecordSink, line: &'a mut Vec<u8>) -> Self {
        Self { sink, line }
    }

    /// Emits one record, as one line of JSON. One of more than 16 MiB is left out, counted, and named in the log.
    ///
    /// # Errors
    /// [`ShardError::Stopped`] if the shard is to stop; `Failed` if JSON cannot hold the record.
    pub fn emit(&mut self, record: &impl Serialize) -> Result<(), ShardError> {
        // Before the record is written: after a request to stop, no further record may be emitted.
        self.check_stopped()?;
        self.line.clear();
        serde_json::to_writer(&mut *self.line, record).map_err(ShardError::failed)?;
        if self.line.len() > MAX_RECORD_BYTES {
            // It would end the worker, and with it the shard, on every attempt.
            let bytes = self.line.len();
            self.count(OVERSIZED_COUNTER, 1);
            self.log(LogLevel::Warning, format!("a record of {bytes} bytes is too large, and was left out"));
            return Ok(());
        }
        self.sink.record(self.line);
        Ok(())
    }

    /// Adds to a counter of this shard. The counters of merged shards are summed up.
    pub fn count(&mut self, name: &str, n: u64) {
        if n > 0 {
            self.sink.count(name, n);
        }
    }

    /// Adds a line to the log of the run.
    pub fn log(&mut self, level: LogLevel, text: impl Into<String>) {
        self.sink.log(level, text.into());
    }

    /// States that a part of the records is missing, because its input is damaged or not there, and why. What was
    /// emitted is kept, the job ends as partial, and the shard runs again when the run is resumed. May be called once
    /// for each part.
    pub fn incomplete(&mut self, reason: impl Into<String>) {
        self.sink.count(INCOMPLETE_COUNTER, 1);
        self.sink.log(LogLevel::Error, reason.into());
    }

    /// States that the shard begins an item, one of many on which it works: a commit, or a file. Returns false if it is
    /// to leave that item out, because two attempts died at it. Then it is counted as missing, as by
    /// [`ShardOutput::incomplete`], and named in the log.
    ///
    /// The same shard must name the same items in each attempt.
    pub fn begin_item(&mut self, name: &str) -> bool {
        let is_kept = self.sink.begin_item(name);
        if !is_kept {
            self.incomplete(format!("{} was left out: two attempts ended there", item_name(name)));
        }
        is_kept
    }

    /// Returns the number of the attempt at this shard, from 1; on a cluster always 1. It must not change the records.
    pub fn attempt(&self) -> u32 {
        self.sink.attempt()
    }

    /// Describes in a few words for what the shard waits or on what it works, if that takes longer than a
    /// moment; `None` ends the activity. Views show the latest description, which changes at most twice a second.
    pub fn set_activity(&self, text: Option<&str>) {
        // Cut at the border of a character, since the text is shown.
        self.sink.set_activity(text.map(|text| &text[..text.floor_char_boundary(MAX_ACTIVITY_BYTES)]));
    }

    /// Checks whether the shard is to stop. [`ShardOutput::emit`] checks it too; a shard that computes
    /// for long between records should check several times a second.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on with `?`.
    pub fn check_stopped(&self) -> Result<(), ShardError> {
        if self.sink.stopped() { Err(ShardError::Stopped) } else { Ok(()) }
    }
}
