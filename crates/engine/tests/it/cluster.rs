//! Shards that run elsewhere, on an engine that keeps none of its promises.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::json;
use streamguard_engine::cluster::{ClusterError, Submission, SubmissionStatus};
use streamguard_engine::{
    CancelToken, Cluster, ClusterProgress, CompletionStatus, FinishedRun, Job, OnExistingRun, Outcome,
    PlanDir, RunDir, RunMode, RunOptions, RunPaths, SubmissionFile, run_shards,
};

use crate::faulty::{Fault, Faulty};
use crate::{job, text, threads, worker};

/// What goes wrong with rounds, by their number from 1.
#[derive(Clone, Copy, Debug, Default)]
struct Faults {
    /// The answer to the first submission is lost.
    lost_answer: bool,
    /// Nothing is ever taken.
    refuses: bool,
    /// In so many rounds the first element vanishes.
    vanishes: usize,
}

/// Runs elements on threads of this process.
#[derive(Clone, Debug)]
struct Here {
    job: Faulty,
    faults: Faults,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    rounds: Vec<String>,
    /// Elements that are not over, by round.
    open: BTreeMap<String, usize>,
    cancel: BTreeMap<String, CancelToken>,
}

impl Here {
    fn new(job: &Faulty, faults: Faults) -> Self {
        Self { job: job.clone(), faults, state: Arc::default() }
    }

    fn rounds(&self) -> usize {
        self.state.lock().unwrap().rounds.len()
    }
}

impl Cluster for Here {
    fn name(&self) -> &'static str {
        "here"
    }

    fn task_count(&self, shards: usize, is_retry: bool) -> usize {
        if is_retry { shards } else { shards.div_ceil(3) }
    }

    fn submit(&self, submission: &Submission, _: &dyn Fn(String)) -> Result<Vec<String>, ClusterError> {
        if self.faults.refuses {
            return Err(ClusterError("not today".into()));
        }
        let number = {
            let mut state = self.state.lock().unwrap();
            state.rounds.push(submission.name.clone());
            state.open.insert(submission.name.clone(), submission.tasks as usize);
            state.cancel.insert(submission.name.clone(), CancelToken::new());
            state.rounds.len()
        };
        for task in 0..submission.tasks {
            let (here, submission) = (self.clone(), submission.clone());
            std::thread::spawn(move || {
                if task > 0 || number > here.faults.vanishes {
                    here.run_task(&submission, task);
                }
                *here.state.lock().unwrap().open.get_mut(&submission.name).unwrap() -= 1;
            });
        }
        match self.faults.lost_answer && number == 1 {
            true => Err(ClusterError("timed out".into())),
            false => Ok(vec![submission.name.clone()]),
        }
    }

    fn find(&self, name: &str) -> Result<Vec<String>, ClusterError> {
        let state = self.state.lock().unwrap();
        Ok(state.rounds.iter().filter(|round| *round == name).cloned().collect())
    }

    fn poll(&self, ids: &[String]) -> Result<SubmissionStatus, ClusterError> {
        let state = self.state.lock().unwrap();
        let running = ids.iter().filter_map(|id| state.open.get(id)).sum();
        let progress =
            ClusterProgress { running, ..ClusterProgress::default() }.on_nodes(["n1".to_owned()].into());
        Ok(SubmissionStatus { progress, failed_tasks: [(0, "was lost".to_owned())].into(), failure: None })
    }

    fn cancel(&self, ids: &[String]) -> Result<(), ClusterError> {
        let state = self.state.lock().unwrap();
        ids.iter().filter_map(|id| state.cancel.get(id)).for_each(CancelToken::request);
        Ok(())
    }

    fn task_log(&self, _: &Submission, task: u32) -> Option<String> {
        Some(format!("begun {task}\nout of memory\n\n"))
    }
}

impl Here {
    fn run_task(&self, submission: &Submission, task: u32) {
        let file = SubmissionFile::read(&submission.file).unwrap();
        let dir = PlanDir::open(RunPaths::new(&submission.run_folder, "test")).unwrap();
        let plan = dir.plan(file.job()).unwrap();
        let cancel = self.state.lock().unwrap().cancel[&submission.name].clone();
        let options = RunOptions { mode: RunMode::Process(worker()), cancel, ..RunOptions::default() };
        let job: Arc<dyn Job> = Arc::new(self.job.clone());
        let shards = file.shards(task).unwrap();
        run_shards(&dir, plan, &job, shards, &options, &|_, _| {}, &mut |_, _| {}).unwrap();
    }
}

fn run(
    folder: &Path,
    job: &Faulty,
    mode: RunMode,
    begin: OnExistingRun,
    cancel: &CancelToken,
) -> FinishedRun {
    let mut dir = RunDir::open(RunPaths::new(folder, "test"), json!({"shards": job.shards}), begin).unwrap();
    let options = RunOptions { mode, cancel: cancel.clone(), ..RunOptions::default() };
    let finished =
        streamguard_engine::run(vec![Arc::new(job.clone())], &options, Some(&dir), &mut ()).unwrap();
    if finished.status == CompletionStatus::Complete {
        dir.finish().unwrap();
    }
    finished
}

