//! What whoever watches is told, and the pause that they may ask for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use streamguard_engine::{
    CompletionStatus, Event, EventKind, Job, Observer, PauseToken, RunOptions, RunState,
};

use crate::faulty::{Fault, Faulty};
use crate::{job, processes, threads};

/// Keeps what shards said of themselves.
#[derive(Default)]
struct Listener(Vec<String>);

impl Observer for Listener {
    fn event(&mut self, event: &Event, state: &RunState) {
        if let EventKind::Activity { job, shard, text } = &event.kind {
            assert_eq!(&state.jobs[*job].running[shard].activity, text);
            self.0.extend(text.clone());
        }
    }
}

#[test]
fn what_a_shard_is_at_is_told_but_not_too_often() {
    let slow = Faulty { faults: [(0, Fault::Slow(1200))].into(), ..job("slow", 2) };
    for options in [threads(2), processes(2)] {
        let mut listener = Listener::default();
        let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(slow.clone())];
        let finished = streamguard_engine::run(jobs, &options, None, &mut listener).unwrap();
        assert_eq!(finished.status, CompletionStatus::Complete);
        let told = listener.0;
        assert!((1..30).contains(&told.len()), "{told:?} of 120 steps");
        assert!(told.iter().all(|text| text.starts_with("step ")), "{told:?}");
        assert!(finished.state.jobs[0].running.is_empty());
    }
}

/// Asks for a pause as soon as a shard runs, and ends it when nothing has begun for a while.
#[derive(Default)]
struct Pauser {
    pause: PauseToken,
    /// Since when the run has been paused.
    since: Option<Instant>,
    /// Shards that began in the pause.
    begun: u32,
    pauses: Vec<bool>,
}

impl Observer for Pauser {
    fn event(&mut self, event: &Event, state: &RunState) {
        match event.kind {
            EventKind::ShardStarted { .. } if self.pauses.is_empty() && !self.pause.requested() => {
                self.pause.toggle();
            }
            EventKind::ShardStarted { .. } if self.since.is_some() => self.begun += 1,
            EventKind::Paused { paused } => {
                assert_eq!(state.paused, paused);
                self.pauses.push(paused);
                self.since = paused.then(Instant::now);
            }
            _ => {}
        }
    }

    fn tick(&mut self, state: &RunState) {
        let is_over = self.since.is_some_and(|since| since.elapsed() > Duration::from_millis(400));
        if is_over && state.jobs.iter().all(|job| job.running.is_empty()) && self.pause.requested() {
            self.pause.toggle();
        }
    }
}

#[test]
fn nothing_begins_in_a_pause_and_all_goes_on_after_it() {
    let slow = Faulty { faults: (0..6).map(|shard| (shard, Fault::Slow(100))).collect(), ..job("slow", 6) };
    for options in [threads(2), processes(2)] {
        let mut pauser = Pauser::default();
        let options = RunOptions { pause: pauser.pause.clone(), ..options };
        let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(slow.clone())];
        let finished = streamguard_engine::run(jobs, &options, None, &mut pauser).unwrap();
        assert_eq!(
            (finished.status, finished.state.jobs[0].completed_shards),
            (CompletionStatus::Complete, 6)
        );
        assert_eq!(pauser.pauses, [true, false]);
        // One each that a worker took at the very moment.
        assert!(pauser.begun <= 2, "{} began in the pause", pauser.begun);
    }
}

#[test]
fn a_stop_ends_a_pause() {
    let options = threads(1);
    options.pause.toggle();
    options.cancel.request();
    let finished =
        streamguard_engine::run(vec![Arc::new(job("never", 3)) as Arc<dyn Job>], &options, None, &mut ())
            .unwrap();
    assert_eq!(finished.status, CompletionStatus::Cancelled);
}
