//! Requests to stop, and resumed runs.

use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};

use serde_json::{Value, json};
use streamguard_engine::{
    CancelToken, CompletionStatus, Event, EventKind, FinishedRun, Job, JobError, JobSummary, MergeContext,
    Observer, OnExistingRun, Outcome, Plan, PlanContext, RunDir, RunError, RunOptions, RunPaths, RunState,
    Shard, ShardError, ShardOutput,
};

use crate::faulty::{Fault, FaultyJob};
use crate::{job, processes, text, threads};

/// Requests a stop, once or several times, as soon as a number of shards are done.
struct StopAfter {
    shards: u32,
    times: u32,
    cancel: CancelToken,
}

impl Observer for StopAfter {
    fn on_event(&mut self, event: &Event, state: &RunState) {
        let done: u32 = state.jobs.iter().map(|job| job.completed_shards).sum();
        if matches!(event.kind, EventKind::ShardEnded { .. }) && done >= self.shards {
            for _ in 0..std::mem::take(&mut self.times) {
                self.cancel.request();
            }
        }
    }
}

fn slow(shards: u32) -> FaultyJob {
    FaultyJob { faults: (0..shards).map(|shard| (shard, Fault::Slow(20))).collect(), ..job("slow", shards) }
}

fn run_in(
    folder: &Path,
    job: FaultyJob,
    options: &RunOptions,
    on_existing_run: OnExistingRun,
    stop: u32,
    times: u32,
) -> FinishedRun {
    let mut dir =
        RunDir::open(RunPaths::new(folder, "test"), json!({"shards": job.shards}), on_existing_run).unwrap();
    let mut observer = StopAfter { shards: stop, times, cancel: options.cancel.clone() };
    let finished =
        streamguard_engine::run(vec![Arc::new(job) as Arc<dyn Job>], options, Some(&dir), &mut observer)
            .unwrap();
    if finished.status == CompletionStatus::Complete {
        dir.finish().unwrap();
    }
    finished
}

#[test]
fn a_stopped_run_keeps_finished_shards_and_resumes_to_the_same_result() {
    let undisturbed = tempfile::tempdir().unwrap();
    run_in(undisturbed.path(), slow(30), &threads(3), OnExistingRun::Refuse, 99, 0);
    let expected = std::fs::read(undisturbed.path().join("slow.jsonl")).unwrap();
    for make in [threads, processes] {
        for times in [1, 2] {
            let folder = tempfile::tempdir().unwrap();
            let stopped = run_in(folder.path(), slow(30), &make(2), OnExistingRun::Refuse, 5, times);
            assert_eq!(stopped.status, CompletionStatus::Cancelled);
            assert!(!folder.path().join("slow.jsonl").exists());
            let done = stopped.state.jobs[0].completed_shards;
            assert!((5..30).contains(&done), "{done}");
            let resumed = run_in(folder.path(), slow(30), &make(2), OnExistingRun::Resume, 99, 0);
            assert_eq!(resumed.status, CompletionStatus::Complete);
            assert!(resumed.state.jobs[0].outcomes[&Outcome::Reused] >= done);
            assert_eq!(std::fs::read(folder.path().join("slow.jsonl")).unwrap(), expected);
        }
    }
}

#[test]
fn a_shard_that_ignores_the_stop_does_not_delay_the_end() {
    for options in [threads(2), processes(2)] {
        let folder = tempfile::tempdir().unwrap();
        let deaf = FaultyJob { faults: [(1, Fault::Hang)].into(), ..job("deaf", 2) };
        let finished = run_in(folder.path(), deaf, &options, OnExistingRun::Refuse, 1, 1);
        assert_eq!(finished.status, CompletionStatus::Cancelled);
        assert_eq!(finished.state.jobs[0].completed_shards, 1);
    }
}

#[test]
fn a_job_that_keeps_partial_results_merges_them_after_a_stop() {
    for options in [threads(2), processes(2)] {
        let partial = FaultyJob { keeps_partial: true, ..slow(30) };
        let mut observer = StopAfter { shards: 5, times: 1, cancel: options.cancel.clone() };
        let finished =
            streamguard_engine::run(vec![Arc::new(partial) as Arc<dyn Job>], &options, None, &mut observer)
                .unwrap();
        let job = &finished.state.jobs[0];
        assert_eq!(
            (finished.status, job.status),
            (CompletionStatus::Cancelled, Some(CompletionStatus::Cancelled))
        );
        assert!((5..30).contains(&job.completed_shards), "{}", job.completed_shards);
        assert_eq!(job.summary.metrics["missing"], json!(30 - job.completed_shards));
        assert_eq!(job.summary.metrics["records"], json!(3 * u64::from(job.completed_shards)));
        assert_eq!(text(&finished, 0).lines().count(), 3 * job.completed_shards as usize);
    }
}