fn run_on(here: &Here, folder: &Path) -> FinishedRun {
    run(
        folder,
        &here.job,
        RunMode::Cluster(Arc::new(here.clone())),
        OnExistingRun::Resume,
        &CancelToken::new(),
    )
}

fn expected(job: Faulty) -> String {
    text(&crate::run(vec![job], &threads(2)), 0)
}

fn made(folder: &Path, job: &Faulty) -> String {
    std::fs::read_to_string(folder.join(format!("{}.jsonl", job.name))).unwrap()
}

#[test]
fn what_vanishes_is_handed_out_again() {
    for faults in [
        Faults::default(),
        Faults { vanishes: 2, ..Faults::default() },
        Faults { lost_answer: true, ..Faults::default() },
    ] {
        let folder = tempfile::tempdir().unwrap();
        let here = Here::new(&job("job", 10), faults);
        assert_eq!(run_on(&here, folder.path()).status, CompletionStatus::Complete, "{faults:?}");
        assert_eq!(made(folder.path(), &here.job), expected(here.job.clone()), "{faults:?}");
        assert_eq!(here.rounds(), 1 + faults.vanishes, "{faults:?}");
    }
}

#[test]
fn after_three_rounds_it_is_said_what_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let here = Here::new(&job("job", 7), Faults { vanishes: 9, ..Faults::default() });
    let finished = run_on(&here, folder.path());
    assert_eq!((finished.status, here.rounds()), (CompletionStatus::Partial, 3));
    let [(shard, outcome, reason)] = &finished.state.jobs[0].failed_shards[..] else { panic!("one is lost") };
    assert_eq!((*shard, *outcome), (0, Outcome::Crashed));
    assert!(reason.contains("task 0 of") && reason.contains("was lost"), "{reason}");
    assert!(reason.ends_with("its last line was: out of memory"), "{reason}");
    // What they left is merged without them, and the rest is not run again.
    let merged = run(folder.path(), &here.job, RunMode::Merge, OnExistingRun::Resume, &CancelToken::new());
    assert_eq!(merged.status, CompletionStatus::Partial);
    let rest = Here::new(&here.job, Faults::default());
    assert_eq!(run_on(&rest, folder.path()).status, CompletionStatus::Complete);
    assert_eq!(made(folder.path(), &here.job), expected(here.job.clone()));
}

#[test]
fn a_shard_that_fails_or_crashes_costs_itself_only() {
    let folder = tempfile::tempdir().unwrap();
    let faults = [(1, Fault::Fail), (4, Fault::Abort)];
    let here = Here::new(&Faulty { faults: faults.into(), ..job("job", 8) }, Faults::default());
    let finished = run_on(&here, folder.path());
    let lost: Vec<u32> = finished.state.jobs[0].failed_shards.iter().map(|(shard, ..)| *shard).collect();
    assert_eq!((finished.status, lost), (CompletionStatus::Partial, vec![1, 4]));
    let outcomes = &finished.state.jobs[0].outcomes;
    assert_eq!((outcomes[&Outcome::Failed], outcomes[&Outcome::Crashed]), (1, 3), "{outcomes:?}");
}

#[test]
fn an_engine_that_takes_nothing_fails_the_job() {
    let folder = tempfile::tempdir().unwrap();
    let here = Here::new(&job("job", 3), Faults { refuses: true, ..Faults::default() });
    let finished = run_on(&here, folder.path());
    assert_eq!(finished.status, CompletionStatus::Failed);
    assert_eq!(finished.state.jobs[0].reason.as_deref(), Some("not today"));
}

#[test]
fn who_has_enough_ends_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let faults = (3..40).map(|shard| (shard, Fault::Slow(1200))).collect();
    let here = Here::new(&Faulty { faults, target: Some(7), ..job("job", 40) }, Faults::default());
    assert_eq!(run_on(&here, folder.path()).status, CompletionStatus::Complete);
    assert_eq!(made(folder.path(), &here.job).lines().count(), 7);
    assert!(here.state.lock().unwrap().open.values().all(|open| *open == 0));
}

#[test]
fn a_stop_ends_what_runs_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let faults: BTreeMap<u32, Fault> = (0..30).map(|shard| (shard, Fault::Slow(400))).collect();
    let here = Here::new(&Faulty { faults, ..job("job", 30) }, Faults::default());
    let cancel = CancelToken::new();
    let soon = cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(600));
        soon.request();
    });
    let stopped = run(
        folder.path(),
        &here.job,
        RunMode::Cluster(Arc::new(here.clone())),
        OnExistingRun::Refuse,
        &cancel,
    );
    assert_eq!(stopped.status, CompletionStatus::Cancelled);
    assert!(here.state.lock().unwrap().open.values().all(|open| *open == 0));
    assert_eq!(run_on(&here, folder.path()).status, CompletionStatus::Complete);
    assert_eq!(made(folder.path(), &here.job).lines().count(), 90);
}
