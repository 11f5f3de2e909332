//! Pausing: no shard begins while a pause is requested.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A request to begin no further shards. The program sets it, and the run reads it; clones are the same flag.
/// Shards that are running continue to their end. A request to stop also ends a pause.
#[derive(Clone, Debug, Default)]
pub struct PauseToken(Arc<AtomicBool>);

impl PauseToken {
    /// Creates a token without a request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requests a pause, or ends it.
    pub fn toggle(&self) {
        self.0.fetch_not(Ordering::Relaxed);
    }

    /// Tells whether a pause is requested.
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
