//! Shards on a cluster that breaks its promises.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::json;
use streamguard_engine::cluster::{ClusterError, Submission, SubmissionStatus};
use streamguard_engine::{
    CancelToken, Cluster, ClusterProgress, CompletionStatus, FinishedRun, Job, OnExistingRun, Outcome,
    PlanDir, RunDir, RunMode, RunOptions, RunPaths, SubmissionFile, run_shards,
};

use crate::faulty::{Fault, FaultyJob};
use crate::{job, text, threads, worker};

/// Faults of the cluster.
#[derive(Clone, Copy, Debug, Default)]
struct ClusterFaults {
    /// Loses the answer to the first submission.
    lost_answer: bool,
    /// Accepts nothing.
    refuses: bool,
    /// Number of submissions whose first task vanishes.
    vanishes: usize,
}

/// A cluster that runs tasks on threads of this process.
#[derive(Clone, Debug)]
struct ThreadCluster {
    job: FaultyJob,
    faults: ClusterFaults,
    state: Arc<Mutex<ClusterState>>,
}

#[derive(Debug, Default)]
struct ClusterState {
    submissions: Vec<String>,
    /// Number of tasks that have not ended, by submission.
    open: BTreeMap<String, usize>,
    cancel: BTreeMap<String, CancelToken>,
}

impl ThreadCluster {
    fn new(job: &FaultyJob, faults: ClusterFaults) -> Self {
        Self { job: job.clone(), faults, state: Arc::default() }
    }

    fn submissions(&self) -> usize {
        self.state.lock().unwrap().submissions.len()
    }
}

impl Cluster for ThreadCluster {
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
            state.submissions.push(submission.name.clone());
            state.open.insert(submission.name.clone(), submission.tasks as usize);
            state.cancel.insert(submission.name.clone(), CancelToken::new());
            state.submissions.len()
        };
        for task in 0..submission.tasks {
            let (cluster, submission) = (self.clone(), submission.clone());
            std::thread::spawn(move || {
                if task > 0 || number > cluster.faults.vanishes {
                    cluster.run_task(&submission, task);
                }
                *cluster.state.lock().unwrap().open.get_mut(&submission.name).unwrap() -= 1;
            });
        }
        match self.faults.lost_answer && number == 1 {
            true => Err(ClusterError("timed out".into())),
            false => Ok(vec![submission.name.clone()]),
        }
    }

    fn find(&self, name: &str) -> Result<Vec<String>, ClusterError> {
        let state = self.state.lock().unwrap();
        Ok(state.submissions.iter().filter(|submission| *submission == name).cloned().collect())
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

impl ThreadCluster {
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
    job: &FaultyJob,
    mode: RunMode,
    on_existing_run: OnExistingRun,
    cancel: &CancelToken,
) -> FinishedRun {
    let mut dir =
        RunDir::open(RunPaths::new(folder, "test"), json!({"shards": job.shards}), on_existing_run).unwrap();
    let options = RunOptions { mode, cancel: cancel.clone(), ..RunOptions::default() };
    let finished =
        streamguard_engine::run(vec![Arc::new(job.clone())], &options, Some(&dir), &mut ()).unwrap();
    if finished.status == CompletionStatus::Complete {
        dir.finish().unwrap();
    }
    finished
}

fn run_on(cluster: &ThreadCluster, folder: &Path) -> FinishedRun {
    let on_existing_run = match folder.join(".test/run.json").exists() {
        true => OnExistingRun::Resume,
        false => OnExistingRun::Refuse,
    };
    let mode = RunMode::Cluster(Arc::new(cluster.clone()));
    run(folder, &cluster.job, mode, on_existing_run, &CancelToken::new())
}

fn expected(job: FaultyJob) -> String {
    text(&crate::run(vec![job], &threads(2)), 0)
}

fn made(folder: &Path, job: &FaultyJob) -> String {
    std::fs::read_to_string(folder.join(format!("{}.jsonl", job.name))).unwrap()
}

#[test]
fn shards_of_vanished_tasks_are_submitted_again() {
    for faults in [
        ClusterFaults::default(),
        ClusterFaults { vanishes: 2, ..ClusterFaults::default() },
        ClusterFaults { lost_answer: true, ..ClusterFaults::default() },
    ] {
        let folder = tempfile::tempdir().unwrap();
        let cluster = ThreadCluster::new(&job("job", 10), faults);
        assert_eq!(run_on(&cluster, folder.path()).status, CompletionStatus::Complete, "{faults:?}");
        assert_eq!(made(folder.path(), &cluster.job), expected(cluster.job.clone()), "{faults:?}");
        assert_eq!(cluster.submissions(), 1 + faults.vanishes, "{faults:?}");
    }
}

#[test]
fn after_three_submissions_the_missing_shards_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let cluster =
        ThreadCluster::new(&job("job", 7), ClusterFaults { vanishes: 9, ..ClusterFaults::default() });
    let finished = run_on(&cluster, folder.path());
    assert_eq!((finished.status, cluster.submissions()), (CompletionStatus::Partial, 3));
    let [(shard, outcome, reason)] = &finished.state.jobs[0].failed_shards[..] else { panic!("one is lost") };
    assert_eq!((*shard, *outcome), (0, Outcome::Crashed));
    assert!(reason.contains("task 0 of") && reason.contains("was lost"), "{reason}");
    assert!(reason.ends_with("its last line was: out of memory"), "{reason}");
    // The other results are merged without the missing one, and those shards do not run again.
    let merged = run(folder.path(), &cluster.job, RunMode::Merge, OnExistingRun::Resume, &CancelToken::new());
    assert_eq!(merged.status, CompletionStatus::Partial);
    let rest = ThreadCluster::new(&cluster.job, ClusterFaults::default());
    assert_eq!(run_on(&rest, folder.path()).status, CompletionStatus::Complete);
    assert_eq!(made(folder.path(), &cluster.job), expected(cluster.job.clone()));
}

