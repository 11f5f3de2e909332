//! Answers of upstreams.

/// Clock of the world, in milliseconds since 1970: 1 January 2026, 00:00 UTC, after all that
/// happens in it.
pub const CLOCK_MS: u64 = 1_767_225_600_000;

/// An answer of an upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamAnswer {
    /// Status of HTTP.
    pub status: u16,
    /// Header `Content-Type`.
    pub content_type: &'static str,
    /// Body.
    pub bytes: Vec<u8>,
}

impl UpstreamAnswer {
    pub(super) fn ok(content_type: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, content_type, bytes: bytes.into() }
    }

    pub(super) fn json(value: &serde_json::Value) -> Self {
        Self::ok("application/json", value.to_string())
    }

    /// Returns the answer to a request that the upstream does not accept.
    pub(super) fn refused(status: u16) -> Self {
        Self { status, content_type: "text/plain", bytes: Vec::new() }
    }
}
