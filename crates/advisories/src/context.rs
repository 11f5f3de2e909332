//! The context of a running shard of a source: its upstream, and its output.

use serde_json::value::RawValue;
use streamguard_dataset::Advisory;
use streamguard_engine::{LogLevel, ShardError, ShardOutput};
use streamguard_http::{
    InvalidAnswer, Progress, UpstreamAccess, UpstreamAnswer, UpstreamError, UpstreamRequest,
};

use crate::size_limits::cut_down;
use crate::{LenientRecord, RecordFaults};

/// Counter of records that the upstream lists but does not give.
pub(crate) const MISSING_COUNTER: &str = "records.missing";

/// Context of a running shard: asks the upstream, and takes advisories.
pub struct SourceContext<'a, 'o> {
    access: &'a UpstreamAccess,
    output: &'a mut ShardOutput<'o>,
    /// Selects the advisories that are emitted; `None` for all of them.
    filter: Option<&'a dyn Fn(&Advisory) -> bool>,
    lacks_answer: bool,
    faults: RecordFaults,
}

impl<'a, 'o> SourceContext<'a, 'o> {
    pub(crate) fn new(access: &'a UpstreamAccess, output: &'a mut ShardOutput<'o>) -> Self {
        Self { access, output, filter: None, lacks_answer: false, faults: RecordFaults::default() }
    }

    /// Emits only the advisories that `filter` selects.
    pub(crate) fn with_filter(self, filter: &'a dyn Fn(&Advisory) -> bool) -> Self {
        Self { filter: Some(filter), ..self }
    }

    /// Reports whether the snapshot that is replayed had no answer to a request.
    pub(crate) fn lacks_answer(&self) -> bool {
        self.lacks_answer
    }

    /// Returns the access to the upstream.
    pub fn access(&self) -> &'a UpstreamAccess {
        self.access
    }

    /// Asks the upstream and passes the answer to `read`, as
    /// [`streamguard_http::HttpClient::ask`] does. Waits are shown in the live view.
    ///
    /// # Errors
    /// [`UpstreamError`].
    pub fn ask<T>(
        &mut self,
        request: &UpstreamRequest,
        read: &mut dyn FnMut(&UpstreamAnswer) -> Result<T, InvalidAnswer>,
    ) -> Result<T, UpstreamError> {
        let answered = self.access.client()?.ask(request, self, read);
        self.lacks_answer |= matches!(answered, Err(UpstreamError::NotRecorded { .. }));
        answered
    }

    /// Emits an advisory.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub fn emit(&mut self, advisory: &Advisory) -> Result<(), ShardError> {
        if !self.is_wanted(advisory) {
            return Ok(());
        }
        match cut_down(advisory) {
            None => self.output.emit(advisory),
            Some((cut, left_out)) => {
                self.faults.add_trimmed(&advisory.id, &left_out);
                self.output.emit(&cut)
            }
        }
    }

    /// Emits an advisory, and notes the parts of it that were left out.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub fn emit_read(&mut self, read: &LenientRecord<Advisory>) -> Result<(), ShardError> {
        if !self.is_wanted(&read.record) {
            return Ok(());
        }
        let cut = cut_down(&read.record);
        let too_large = cut.as_ref().map_or(&[][..], |(_, left_out)| left_out);
        if !read.left_out.is_empty() || !too_large.is_empty() {
            self.faults.add_trimmed(&read.record.id, &[&read.left_out, too_large].concat());
        }
        self.output.emit(cut.as_ref().map_or(&read.record, |(cut, _)| cut))
    }

    /// Emits an advisory that is given as a line of JSON.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub(crate) fn emit_line(&mut self, line: String) -> Result<(), ShardError> {
        self.output.emit(&RawValue::from_string(line).map_err(ShardError::failed)?)
    }

    fn is_wanted(&self, advisory: &Advisory) -> bool {
        self.filter.is_none_or(|selects| selects(advisory))
    }

    /// Notes a record that cannot be used, by its name or beginning.
    pub fn drop_record(&mut self, sample: &str) {
        self.faults.add_dropped(sample);
    }

    /// Notes the faults of some records.
    pub fn add_faults(&mut self, faults: RecordFaults) {
        self.faults.append(faults);
    }

    /// Counts the faults that were noted, and warns of them. `records_of` names the source.
    pub(crate) fn report_faults(&mut self, records_of: &str) {
        let faults = std::mem::take(&mut self.faults);
        self.count("records.trimmed", faults.trimmed());
        self.count("records.malformed", faults.dropped());
        faults.warnings(records_of).into_iter().for_each(|warning| self.warn(warning));
    }

    /// Adds to a counter of the shard.
    pub fn count(&mut self, name: &str, n: u64) {
        self.output.count(name, n);
    }

    /// Writes a warning to the log of the run.
    pub fn warn(&mut self, text: String) {
        self.output.log(LogLevel::Warning, text);
    }

    /// States that a part of the advisories is missing, and why; see [`ShardOutput::incomplete`].
    pub fn incomplete(&mut self, reason: impl Into<String>) {
        self.output.incomplete(reason);
    }

    /// Counts records that the upstream lists but does not give: the listing is not kept then, so that the next run asks
    /// for them again.
    pub fn count_missing(&mut self, records: u64) {
        self.count(MISSING_COUNTER, records);
    }

    /// Fails if the shard is to stop.
    ///
    /// # Errors
    /// [`ShardError::Stopped`], to be passed on.
    pub fn check(&self) -> Result<(), ShardError> {
        self.output.check_stopped()
    }
}

impl Progress for SourceContext<'_, '_> {
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
