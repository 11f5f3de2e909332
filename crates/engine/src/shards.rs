//! Single shards of a plan that lies on storage which several machines see: the contract of
//! clusters. Whatever starts shards there may start one twice, or on two machines at once.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::Value;
use streamguard_durable::WriteError;
use thiserror::Error;

use crate::cancel::CancelToken;
use crate::cluster::Submission;
use crate::crew::LocalWorker;
use crate::event::{LogLevel, Outcome};
use crate::job::{Job, ShardLimits};
use crate::options::{RunMode, RunOptions};
use crate::plan::{Plan, PlanFile};
use crate::rounds::SubmissionStore;
use crate::rundir::{RunDir, RunDirError};
use crate::schedule::{Attempt, AttemptResult, Lease};
use crate::store::ShardStore;
use crate::worker::thread::ThreadWorker;
use crate::worker::{LeasedWork, StopReason, Worker, WorkerStatus};

/// How often it is looked at whether a shard is late, or to stop.
const TICK: Duration = Duration::from_millis(40);

/// A shard that is told to stop may take so long to do it.
const STOP: Duration = Duration::from_secs(2);

/// The folder of a run whose jobs are planned: what a machine needs to run any of their shards.
#[derive(Clone, Debug)]
pub struct PlanDir {
    root: PathBuf,
    clock_ms: u64,
    done: bool,
}

/// Why a plan is of no use here.
#[derive(Debug, Error)]
pub enum PlanError {
    /// There is no run in the folder.
    #[error("{0} holds no plan; is it on storage that this machine sees?")]
    NoPlan(PathBuf),
    /// What is remembered of the run cannot be read.
    #[error(transparent)]
    RunDir(#[from] RunDirError),
    /// The plan of one job cannot be read.
    #[error("cannot use the plan {path}: {source}")]
    Plan {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// The plan has no such shard.
    #[error("the plan of {job} has no shard {shard}, but {shards} from 0")]
    NoShard {
        /// The job.
        job: String,
        /// What was asked for.
        shard: u32,
        /// How many there are.
        shards: usize,
    },
    /// The job that was made is not the one that was planned.
    #[error("the job {0} that this machine makes is not the one that was planned")]
    OtherJob(String),
    /// The folder cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl PlanDir {
    /// The run in `root`.
    ///
    /// # Errors
    /// [`PlanError::NoPlan`], and state that is damaged.
    pub fn open(root: &Path) -> Result<Self, PlanError> {
        let run = RunDir::recorded(root)?.ok_or_else(|| PlanError::NoPlan(root.to_owned()))?;
        Ok(Self { root: root.to_owned(), clock_ms: run.clock_ms, done: run.done })
    }

    /// Whether the run is over and its results in place: then there is nothing to do.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Names of the jobs that are planned, sorted.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn jobs(&self) -> Result<Vec<String>, PlanError> {
        let folder = RunDir::state_of(&self.root).join("plans");
        let names = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in std::fs::read_dir(&folder)? {
                let name = entry?.file_name().to_string_lossy().into_owned();
                names.extend(name.strip_suffix(".json").map(str::to_owned));
            }
            names.sort();
            Ok(names)
        };
        names().map_err(|source| PlanError::Plan { path: folder.clone(), source })
    }

    /// The plan of a job.
    ///
    /// # Errors
    /// [`PlanError::Plan`].
    pub fn plan(&self, job: &str) -> Result<PlanFile, PlanError> {
        let path = RunDir::state_of(&self.root).join("plans").join(format!("{job}.json"));
        PlanFile::read(&path).map_err(|source| PlanError::Plan { path, source })
    }

    /// Divides those shards of a plan that have no result yet among so many elements, for an engine
    /// that somebody else hands them to.
    ///
    /// # Errors
    /// A folder that cannot be read or written.
    pub fn create_submission(&self, plan: PlanFile, elements: usize) -> Result<Submission, PlanError> {
        let state = RunDir::state_of(&self.root);
        let cannot = WriteError::at(&state);
        let store =
            ShardStore::shared(&state.join("shards").join(&plan.job), plan.hash()).map_err(&cannot)?;
        let (job, hash) = (plan.job.clone(), plan.hash().to_owned());
        let rounds =
            SubmissionStore::new(&self.root, &state, self.clock_ms, &job, &hash, "").map_err(&cannot)?;
        let numbers = plan.into_plan().shards().iter().map(|shard| shard.number).collect::<Vec<_>>();
        let missing: Vec<u32> = numbers.into_iter().filter(|number| store.reuse(*number).is_none()).collect();
        let round = rounds.begin(&missing, elements, usize::MAX).map_err(&cannot)?;
        Ok(rounds.told(&round))
    }
}

/// How a shard ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShardStatus {
    /// Its result is there; `reused` if it was before.
    Done {
        /// Whether somebody else had done it.
        reused: bool,
    },
    /// It was not done; another try may help.
    Retryable(Box<str>),
    /// It cannot be done.
    Failed(Box<str>),
    /// It was told to stop.
    Stopped,
}

