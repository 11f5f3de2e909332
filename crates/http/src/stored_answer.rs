//! Answers as the cache stores them.

use serde::{Deserialize, Serialize};

use crate::request::{Freshness, UpstreamAnswer};

/// Version of the layout of answers on disk.
pub(crate) const ANSWER_FORMAT: u32 = 1;

/// Status of a stored body (RFC 9110).
pub(crate) const STATUS_OK: u16 = 200;

/// Status of an answer that there is no such thing (RFC 9110).
pub(crate) const STATUS_NOT_FOUND: u16 = 404;

/// The status of answers that were stored before the field was.
fn status_ok() -> u16 {
    STATUS_OK
}

/// Description of a stored body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AnswerMeta {
    pub(crate) format: u32,
    /// URL of the request, for people who look into the cache.
    pub(crate) url: String,
    /// 200; or 404 if there is no such thing, then the body is empty.
    #[serde(default = "status_ok")]
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    /// Clock reading of the run that got the answer, or revalidated it; or the version of the content.
    pub(crate) mark: Option<u64>,
    pub(crate) length: u64,
    pub(crate) blake3: String,
}

/// A stored body and its description, verified when they were loaded.
#[derive(Clone, Debug)]
pub(crate) struct StoredAnswer {
    pub(crate) meta: AnswerMeta,
    pub(crate) answer: UpstreamAnswer,
}

impl AnswerMeta {
    /// Returns whether the answer is used without asking.
    pub(crate) fn is_fresh(&self, freshness: Freshness) -> bool {
        match freshness {
            // A thing that is missing today may be there tomorrow.
            Freshness::Forever => !self.is_missing(),
            Freshness::Run(_) | Freshness::Version { .. } => self.mark == freshness.mark(self.is_missing()),
        }
    }

    /// Returns whether the answer was that there is no such thing.
    pub(crate) fn is_missing(&self) -> bool {
        self.status == STATUS_NOT_FOUND
    }
}

impl StoredAnswer {
    /// Returns the answer, unless it was that there is no such thing.
    pub(crate) fn found(&self) -> Option<&UpstreamAnswer> {
        (!self.meta.is_missing()).then_some(&self.answer)
    }
}

/// Result of a look into the cache.
#[derive(Debug)]
pub(crate) enum CacheLookup {
    Miss,
    /// The files differ from what was stored.
    Damaged,
    Hit(StoredAnswer),
}

/// A body that was received into a scratch file.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedBody {
    pub(crate) length: u64,
    pub(crate) blake3: String,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}
