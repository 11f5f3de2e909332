//! A run that is shown, logged, and stopped if too much of it fails.

use std::sync::Arc;

use streamguard::ui::{ObserverAdapter, RunView};
use streamguard_engine::{Event, Observer, Plan, RunState};

use super::halt_rule::Halt;
use super::job_log::JobLog;

/// All that observes a run of commands.
pub(super) struct WatchedRun<'a> {
    pub(super) view: &'a mut dyn RunView,
    pub(super) log: Option<JobLog>,
    pub(super) halt: Option<Halt>,
}

impl Observer for WatchedRun<'_> {
    fn on_plan(&mut self, job: usize, plan: &Arc<Plan>) {
        if let Some(log) = &mut self.log {
            log.on_plan(job, plan);
        }
    }

    fn on_event(&mut self, event: &Event, state: &RunState) {
        ObserverAdapter(&mut *self.view).on_event(event, state);
        if let Some(log) = &mut self.log {
            log.on_event(event);
        }
        if let Some(halt) = &mut self.halt {
            halt.check(state);
        }
    }

    fn on_tick(&mut self, state: &RunState) {
        ObserverAdapter(&mut *self.view).on_tick(state);
        if let Some(log) = &mut self.log {
            log.flush();
        }
    }
}
