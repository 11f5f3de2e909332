//! Clusters: other machines, managed by a system such as Slurm, that run shards of a plan.
//!
//! A cluster may start a task twice, or on a machine that dies. Therefore the engine asks little of it: to start
//! array tasks, each of which runs some shards by [`crate::run_shards`], and to report which tasks have ended. Whether
//! a shard is done, only its result file says.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use crate::event::ClusterProgress;

/// Largest number of times that a shard is submitted if it comes back without a result.
pub(crate) const MAX_SUBMISSIONS: u32 = 3;

/// A system that runs array tasks on other machines.
pub trait Cluster: fmt::Debug + Send + Sync {
    /// Returns the name of the cluster as a [mode](crate::RunMode::name).
    fn name(&self) -> &'static str;

    /// Returns the number of tasks for this number of shards, at least 1. `is_retry` means that these shards
    /// were submitted before and came back without a result; then each should get its own task.
    fn task_count(&self, shards: usize, is_retry: bool) -> usize;

    /// Submits tasks, and calls `log` with a line about each step that takes time. Returns the ids that the cluster
    /// gave to the submission; it may have divided it into several jobs of its own.
    ///
    /// # Errors
    /// The cluster's answer. The cluster may have accepted the submission in spite of the error; see
    /// [`Cluster::find`].
    fn submit(&self, submission: &Submission, log: &dyn Fn(String)) -> Result<Vec<String>, ClusterError>;

    /// Returns the cluster's ids of the submission of this name; empty if it was never accepted.
    ///
    /// # Errors
    /// A cluster that does not answer.
    fn find(&self, name: &str) -> Result<Vec<String>, ClusterError>;

    /// Returns the status of a submission by the ids that [`Cluster::submit`] or [`Cluster::find`] returned. Ids that
    /// the cluster has forgotten count as ended.
    ///
    /// # Errors
    /// A cluster that does not answer.
    fn poll(&self, ids: &[String]) -> Result<SubmissionStatus, ClusterError>;

    /// Ends all tasks of a submission, waiting and running ones.
    ///
    /// # Errors
    /// A cluster that does not answer.
    fn cancel(&self, ids: &[String]) -> Result<(), ClusterError>;

    /// Returns the last part of a task's output, if the cluster kept it.
    fn task_log(&self, submission: &Submission, task: u32) -> Option<String>;
}

/// Error of a cluster that did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ClusterError(pub String);

/// Array tasks that are submitted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Name that no other submission of any run has.
    pub name: String,
    /// Name of the job.
    pub job: String,
    /// Folder of the run, absolute.
    pub run_folder: PathBuf,
    /// File that lists the shards of each task, absolute; see [`crate::SubmissionFile`].
    pub file: PathBuf,
    /// Folder for what tasks print.
    pub log_folder: PathBuf,
    /// Number of tasks; they are numbered from 0.
    pub tasks: u32,
    /// Largest number of tasks that may run at once: [`crate::ShardLimits::max_running`] of the job.
    pub max_running: usize,
}

/// Progress of a submission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubmissionStatus {
    /// Tasks that wait and that run.
    pub progress: ClusterProgress,
    /// Reason why the submission as a whole failed, in the cluster's own words.
    pub failure: Option<String>,
    /// Tasks that failed, with the reason in the cluster's own words.
    pub failed_tasks: BTreeMap<u32, String>,
}

impl SubmissionStatus {
    /// Tells whether no task waits or runs.
    pub fn is_over(&self) -> bool {
        self.progress.waiting == 0 && self.progress.running == 0
    }
}
