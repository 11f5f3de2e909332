//! The output of a running shard of a collector.

use streamguard_cache::Progress;
use streamguard_dataset::{QualityFlag, Rejection, Sample, SampleKind, SampleLevel, quality};
use streamguard_engine::{LogLevel, ShardError, ShardOutput};

/// Output of a running shard: takes samples, and counts the candidates that are rejected.
pub struct Samples<'a, 'o> {
    output: &'a mut ShardOutput<'o>,
    /// Samples that become part of another record instead of records of their own.
    kept: Option<&'a mut Vec<Sample>>,
    /// Longest code that is emitted, in characters.
    max_code_chars: usize,
}

impl<'a, 'o> Samples<'a, 'o> {
    /// Returns an output that emits every sample as a record.
    pub(crate) fn emitting(output: &'a mut ShardOutput<'o>) -> Self {
        Self { output, kept: None, max_code_chars: quality::MAX_CODE_CHARS }
    }

    /// Returns an output that counts in the shard of `output`, but pushes the samples to `kept`,
    /// for records of another form.
    pub fn keeping(output: &'a mut ShardOutput<'o>, kept: &'a mut Vec<Sample>) -> Self {
        Self { kept: Some(kept), ..Self::emitting(output) }
    }

    /// Sets the longest code that is emitted, in characters; [`quality::MAX_CODE_CHARS`] without this.
    pub fn set_max_code_chars(&mut self, chars: usize) {
        self.max_code_chars = chars;
    }

    /// Returns whether code is neither too short nor too long to be emitted.
    pub fn accepts_length(&self, code: &str) -> bool {
        quality::check_length(code, self.max_code_chars).is_ok()
    }

    /// Gives a sample its id and emits it. Code that is too short or too long to learn from is
    /// rejected and counted, and a long function is flagged.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub fn emit(&mut self, mut sample: Sample) -> Result<(), ShardError> {
        let sides = [&sample.vulnerable_code, &sample.fixed_code];
        let mut is_long = false;
        for code in sides.into_iter().flatten() {
            match quality::check_length(code, self.max_code_chars) {
                Ok(long) => is_long |= long,
                Err(rejection) => {
                    self.reject(rejection);
                    // A rejected candidate emits nothing, so the stop that `emit` looks for is looked
                    // for here.
                    return self.output.check_stopped();
                }
            }
        }
        if is_long && sample.level == SampleLevel::Function {
            sample.quality_flags.push(QualityFlag::LongFunction);
        }
        if sample.kind == SampleKind::Pair {
            // A figure for the live view only: the result counts what is left after the cut at the
            // target.
            self.output.count("pairs", 1);
        }
        let sample = sample.with_id();
        match &mut self.kept {
            Some(kept) => {
                kept.push(sample);
                self.output.check_stopped()
            }
            None => self.output.emit(&sample),
        }
    }

    /// Counts a candidate that is not a sample, by the reason.
    pub fn reject(&mut self, rejection: Rejection) {
        self.reject_many(rejection, 1);
    }

    /// Counts `n` candidates that are rejected for the same reason.
    pub fn reject_many(&mut self, rejection: Rejection, n: u64) {
        // Reports find rejections by this prefix.
        self.output.count(&format!("rejected.{}", rejection.name()), n);
    }

    /// Adds to a counter of the shard.
    pub fn count(&mut self, name: &str, n: u64) {
        self.output.count(name, n);
    }

    /// Writes a line to the log of the run.
    pub fn info(&mut self, text: impl Into<String>) {
        self.output.log(LogLevel::Info, text);
    }

    /// Writes a warning to the log of the run.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.output.log(LogLevel::Warning, text);
    }

    /// States that a part of the samples is missing, and why; see [`ShardOutput::incomplete`].
    pub fn incomplete(&mut self, reason: impl Into<String>) {
        self.output.incomplete(reason);
    }

    /// States that the shard begins an item; see [`ShardOutput::begin_item`]. Returns false if it is to be left out.
    pub fn begin_item(&mut self, name: &str) -> bool {
        self.output.begin_item(name)
    }

    /// Fails if the shard is to stop.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub fn check(&self) -> Result<(), ShardError> {
        self.output.check_stopped()
    }
}

impl Progress for Samples<'_, '_> {
    fn is_stopped(&self) -> bool {
        self.output.check_stopped().is_err()
    }

    fn info(&mut self, text: String) {
        self.output.log(LogLevel::Info, text);
    }

    fn warn(&mut self, text: String) {
        self.output.log(LogLevel::Warning, text);
    }

    fn set_activity(&self, text: Option<&str>) {
        self.output.set_activity(text);
    }
}
