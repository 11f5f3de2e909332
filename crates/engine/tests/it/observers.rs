//! Events that observers get, and pauses.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use streamguard_engine::{
    CompletionStatus, Event, EventKind, Job, JobError, JobSummary, MergeContext, Observer, PauseToken, Plan,
    PlanContext, RunOptions, RunState, Shard, ShardError, ShardOutput, TypedJob,
};

use crate::faulty::{Fault, FaultyJob};
use crate::{job, processes, threads};

/// Keeps the activities of shards.
#[derive(Default)]
struct ActivityObserver(Vec<String>);

impl Observer for ActivityObserver {
    fn on_event(&mut self, event: &Event, state: &RunState) {
        if let EventKind::Activity { job, shard, text } = &event.kind {
            assert_eq!(&state.jobs[*job].running[shard].activity, text);
            self.0.extend(text.clone());
        }
    }
}

#[test]
fn activities_are_reported_but_not_too_often() {
    let slow = FaultyJob { faults: [(0, Fault::Slow(1200))].into(), ..job("slow", 2) };
    for options in [threads(2), processes(2)] {
        let mut observer = ActivityObserver::default();
        let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(slow.clone())];
        let finished = streamguard_engine::run(jobs, &options, None, &mut observer).unwrap();
        assert_eq!(finished.status, CompletionStatus::Complete);
        let reported = observer.0;
        assert!((1..30).contains(&reported.len()), "{reported:?} of 120 steps");
        assert!(reported.iter().all(|text| text.starts_with("step ")), "{reported:?}");
        assert!(finished.state.jobs[0].running.is_empty());
    }
}

/// A job whose merge waits until its activity is seen.
struct WatchedMerge(Arc<AtomicBool>);

impl TypedJob for WatchedMerge {
    type Shard = u32;

    fn name(&self) -> &str {
        "watched"
    }

    fn settings(&self) -> Value {
        json!({})
    }

    fn plan(&self, _: &PlanContext) -> Result<Plan<u32>, JobError> {
        Ok(Plan::new(vec![1]))
    }

    fn run(&self, shard: &Shard<u32>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        output.emit(&shard.payload)
    }

    fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        for part in 0.. {
            if self.0.load(Ordering::Relaxed) {
                break;
            }
            merge.set_activity(&format!("part {part}"));
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(JobSummary::default())
    }
}

/// Keeps the activities of a merge, and lets it end after two.
#[derive(Default)]
struct MergeObserver {
    seen: Arc<AtomicBool>,
    activities: Vec<String>,
}

impl Observer for MergeObserver {
    fn on_event(&mut self, event: &Event, state: &RunState) {
        if let EventKind::MergeActivity { job, text } = &event.kind {
            assert_eq!(state.jobs[*job].merge_activity.as_ref(), Some(text));
            self.activities.push(text.clone());
            self.seen.store(self.activities.len() >= 2, Ordering::Relaxed);
        }
    }
}

#[test]
fn activities_of_a_merge_are_reported_until_the_job_ends() {
    let mut observer = MergeObserver::default();
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(WatchedMerge(Arc::clone(&observer.seen)))];
    let finished = streamguard_engine::run(jobs, &threads(1), None, &mut observer).unwrap();
    assert_eq!(finished.status, CompletionStatus::Complete);
    assert!(observer.activities.len() >= 2 && observer.activities[0] != observer.activities[1]);
    assert_eq!(finished.state.jobs[0].merge_activity, None);
}

/// Requests a pause as soon as a shard runs, and ends it after a while.
#[derive(Default)]
struct PausingObserver {
    pause: PauseToken,
    /// Beginning of the pause.
    since: Option<Instant>,
    /// Number of shards that began in the pause.
    begun: u32,
    pauses: Vec<bool>,
}

impl Observer for PausingObserver {
    fn on_event(&mut self, event: &Event, state: &RunState) {
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

    fn on_tick(&mut self, state: &RunState) {
        let is_over = self.since.is_some_and(|since| since.elapsed() > Duration::from_millis(400));
        if is_over && state.jobs.iter().all(|job| job.running.is_empty()) && self.pause.requested() {
            self.pause.toggle();
        }
    }
}

#[test]
fn no_shard_begins_in_a_pause_and_all_run_after_it() {
    let slow =
        FaultyJob { faults: (0..6).map(|shard| (shard, Fault::Slow(100))).collect(), ..job("slow", 6) };
    for options in [threads(2), processes(2)] {
        let mut pauser = PausingObserver::default();
        let options = RunOptions { pause: pauser.pause.clone(), ..options };
        let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(slow.clone())];
        let finished = streamguard_engine::run(jobs, &options, None, &mut pauser).unwrap();
        assert_eq!(
            (finished.status, finished.state.jobs[0].completed_shards),
            (CompletionStatus::Complete, 6)
        );
        assert_eq!(pauser.pauses, [true, false]);
        // At most one for each worker, which took it at the very moment of the pause.
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
