//! Clusters: machines of somebody else's that run shards of a plan which they see too.
//!
//! An engine such as Slurm starts what it is given at least once, perhaps twice, perhaps on a
//! machine that dies. So it is asked for little: to start elements, each of which runs some shards
//! by [`crate::run_shards`], and to say which have ended. What was done is told by the results alone.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use crate::event::ClusterProgress;

/// How often a shard is given to a cluster at most, if it comes back without a result.
pub(crate) const ROUNDS: u32 = 3;

/// An engine that runs elements somewhere.
pub trait Cluster: fmt::Debug + Send + Sync {
    /// The name of the mode on the command line.
    fn name(&self) -> &'static str;

    /// In how many elements so many shards are handed out, at least 1. `again` says that these
    /// were handed out before and came back without a result: then each had better be alone.
    fn elements(&self, shards: usize, again: bool) -> usize;

    /// Hands a round over, and says what of that takes its time. Returns the engine's own names of
    /// what it made of it.
    ///
    /// # Errors
    /// What the engine said. It may have taken the round all the same, see [`Cluster::find`].
    fn submit(&self, round: &Submission, say: &dyn Fn(String)) -> Result<Vec<String>, ClusterError>;

    /// What the engine has of a round of this name: none if it was never handed over.
    ///
    /// # Errors
    /// An engine that does not answer.
    fn find(&self, name: &str) -> Result<Vec<String>, ClusterError>;

    /// How far it is with what [`Cluster::submit`] or [`Cluster::find`] returned. What the engine
    /// has forgotten is over.
    ///
    /// # Errors
    /// An engine that does not answer.
    fn poll(&self, ids: &[String]) -> Result<SubmissionStatus, ClusterError>;

    /// Ends it: nothing of it is to be left behind, neither waiting nor running.
    ///
    /// # Errors
    /// An engine that does not answer.
    fn cancel(&self, ids: &[String]) -> Result<(), ClusterError>;

    /// The end of what an element printed, if the engine kept it.
    fn log(&self, round: &Submission, element: u32) -> Option<String>;
}

/// Why an engine did not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ClusterError(pub String);

/// Some elements that are handed over together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Its name: no other round of any run bears it.
    pub name: String,
    /// The job.
    pub job: String,
    /// The folder of the run, absolute.
    pub plan: PathBuf,
    /// The file that says which shards each element runs, absolute; see [`crate::SubmissionFile`].
    pub file: PathBuf,
    /// A folder for what elements print.
    pub logs: PathBuf,
    /// How many elements there are; they are numbered from 0.
    pub elements: u32,
    /// How many of them may run at once, because the job wants no more.
    pub lane: usize,
}

/// How far an engine is with a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubmissionStatus {
    /// What waits and what runs.
    pub progress: ClusterProgress,
    /// Why the round as a whole came to nothing, in the engine's own words.
    pub failure: Option<String>,
    /// Elements that ended badly, and how, in the engine's own words.
    pub bad: BTreeMap<u32, String>,
}

impl SubmissionStatus {
    /// Whether nothing waits and nothing runs.
    pub fn is_over(&self) -> bool {
        self.progress.waiting == 0 && self.progress.running == 0
    }
}
