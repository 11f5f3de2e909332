//! Passes every event on to the journal, the state and the observer.

use std::path::PathBuf;
use std::sync::Arc;

use streamguard_durable::WriteError;

use super::error::RunError;
use super::observer::Observer;
use crate::event::Event;
use crate::journal::{self, Journal};
use crate::plan::Plan;
use crate::run_dir::RunDir;
use crate::run_dir_error::RunDirError;
use crate::state::RunState;

/// Passes every event on: to the journal, to the state, and to the observer.
pub(super) struct Recorder<'a> {
    journal: Option<(Journal, PathBuf)>,
    observer: &'a mut dyn Observer,
    pub(super) state: RunState,
}

impl<'a> Recorder<'a> {
    /// Opens the journal of a folder. The state of a resumed run continues that of the interrupted one.
    pub(super) fn open(dir: Option<&RunDir>, observer: &'a mut dyn Observer) -> Result<Self, RunError> {
        let mut recorder = Self { journal: None, observer, state: RunState::default() };
        if let Some(dir) = dir {
            let path = dir.paths().journal();
            recorder.journal = Some((Journal::open(&path).map_err(RunDirError::from)?, path.clone()));
            if dir.resumed() {
                let earlier = journal::read(&path).map_err(RunDirError::from)?;
                recorder.state = RunState::from_events(&earlier);
            }
        }
        Ok(recorder)
    }

    /// Writes events to the journal, applies them to the state, and shows them to the observer.
    pub(super) fn record(&mut self, events: &[Event]) -> Result<(), RunError> {
        // First the journal: an event that an observer has displayed must not be lost.
        if let Some((journal, path)) = &mut self.journal {
            journal.append(events).map_err(WriteError::at(path))?;
        }
        for event in events {
            self.state.apply(event);
            self.observer.on_event(event, &self.state);
        }
        Ok(())
    }

    /// Shows the observer the plan of a job.
    pub(super) fn show_plan(&mut self, job: usize, plan: &Arc<Plan>) {
        self.observer.on_plan(job, plan);
    }

    /// Advances the time of the state, and lets the observer draw.
    pub(super) fn tick(&mut self, elapsed_ms: u64) {
        self.state.advance_to(elapsed_ms);
        self.observer.on_tick(&self.state);
    }
}
