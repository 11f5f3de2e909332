//! The slowest requests.

use serde::{Deserialize, Serialize};

use crate::parse::LoggedRequest;

/// Requests that are kept.
const KEPT: usize = 10;

/// Longest path that is kept, in bytes.
const MAX_PATH_BYTES: usize = 512;

/// A request, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SlowRequest {
    /// Latency in nanoseconds.
    pub(crate) latency: u64,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) time: Option<i64>,
}

/// The slowest requests, slowest first; of equal ones those that came first.
#[derive(Clone, Debug, Default)]
pub(crate) struct SlowestRequests {
    kept: Vec<SlowRequest>,
    /// Latency that a request must exceed to be kept.
    threshold: Option<u64>,
}

impl SlowestRequests {
    /// Adds a request.
    #[inline]
    pub(super) fn add(&mut self, latency: u64, request: &LoggedRequest<'_>) {
        if self.threshold.is_none_or(|threshold| latency > threshold) {
            self.keep(latency, request);
        }
    }

    /// Keeps a request. Not inlined, because it is rare.
    #[inline(never)]
    fn keep(&mut self, latency: u64, request: &LoggedRequest<'_>) {
        let text =
            |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_PATH_BYTES)]).into_owned();
        self.merge([SlowRequest {
            latency,
            method: text(request.method.as_bytes()),
            path: text(request.path),
            status: request.status,
            time: request.time,
        }]);
    }

    /// Adds requests that come behind those that are here.
    pub(crate) fn merge(&mut self, requests: impl IntoIterator<Item = SlowRequest>) {
        for request in requests {
            let at = self.kept.partition_point(|kept| kept.latency >= request.latency);
            if at < KEPT {
                self.kept.insert(at, request);
                self.kept.truncate(KEPT);
            }
        }
        self.threshold = self.kept.get(KEPT - 1).map(|last| last.latency);
    }

    /// Returns the requests.
    pub(crate) fn into_requests(self) -> Vec<SlowRequest> {
        self.kept
    }
}
