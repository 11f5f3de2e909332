//! Cancellation: one flag that every part of a run looks at.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// A request to stop, shared by whoever may ask and whoever must obey. Clones are the same
/// flag. A stop is never taken back; it can only become more urgent.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicU8>);

impl CancelToken {
    /// A flag that nobody has raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks once: the first call asks to stop cleanly, any further one to stop at once.
    pub fn request(&self) {
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |level| Some(level.saturating_add(1).min(2)));
    }

    /// Whether anybody asked to stop.
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    /// Whether somebody asked twice: nothing is worth waiting for any more.
    pub fn at_once(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 1
    }
}
