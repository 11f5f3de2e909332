//! Cancellation: one flag that every part of a run checks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Level of a token after the first request.
const STOP_CLEANLY: u8 = 1;

/// Level of a token after any further request.
const STOP_AT_ONCE: u8 = 2;

/// A request to stop. The program sets it, and the run and its jobs read it; clones are the same flag. A request
/// cannot be withdrawn; it can only become more urgent.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicU8>);

impl CancelToken {
    /// Creates a token without a request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requests a stop: the first call asks to stop cleanly, any further one to stop at once.
    pub fn request(&self) {
        let raised = |level: u8| Some(level.saturating_add(1).min(STOP_AT_ONCE));
        // Relaxed is enough: readers of the level rely on no other memory.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, raised);
    }

    /// Tells whether a stop was requested.
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= STOP_CLEANLY
    }

    /// Tells whether a stop was requested twice: then the run waits for no shard.
    pub fn at_once(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= STOP_AT_ONCE
    }
}
