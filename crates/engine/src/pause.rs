//! Pausing: while it is asked for, no shard begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A request to begin no further shards, shared by whoever may ask and the run that obeys.
/// Clones are the same flag. Shards that run go on to their end; a stop ends a pause as well.
#[derive(Clone, Debug, Default)]
pub struct PauseToken(Arc<AtomicBool>);

impl PauseToken {
    /// A flag that nobody has raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for a pause, or ends it.
    pub fn toggle(&self) {
        self.0.fetch_not(Ordering::Relaxed);
    }

    /// Whether a pause is asked for.
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
