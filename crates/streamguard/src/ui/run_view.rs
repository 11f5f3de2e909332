//! Interface of all views of a run.

use streamguard_engine::{Event, RunState};

/// View of a run.
pub trait RunView {
    /// Shows an event; `state` includes it already.
    fn on_event(&mut self, event: &Event, state: &RunState) {
        let _ = (event, state);
    }

    /// Draws the state, if it is time to.
    fn on_tick(&mut self, state: &RunState) {
        let _ = state;
    }

    /// Shows how many samples have been put together to the dataset so far.
    fn assembling(&mut self, samples: u64) {
        let _ = samples;
    }
}

impl RunView for () {}
