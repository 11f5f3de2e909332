//! Recording a snapshot without network, from answers that a program makes up.

use std::fmt;
use std::path::PathBuf;

use crate::answer_entry::AnswerEntry;
use crate::error::UpstreamError;
use crate::request::UpstreamRequest;
use crate::service_credential::ANONYMOUS_SCOPE;
use crate::stored_answer::StoredAnswer;

/// Function that makes up the body of an answer; `None` if there is no such thing.
pub type FakeResponder = dyn Fn(&UpstreamRequest) -> Option<Vec<u8>> + Send + Sync;

/// Recorder of made-up answers in the folder of a snapshot.
pub(crate) struct AnswerRecorder {
    /// Folder of the answers.
    pub(crate) answers: PathBuf,
    pub(crate) responder: Box<FakeResponder>,
}

impl fmt::Debug for AnswerRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerRecorder").field("answers", &self.answers).finish_non_exhaustive()
    }
}

impl AnswerRecorder {
    /// Returns the recorded answer, and records one if there is none yet; `None` if there is no such thing.
    pub(crate) fn answer(
        &self,
        request: &UpstreamRequest,
        shown_url: &str,
    ) -> Result<Option<StoredAnswer>, UpstreamError> {
        if let Some(stored) = AnswerEntry::recorded(&self.answers, request)? {
            return Ok(Some(stored));
        }
        let Some(bytes) = (self.responder)(request) else { return Ok(None) };
        AnswerEntry::new(&self.answers, request, shown_url, ANONYMOUS_SCOPE).put(&bytes).map(Some)
    }
}
