//! Observers: values that the run loop calls with each event, such as a view.

use crate::event::Event;
use crate::state::RunState;

/// Something that watches a run. The run loop calls it and waits for it, so both methods must return quickly;
/// slow work belongs on another thread.
pub trait Observer {
    /// Called after each event; `state` includes it already.
    fn on_event(&mut self, event: &Event, state: &RunState) {
        let _ = (event, state);
    }

    /// Called many times a second, so that a view can draw.
    fn on_tick(&mut self, state: &RunState) {
        let _ = state;
    }
}

/// An observer that ignores everything.
impl Observer for () {}