#[test]
fn a_failed_or_crashed_shard_harms_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let faults = [(1, Fault::Fail), (4, Fault::Abort)];
    let cluster =
        ThreadCluster::new(&FaultyJob { faults: faults.into(), ..job("job", 8) }, ClusterFaults::default());
    let finished = run_on(&cluster, folder.path());
    let lost: Vec<u32> = finished.state.jobs[0].failed_shards.iter().map(|(shard, ..)| *shard).collect();
    assert_eq!((finished.status, lost), (CompletionStatus::Partial, vec![1, 4]));
    let outcomes = &finished.state.jobs[0].outcomes;
    assert_eq!((outcomes[&Outcome::Failed], outcomes[&Outcome::Crashed]), (1, 3), "{outcomes:?}");
}

#[test]
fn a_cluster_that_accepts_nothing_fails_the_job() {
    let folder = tempfile::tempdir().unwrap();
    let cluster =
        ThreadCluster::new(&job("job", 3), ClusterFaults { refuses: true, ..ClusterFaults::default() });
    let finished = run_on(&cluster, folder.path());
    assert_eq!(finished.status, CompletionStatus::Failed);
    assert_eq!(finished.state.jobs[0].reason.as_deref(), Some("not today"));
}

#[test]
fn tasks_are_ended_when_the_target_is_reached() {
    let folder = tempfile::tempdir().unwrap();
    let faults = (3..40).map(|shard| (shard, Fault::Slow(1200))).collect();
    let cluster = ThreadCluster::new(
        &FaultyJob { faults, target: Some(7), ..job("job", 40) },
        ClusterFaults::default(),
    );
    assert_eq!(run_on(&cluster, folder.path()).status, CompletionStatus::Complete);
    assert_eq!(made(folder.path(), &cluster.job).lines().count(), 7);
    assert!(cluster.state.lock().unwrap().open.values().all(|open| *open == 0));
}

#[test]
fn a_stop_ends_the_tasks() {
    let folder = tempfile::tempdir().unwrap();
    let faults: BTreeMap<u32, Fault> = (0..30).map(|shard| (shard, Fault::Slow(400))).collect();
    let cluster = ThreadCluster::new(&FaultyJob { faults, ..job("job", 30) }, ClusterFaults::default());
    let cancel = CancelToken::new();
    let soon = cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(600));
        soon.request();
    });
    let stopped = run(
        folder.path(),
        &cluster.job,
        RunMode::Cluster(Arc::new(cluster.clone())),
        OnExistingRun::Refuse,
        &cancel,
    );
    assert_eq!(stopped.status, CompletionStatus::Cancelled);
    assert!(cluster.state.lock().unwrap().open.values().all(|open| *open == 0));
    assert_eq!(run_on(&cluster, folder.path()).status, CompletionStatus::Complete);
    assert_eq!(made(folder.path(), &cluster.job).lines().count(), 90);
}
