//! A run that is shown, logged, and stopped if too much of it fails.

use std::borrow::Cow;
use std::sync::Arc;

use streamguard::ui::{ObserverAdapter, RunView};
use streamguard_engine::{CancelToken, CompletionStatus, Event, EventKind, Observer, Plan, RunState};

use super::halt_rule::Halt;
use super::job_log::JobLog;

/// All that observes a run of commands.
pub(super) struct WatchedRun<'a> {
    pub(super) view: &'a mut dyn RunView,
    pub(super) log: Option<JobLog>,
    pub(super) halt: Option<Halt>,
    /// Present if only some shards were asked for, and it is not worth a warning that the others are not done. Tells
    /// whether the run was stopped all the same.
    pub(super) part_asked_for: Option<CancelToken>,
}

impl WatchedRun<'_> {
    /// Returns an event as the view gets it: shards that were not asked for are not missing.
    fn as_asked_for<'e>(&self, event: &'e Event, state: &RunState) -> Cow<'e, Event> {
        let mut event = Cow::Borrowed(event);
        if self.part_asked_for.as_ref().is_some_and(|cancel| !cancel.requested()) {
            let has_failures = state.jobs.iter().any(|job| !job.failed_shards.is_empty());
            let end = if has_failures { CompletionStatus::Partial } else { CompletionStatus::Complete };
            match &mut event.to_mut().kind {
                EventKind::JobEnded { status, reason, .. } if *status == CompletionStatus::Cancelled => {
                    (*status, *reason) = (end, None);
                }
                EventKind::RunEnded { status } if *status == CompletionStatus::Cancelled => *status = end,
                _ => {}
            }
        }
        event
    }
}

impl Observer for WatchedRun<'_> {
    fn on_plan(&mut self, job: usize, plan: &Arc<Plan>) {
        if let Some(log) = &mut self.log {
            log.on_plan(job, plan);
        }
    }

    fn on_event(&mut self, event: &Event, state: &RunState) {
        let shown = self.as_asked_for(event, state);
        ObserverAdapter(&mut *self.view).on_event(&shown, state);
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
