//! The view that a waiting operation has of its run.

/// A run that waits for something: it can end the wait, and is informed about it.
pub trait Progress {
    /// Returns whether to give up waiting.
    fn is_stopped(&self) -> bool;

    /// Logs why a wait takes long.
    fn info(&mut self, text: String);

    /// Logs something unexpected that did not end the operation.
    fn warn(&mut self, text: String);

    /// Shows in a few words what is being waited for; `None` when the work goes on.
    fn set_activity(&self, text: Option<&str>) {
        let _ = text;
    }
}

/// Progress that nobody follows: it never stops, and drops every message.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn is_stopped(&self) -> bool {
        false
    }

    fn info(&mut self, _: String) {}

    fn warn(&mut self, _: String) {}
}
