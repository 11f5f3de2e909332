//! A job orchestrator: a job splits its input into shards, shards run on threads or in child
//! processes, and their outputs are merged.
//!
//! The engine knows nothing of what a job does. It promises that
//! - the result depends on the job alone, not on workers, their number, crashes or resumes;
//! - a shard that fails, hangs or crashes is tried again, and costs nothing but itself;
//! - with a [`RunDir`], whatever was finished survives `kill -9`, and a run goes on from there.
//!
//! # A job of one's own
//!
//! A job is a value: its settings. It plans shards, runs one at a time, and merges what they
//! emitted.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::Arc;
//!
//! use streamguard_engine::{
//!     JobError, MergeContext, RunOptions, ShardOutput, Plan, PlanContext, Shard, ShardError, JobSummary, TypedJob,
//! };
//! use serde::{Deserialize, Serialize};
//! use serde_json::{Value, json};
//!
//! /// Counts the words of some texts.
//! #[derive(Serialize, Deserialize)]
//! struct WordCount {
//!     texts: Vec<String>,
//! }
//!
//! impl TypedJob for WordCount {
//!     /// Position of the text.
//!     type Shard = usize;
//!
//!     fn name(&self) -> &str {
//!         "wordcount"
//!     }
//!
//!     fn settings(&self) -> Value {
//!         json!(self)
//!     }
//!
//!     // ShardRunner shard per text.
//!     fn plan(&self, _: &PlanContext) -> Result<Plan<usize>, JobError> {
//!         Ok(Plan::new(0..self.texts.len()))
//!     }
//!
//!     // Emits one record per word: the word and how often it occurs.
//!     fn run(&self, shard: &Shard<usize>, output: &mut ShardOutput<'_>) -> Result<(), ShardError> {
//!         let mut words = BTreeMap::<&str, u64>::new();
//!         for word in self.texts[shard.payload].split_whitespace() {
//!             *words.entry(word).or_default() += 1;
//!         }
//!         words.iter().try_for_each(|word| output.emit(&word))
//!     }
//!
//!     // Adds the counts up.
//!     fn merge(&self, merge: &mut MergeContext<'_>) -> Result<JobSummary, JobError> {
//!         let mut total = BTreeMap::<String, u64>::new();
//!         merge.for_each_record(|line| {
//!             let (word, n): (String, u64) = serde_json::from_slice(line).map_err(JobError::failed)?;
//!             *total.entry(word).or_default() += n;
//!             Ok(())
//!         })?;
//!         Ok(total.into_iter().fold(JobSummary::default(), |summary, (word, n)| summary.metric(word, n)))
//!     }
//! }
//!
//! let job = WordCount { texts: vec!["to be or".into(), "not to be".into()] };
//! streamguard_engine::testing::check_job(&job, |settings| serde_json::from_value::<WordCount>(settings)).unwrap();
//!
//! let finished = streamguard_engine::run(vec![Arc::new(job)], &RunOptions::default(), None, &mut ()).unwrap();
//! let words = &finished.state.jobs[0].summary.metrics;
//! assert_eq!((&words["to"], &words["not"]), (&json!(2), &json!(1)));
//! ```
//!
//! On a cluster, [`RunMode::Cluster`] hands shards to an engine that runs them by [`run_shards`]; what
//! that is, is up to whoever implements [`Cluster`].
//!
//! To run its shards in child processes, give [`RunMode::Process`] a command that calls [`serve`]
//! with a function from a job's name and settings to the job. Programs in other languages
//! join as [`ExternalJob`] jobs.

mod cancel;
pub mod cluster;
mod crew;
mod error;
pub mod event;
mod external;
mod failure;
mod job;
pub mod journal;
mod merge;
mod options;
mod pause;
mod plan;
mod planning;
mod prepare;
mod results;
mod rounds;
mod run;
mod rundir;
mod schedule;
mod secrets;
mod shards;
mod state;
mod store;
mod summary;
pub mod testing;
mod typed_job;
mod worker;

pub use cancel::CancelToken;
pub use cluster::Cluster;
pub use error::{JobError, ShardError};
pub use event::{ClusterProgress, CompletionStatus, Counters, Event, EventKind, LogLevel, Outcome};
pub use external::ExternalJob;
pub use job::{Job, ShardLimits, ShardOutput};
pub use merge::{MergeContext, OutputFile};
pub use options::{RunMode, RunOptions};
pub use pause::PauseToken;
pub use plan::{Plan, PlanContext, PlanFile, Shard};
pub use prepare::{PlanOutcome, plan_only};
pub use results::EarlierResults;
pub use rounds::SubmissionFile;
pub use run::{FinishedRun, Observer, RunError, run};
pub use rundir::{OnExistingRun, RunDir, RunDirError, RunRecord};
pub use secrets::Secrets;
pub use shards::{PlanDir, PlanError, ShardStatus, run_shards};
pub use state::{JobState, PendingRetry, RunState, RunningShard};
pub use summary::{JobSummary, SummaryTable};
pub use typed_job::TypedJob;
pub use worker::serve::{ServeError, serve};
pub use worker::{CommandLine, kill_with_parent};
