//! The context of a running shard of a source: its upstream, and its output.

use streamguard_dataset::Advisory;
use streamguard_engine::{LogLevel, ShardError, ShardOutput};
use streamguard_http::{
    InvalidAnswer, Progress, UpstreamAccess, UpstreamAnswer, UpstreamError, UpstreamRequest,
};

/// Context of a running shard: asks the upstream, and takes advisories.
pub struct SourceContext<'a, 'o> {
    access: &'a UpstreamAccess,
    output: &'a mut ShardOutput<'o>,
    /// Selects the advisories that are emitted; `None` for all of them.
    filter: Option<&'a dyn Fn(&Advisory) -> bool>,
    lacks_answer: bool,
}

impl<'a, 'o> SourceContext<'a, 'o> {
    pub(crate) fn new(access: &'a UpstreamAccess, output: &'a mut ShardOutput<'o>) -> Self {
        Self { access, output, filter: None, lacks_answer: false }
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
        match self.filter {
            Some(selects) if !selects(advisory) => Ok(()),
            _ => self.output.emit(advisory),
        }
    }

    /// Adds to a counter of the shard.
    pub fn count(&mut self, name: &str, n: u64) {
        self.output.count(name, n);
    }

    /// Writes a warning to the log of the run.
    pub fn warn(&mut self, text: String) {
        self.output.log(LogLevel::Warning, text);
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
