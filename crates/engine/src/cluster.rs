//! Clusters: other machines, managed by a system such as Slurm, that run shards of a plan.
//!
//! A cluster starts a task at least once, perhaps twice, perhaps on a
//! machine that dies. So little is asked of it: to start array tasks, each of which runs some shards
//! by [`crate::run_shards`], and to report which of them have ended. Only the results tell what was done.

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

    /// Submits tasks, and calls `log` about steps that take time. Returns the cluster's ids of the jobs
    /// that it made of the submission.
    ///
    /// # Errors
    /// The cluster's answer. It may have accepted the submission all the same, see [`Cluster::find`].
    fn submit(&self, submission: &Submission, log: &dyn Fn(String)) -> Result<Vec<String>, ClusterError>;

    /// Returns the cluster's ids of the submission of this name; empty if it was never accepted.
    ///
    /// # Errors
    /// A cluster that does not answer.
    fn find(&self, name: &str) -> Result<Vec<String>, ClusterError>;

    /// Returns the progress of what [`Cluster::submit`] or [`Cluster::find`] returned. Ids that the cluster
    /// has forgotten count as ended.
    ///
    /// # Errors
    /// A cluster that does not answer.
    fn poll(&self, ids: &[String]) -> Result<SubmissionStatus, ClusterError>;

    /// Ends tasks: none may be left waiting or running.
    ///
    /// # Errors
    /// A cluster that does not answer.
    fn cancel(&self, ids: &[String]) -> Result<(), ClusterError>;

    /// Returns the end of what a task printed, if the cluster kept it.
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
    /// Largest number of tasks that may run at once, because the job wants no more.
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
