//! Observers: what watches a run.

use crate::event::Event;
use crate::state::RunState;

/// Something that watches a run. It is called from the run loop: what takes long belongs on a thread of its own.
pub trait Observer {
    /// Called after each event; `state` includes it already.
    fn event(&mut self, event: &Event, state: &RunState) {
        let _ = (event, state);
    }

    /// Called many times a second: an occasion to draw.
    fn tick(&mut self, state: &RunState) {
        let _ = state;
    }
}

/// An observer that ignores everything.
impl Observer for () {}