#[test]
fn a_shard_that_lacks_a_part_keeps_the_rest_and_runs_again_when_resumed() {
    for make in [threads, processes] {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join("part");
        let lacking = || FaultyJob {
            faults: [(1, Fault::IncompleteWithout(part.clone()))].into(),
            ..job("lacking", 3)
        };
        let first = run_in(folder.path(), lacking(), &make(2), OnExistingRun::Refuse, 99, 0);
        let state = &first.state.jobs[0];
        assert_eq!(first.status, CompletionStatus::Partial);
        assert_eq!((state.completed_shards, state.records), (3, 7));
        let reason = format!("a part of the input is missing: {} is not there", part.display());
        assert_eq!(state.reason, Some(reason));
        std::fs::write(&part, "").unwrap();
        let second = run_in(folder.path(), lacking(), &make(2), OnExistingRun::Resume, 99, 0);
        assert_eq!((second.status, second.state.jobs[0].records), (CompletionStatus::Complete, 9));
        assert_eq!(second.state.jobs[0].outcomes[&Outcome::Reused], 2);
    }
}

#[test]
fn the_journal_replays_to_the_same_state() {
    let folder = tempfile::tempdir().unwrap();
    let finished = run_in(folder.path(), slow(6), &threads(2), OnExistingRun::Refuse, 99, 0);
    let events = streamguard_engine::journal::read(&folder.path().join(".test/journal.jsonl")).unwrap();
    let replayed = RunState::from_events(&events);
    assert_eq!(replayed.status, Some(CompletionStatus::Complete));
    let (was, is) = (&finished.state.jobs[0], &replayed.jobs[0]);
    assert_eq!(
        (was.records, was.completed_shards, &was.counters, &was.summary),
        (is.records, is.completed_shards, &is.counters, &is.summary)
    );
}

#[test]
fn a_run_whose_destination_failed_can_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let dir = RunDir::open(RunPaths::new(folder.path(), "test"), json!({}), OnExistingRun::Refuse).unwrap();
    let shards = dir.paths().shards("gone");
    /// Removes the folder when the first shard is done.
    struct RemovingObserver(std::path::PathBuf);
    impl Observer for RemovingObserver {
        fn on_event(&mut self, event: &Event, _: &RunState) {
            if matches!(event.kind, EventKind::ShardEnded { .. }) {
                let _ = std::fs::remove_dir_all(&self.0);
            }
        }
    }
    let gone = FaultyJob { name: "gone".into(), ..slow(40) };
    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(gone.clone())];
    let error =
        streamguard_engine::run(jobs, &threads(2), Some(&dir), &mut RemovingObserver(shards)).unwrap_err();
    assert!(matches!(error, RunError::Write(_)), "{error}");
    drop(dir);
    let dir = RunDir::open(RunPaths::new(folder.path(), "test"), json!({}), OnExistingRun::Resume).unwrap();
    let finished = streamguard_engine::run(vec![Arc::new(gone)], &threads(2), Some(&dir), &mut ()).unwrap();
    assert_eq!(finished.status, CompletionStatus::Complete);
}

/// Requests a stop when a shard has failed.
struct StopAtFailure(CancelToken);

impl Observer for StopAtFailure {
    fn on_event(&mut self, _: &Event, state: &RunState) {
        if state.jobs.iter().any(|job| !job.failed_shards.is_empty()) {
            self.0.request();
        }
    }
}

#[test]
fn no_shard_begins_before_the_observer_has_seen_a_failure() {
    let faults = (0..20).map(|shard| (shard, Fault::Fail)).collect();
    let failing = FaultyJob { faults, ..job("failing", 20) };
    for options in [threads(1), processes(1)] {
        let options = RunOptions { holds_failures: true, ..options };
        let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(failing.clone())];
        let mut observer = StopAtFailure(options.cancel.clone());
        let finished = streamguard_engine::run(jobs, &options, None, &mut observer).unwrap();
        assert_eq!(finished.status, CompletionStatus::Cancelled);
        assert_eq!(finished.state.jobs[0].failed_shards.len(), 1);
    }
}

/// A job whose planning waits until the other end of its channel is gone.
struct EndlessPlan(Mutex<mpsc::Receiver<()>>);

impl Job for EndlessPlan {
    fn name(&self) -> &str {
        "endless"
    }

    fn settings(&self) -> Value {
        json!({})
    }

    fn plan(&self, context: &PlanContext) -> Result<Plan, JobError> {
        context.cancel.request();
        let _ = self.0.lock().unwrap().recv();
        Ok(Plan::new([]))
    }

    fn run(&self, _: &Shard, _: &mut ShardOutput<'_>) -> Result<(), ShardError> {
        Ok(())
    }

    fn merge(&self, _: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
        Ok(JobSummary::default())
    }
}

#[test]
fn a_stopped_run_does_not_wait_for_planning_without_end() {
    let (sender, receiver) = mpsc::channel();
    let jobs: Vec<Arc<dyn Job>> =
        vec![Arc::new(EndlessPlan(Mutex::new(receiver))), Arc::new(job("sound", 3))];
    let finished = streamguard_engine::run(jobs, &threads(1), None, &mut ()).unwrap();
    assert_eq!(finished.state.jobs[0].status, Some(CompletionStatus::Cancelled));
    // The plan ends only now.
    drop(sender);
}
