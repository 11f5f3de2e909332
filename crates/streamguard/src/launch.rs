//! From the flags of a command to the options of the engine; runs of jobs without a dataset.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use streamguard::exit::Exit;
use streamguard::ui::RunView;
use streamguard::{ViewMode, ui};
use streamguard_engine::{
    CancelToken, CommandLine, CompletionStatus, FinishedRun, Job, JobState, MemoryLimit, RunDir, RunMode,
    RunOptions,
};
use streamguard_facade::{Collection, CollectionResults};
use streamguard_git as git;

use crate::args::execution::{ExecutionArgs, ExecutionMode};
use crate::cluster::ShardCommand;
use crate::cluster::ray::RayCluster;
use crate::cluster::slurm::SlurmCluster;
use crate::signals::CaughtSignal;

/// Variables that workers of our own get, besides those that git needs to find its way.
const WORKER_ENVIRONMENT: [&str; 6] = ["HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "RUST_BACKTRACE"];

/// Purpose of a command that knows jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Runs them.
    Run,
    /// Plans them only.
    Plan,
}

/// Files that other machines need to make a job, besides its plan.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NodeFiles<'a> {
    pub(crate) token_file: Option<&'a Path>,
    pub(crate) config: Option<&'a Path>,
}

/// Returns the options of the engine. A plan needs no cluster to be at hand.
pub(crate) fn engine_options(
    execution: &ExecutionArgs,
    purpose: Purpose,
    cancel: CancelToken,
    files: &NodeFiles<'_>,
) -> Result<RunOptions> {
    let shard_command = || ShardCommand::new(execution.worker_memory, files.token_file, files.config);
    let workers = usize::from(execution.workers);
    let (mode, workers) = match execution.mode {
        _ if purpose == Purpose::Plan => (RunMode::Merge, workers),
        ExecutionMode::Threading => (RunMode::Threading, workers),
        ExecutionMode::Process => (RunMode::Process(worker_command()?), workers),
        ExecutionMode::Slurm => {
            let slurm = SlurmCluster::connect(&execution.cluster, shard_command()?)?;
            let slots = slurm.slots();
            (RunMode::Cluster(Arc::new(slurm)), slots)
        }
        ExecutionMode::Ray => {
            let ray = RayCluster::connect(&execution.cluster, shard_command()?)?;
            let slots = ray.slots();
            (RunMode::Cluster(Arc::new(ray)), slots)
        }
    };
    Ok(RunOptions {
        mode,
        workers,
        worker_memory: memory_limit(execution.worker_memory),
        cancel,
        ..RunOptions::default()
    })
}

/// Returns the limit of a worker process; none for 0 MiB.
pub(crate) fn memory_limit(mebibytes: u64) -> Option<MemoryLimit> {
    (mebibytes > 0).then(|| MemoryLimit::new(mebibytes.saturating_mul(1 << 20), "--worker-memory"))
}

/// Returns the command that starts this program as a worker.
pub(crate) fn worker_command() -> Result<CommandLine> {
    let program = std::env::current_exe().context("cannot find this program, to start it as a worker")?;
    // A list of what is allowed, not of what is forbidden: tokens in the environment of this process must
    // not reach workers. Credentials travel over the pipe instead.
    let environment = WORKER_ENVIRONMENT.into_iter().chain(git::ENVIRONMENT);
    Ok(CommandLine::new(program, ["worker"]).with_only_variables(environment))
}

/// Runs jobs in a view.
pub(crate) fn run_jobs(
    jobs: Vec<Arc<dyn Job>>,
    options: &RunOptions,
    dir: Option<&RunDir>,
    view: ViewMode,
) -> Result<FinishedRun> {
    let mut shown = ui::open(view, None, &options.cancel, &options.pause);
    run_jobs_in(jobs, options, dir, &mut *shown)
}

/// Runs jobs in a view that is open.
pub(crate) fn run_jobs_in(
    jobs: Vec<Arc<dyn Job>>,
    options: &RunOptions,
    dir: Option<&RunDir>,
    shown: &mut dyn RunView,
) -> Result<FinishedRun> {
    Ok(streamguard_engine::run(jobs, options, dir, &mut ui::ObserverAdapter(shown))?)
}

/// Runs collectors in a view, and returns what they left.
pub(crate) fn run_collection(
    collection: Collection,
    options: RunOptions,
    view: ViewMode,
) -> Result<CollectionResults> {
    let (cancel, pause) = (options.cancel.clone(), options.pause.clone());
    // The folder is opened first: its errors are printed on a terminal that no view has.
    let opened = collection.options(options).open()?;
    let mut shown = ui::open(view, None, &cancel, &pause);
    Ok(opened.run(&mut ui::ObserverAdapter(&mut *shown))?)
}

/// Returns the exit code of a collection; `caught` holds the signal that stopped it.
pub(crate) fn collection_exit(results: &CollectionResults, caught: &CaughtSignal) -> Exit {
    match results.status {
        // Stopped without a signal: by a key of the dashboard, which counts as SIGINT.
        CompletionStatus::Cancelled => Exit::Signal(caught.signal().unwrap_or(2)),
        // A source was read in part, and had no samples there; the rest may have some.
        CompletionStatus::Partial if results.state.jobs.iter().any(is_partial) => Exit::Partial,
        // After the cancelled runs, which often have no samples either.
        _ if results.samples() == 0 => Exit::NoResults,
        CompletionStatus::Complete => Exit::Complete,
        CompletionStatus::Partial | CompletionStatus::Failed => Exit::Partial,
    }
}

fn is_partial(job: &JobState) -> bool {
    job.status == Some(CompletionStatus::Partial)
}

/// Returns the exit code of a command whose jobs ended so.
pub(crate) fn exit_of(status: CompletionStatus, caught: &CaughtSignal) -> Exit {
    match status {
        CompletionStatus::Complete => Exit::Complete,
        CompletionStatus::Partial => Exit::Partial,
        CompletionStatus::Failed => Exit::NoResults,
        CompletionStatus::Cancelled => Exit::Signal(caught.signal().unwrap_or(2)),
    }
}
