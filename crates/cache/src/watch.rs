//! The view that a waiting operation has of its run.

use streamguard_engine::LogLevel;

/// A run that waits for something: it can stop the wait, and hears what is waited for.
pub trait Watch {
    /// Returns whether to give up waiting.
    fn stopped(&self) -> bool;

    /// Logs why a wait takes long, or what was odd.
    fn note(&mut self, level: LogLevel, text: String);

    /// Says in a few words what is waited for now; `None` when the work goes on.
    fn doing(&self, text: Option<&str>) {
        let _ = text;
    }
}
