//! What a run that follows logs shares with whoever watches it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::live_figures::LiveFigures;

/// Latest figures of a run that follows logs, and the request to end it. Clones are the same control.
#[derive(Clone, Debug, Default)]
pub struct FollowControl(Arc<ControlState>);

#[derive(Debug, Default)]
struct ControlState {
    is_stopping: AtomicBool,
    figures: Mutex<LiveFigures>,
}

impl FollowControl {
    /// Asks the run to read what is there and to end. It then counts as complete.
    pub fn stop(&self) {
        self.0.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Tells whether the run was asked to end.
    pub fn is_stopping(&self) -> bool {
        self.0.is_stopping.load(Ordering::Relaxed)
    }

    /// Returns the latest figures, which change several times a second.
    pub fn figures(&self) -> LiveFigures {
        self.lock().clone()
    }

    /// Replaces the figures.
    pub(super) fn publish(&self, figures: LiveFigures) {
        *self.lock() = figures;
    }

    fn lock(&self) -> MutexGuard<'_, LiveFigures> {
        self.0.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