/// Runs shards of a plan one after the other, as often as it is asked to: a shard whose result is
/// there is not run again. Each leaves its output, or a note why not; `report` is told how it ended,
/// `say` what its job says meanwhile.
///
/// # Errors
/// [`PlanError`]: a plan that does not fit, or a folder that cannot be written.
pub fn run_shards(
    dir: &PlanDir,
    plan: PlanFile,
    job: &Arc<dyn Job>,
    shards: &[u32],
    options: &RunOptions,
    say: &(dyn Fn(LogLevel, String) + Sync),
    report: &mut dyn FnMut(u32, &ShardStatus),
) -> Result<(), PlanError> {
    if job.name() != plan.job || job.settings() != plan.settings {
        return Err(PlanError::OtherJob(plan.job));
    }
    let folder = RunDir::state_of(&dir.root).join("shards").join(&plan.job);
    let cannot = WriteError::at(&folder);
    let store = ShardStore::shared(&folder, plan.hash()).map_err(&cannot)?;
    let (name, settings, plan) = (plan.job.clone(), plan.settings.clone(), plan.into_plan());
    if let Some(&shard) = shards.iter().find(|shard| **shard as usize >= plan.shards().len()) {
        return Err(PlanError::NoShard { job: name, shard, shards: plan.shards().len() });
    }
    let own = match &options.mode {
        RunMode::Process(command) => Some(command.clone()),
        _ => None,
    };
    let worker =
        LocalWorker { own, memory: options.worker_memory, thread: ThreadWorker::default(), process: None };
    let cancel = &options.cancel;
    let mut one = ShardRunner { job, settings: &settings, plan: &plan, store: &store, cancel, worker, say };
    for &shard in shards {
        let ended = one.run(shard).map_err(&cannot)?;
        report(shard, &ended);
    }
    Ok(())
}

/// What it takes to run one shard after the other.
struct ShardRunner<'a> {
    job: &'a Arc<dyn Job>,
    settings: &'a Value,
    plan: &'a Plan,
    store: &'a ShardStore,
    cancel: &'a CancelToken,
    worker: LocalWorker,
    say: &'a (dyn Fn(LogLevel, String) + Sync),
}

impl ShardRunner<'_> {
    fn run(&mut self, shard: u32) -> io::Result<ShardStatus> {
        if self.store.reuse(shard).is_some() {
            self.store.forget_failure(shard);
            return Ok(ShardStatus::Done { reused: true });
        }
        if self.cancel.requested() {
            return Ok(ShardStatus::Stopped);
        }
        Ok(match self.attempt(shard)? {
            // Two copies of a shard write the same. If they do not, for an upstream answered them
            // differently, the files of one may stand beside the result of the other.
            AttemptResult::Finished(_) if self.store.reuse(shard).is_none() => {
                self.lost(shard, "another copy of it wrote something else at the same time")
            }
            AttemptResult::Finished(_) => {
                self.store.forget_failure(shard);
                ShardStatus::Done { reused: false }
            }
            AttemptResult::Bad(outcome, reason, retry) => {
                let reason = match absent(self.settings) {
                    None => reason,
                    Some(path) => format!(
                        "{reason} ({path} is not there: what settings name must be on storage that all \
                         machines see)"
                    )
                    .into(),
                };
                self.store.note_failure(shard, outcome, &reason, retry);
                if retry { ShardStatus::Retryable(reason) } else { ShardStatus::Failed(reason) }
            }
            AttemptResult::Cancelled => ShardStatus::Stopped,
            AttemptResult::Returned { .. } => self.lost(shard, "its worker did not begin it"),
        })
    }

    fn lost(&self, shard: u32, reason: &str) -> ShardStatus {
        self.store.note_failure(shard, Outcome::Crashed, reason, true);
        ShardStatus::Retryable(reason.into())
    }

    fn attempt(&mut self, shard: u32) -> io::Result<AttemptResult> {
        let ticket = Attempt { shard, attempt: 1, alone: true };
        let lease = Lease { job: 0, tickets: vec![ticket] };
        let slot = WorkerStatus::new(self.cancel.clone());
        slot.lease(lease.clone());
        let (job, plan, store, say) = (self.job, self.plan, self.store, self.say);
        let work = LeasedWork { job, plan, store, lease: &lease, slot: &slot, say };
        let mut fate = AttemptResult::Returned { alone: false };
        std::thread::scope(|scope| {
            let (done, until) = mpsc::channel::<()>();
            let (slot, limits, cancel) = (&slot, job.limits(), self.cancel);
            scope.spawn(move || watch(slot, ticket, &limits, cancel, &until));
            let ran = self.worker.run(&work, &mut |_, its, _| fate = its);
            drop(done);
            ran
        })?;
        slot.end();
        Ok(fate)
    }
}

/// The first path in the settings that this machine does not have.
fn absent(settings: &Value) -> Option<&str> {
    match settings {
        Value::String(text) => (text.starts_with('/') && !Path::new(text).exists()).then_some(text.as_str()),
        Value::Array(items) => items.iter().find_map(absent),
        Value::Object(items) => items.values().find_map(absent),
        _ => None,
    }
}

/// Looks after a shard until it is over: whether it is late, or silent, or to stop.
fn watch(
    slot: &WorkerStatus,
    ticket: Attempt,
    limits: &ShardLimits,
    cancel: &CancelToken,
    until: &Receiver<()>,
) {
    let since = Instant::now();
    let mut told: Option<Instant> = None;
    while let Err(RecvTimeoutError::Timeout) = until.recv_timeout(TICK) {
        let process = slot.group.load(std::sync::atomic::Ordering::Relaxed) != 0;
        if cancel.requested() {
            let gently = told.get_or_insert_with(Instant::now).elapsed() < STOP;
            slot.tell(ticket, StopReason::Cancelled, gently);
        } else if since.elapsed() > limits.deadline {
            slot.tell(ticket, StopReason::Late, false);
        } else if process
            && limits.heartbeat_timeout.is_some_and(|heartbeat_timeout| slot.silent() > heartbeat_timeout)
        {
            slot.tell(ticket, StopReason::Silent, false);
        }
    }
}
