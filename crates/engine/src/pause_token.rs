//! Pausing: no shard begins while a pause is requested.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A request to begin no further shards, shared by those who may ask for it and the run that obeys.
/// Clones are the same flag. Shards that are running continue to their end; a stop ends a pause as well.
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
