//! Recording a snapshot without network: a program makes the answers up.

use std::fmt;
use std::path::PathBuf;

use super::answers::{Entry, Stored};
use super::credential::OPEN;
use super::request::{Request, UpstreamError};

/// Makes up the body of an answer; none if there is no such thing.
pub type MakeUp = dyn Fn(&Request) -> Option<Vec<u8>> + Send + Sync;

/// Answers that are made up, and recorded in the folder of a snapshot.
pub(super) struct Recorder {
    /// The folder of the answers.
    pub(super) answers: PathBuf,
    pub(super) make_up: Box<MakeUp>,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("answers", &self.answers).finish_non_exhaustive()
    }
}

impl Recorder {
    /// What was recorded, or is now; none if there is no such thing.
    pub(super) fn answer(&self, request: &Request, shown: &str) -> Result<Option<Stored>, UpstreamError> {
        if let Some(stored) = Entry::recorded(&self.answers, request)? {
            return Ok(Some(stored));
        }
        let Some(bytes) = (self.make_up)(request) else { return Ok(None) };
        Entry::new(&self.answers, request, shown, OPEN).put(&bytes).map(Some)
    }
}
