//! Observers: values that the run loop calls with each event, such as a view.

use std::sync::Arc;

use crate::event::Event;
use crate::plan::Plan;
use crate::state::RunState;

/// Something that watches a run. The run loop calls it and waits for it, so all methods must return quickly;
/// slow work belongs on another thread.
pub trait Observer {
    /// Called when the job at this position is planned, before the event that says so.
    fn on_plan(&mut self, job: usize, plan: &Arc<Plan>) {
        let _ = (job, plan);
    }

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
