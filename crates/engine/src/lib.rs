//! An engine that runs jobs: a job splits its input into shards, shards run on threads, in child
//! processes or on a cluster, and their outputs are merged.
//!
//! The engine knows nothing about the content of a job. It promises that
//! - the records of a run that completes depend on the job alone, not on workers, their number, crashes or resumptions;
//! - a shard that fails, hangs or crashes is tried again, and harms no other shard (on threads, only panics are
//!   caught: any other crash ends the run);
//! - with a [`RunDir`], every finished shard survives `kill -9`, and a resumed run continues from there.
//!
//! # Writing a job
//!
//! A job is a value that holds its settings. It plans shards, runs one at a time, and merges the records that the
//! shards emitted.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::Arc;
//!
//! use serde::{Deserialize, Serialize};
//! use serde_json::{Value, json};
//! use streamguard_engine::{
//!     JobError, JobSummary, MergeContext, Plan, PlanContext, RunOptions, Shard, ShardError, ShardOutput, TypedJob,
//! };
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
//!     // One shard per text.
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
//! # Where shards run
//!
//! - On threads of this process: [`RunMode::Threading`].
//! - In child processes: [`RunMode::Process`] with a command that calls [`serve`]
//!   with a function from a job's name and settings to the job.
//! - On a cluster: [`RunMode::Cluster`] with an implementation of [`Cluster`], whose tasks call [`run_shards`].
//! - In programs of other languages, whatever the mode: [`ExternalJob`].
//!
//! # Modules
//!
//! [`run()`] is the run loop: it plans jobs, supervises workers and records [events](event). `schedule` chooses the
//! next shards, `worker` runs them, and `shared_run` holds the state that the loop and the workers share. `shard_store`
//! keeps the outputs, and [`MergeContext`] gives the outputs of all shards to the job in order.

mod cancel_token;
mod child_process;
mod clock;
pub mod cluster;
mod command_line;
mod earlier_results;
mod error;
pub mod event;
mod external_job;
mod failure_note;
#[cfg(feature = "fuzz")]
#[doc(hidden)]
pub mod fuzz_targets;
mod job;
pub mod journal;
mod manifest;
mod merge_context;
mod output_file;
mod panic_reason;
mod pause_token;
mod plan;
mod plan_dir;
mod plan_file;
mod plan_job;
mod plan_only;
mod poison_items;
mod run;
mod run_dir;
mod run_dir_error;
mod run_info;
mod run_options;
mod run_outputs;
mod run_paths;
mod run_replacement;
mod run_shards;
mod schedule;
mod secrets;
mod settings_difference;
mod shard_limits;
mod shard_output;
mod shard_pack;
mod shard_payload;
mod shard_store;
mod shard_writer;
mod shared_run;
mod state;
mod submission;
mod submission_runner;
mod summary;
pub mod testing;
mod typed_job;
mod worker;

pub use cancel_token::CancelToken;
pub use child_process::kill_with_parent;
pub use cluster::Cluster;
pub use command_line::CommandLine;
pub use earlier_results::{EarlierResults, ResultFile};
pub use error::{JobError, ShardError};
pub use event::{
    ClusterProgress, CommandExit, CompletionStatus, Counters, Event, EventKind, INCOMPLETE_COUNTER, LogLevel,
    Outcome,
};
pub use external_job::ExternalJob;
pub use job::Job;
pub use manifest::{FileFault, FileFaultKind, Manifest};
pub use merge_context::MergeContext;
pub use output_file::OutputFile;
pub use pause_token::PauseToken;
pub use plan::{Plan, PlanContext, Shard};
pub use plan_dir::{PlanDir, PlanError};
pub use plan_file::PlanFile;
pub use plan_only::{PlanOutcome, plan_only};
pub use run::{FinishedRun, Observer, RunError, run};
pub use run_dir::{OnExistingRun, RunDir};
pub use run_dir_error::RunDirError;
pub use run_info::RunInfo;
pub use run_options::{MemoryLimit, RunMode, RunOptions};
pub use run_paths::RunPaths;
pub use run_replacement::RunReplacement;
pub use run_shards::{ShardStatus, run_shards};
pub use secrets::Secrets;
pub use settings_difference::SettingsDifference;
pub use shard_limits::{MemoryGrowth, ShardLimits};
pub use shard_output::ShardOutput;
pub use shard_payload::ShardPayload;
pub use state::{JobState, PendingRetry, RunState, RunningShard};
pub use submission::SubmissionFile;
pub use submission_runner::NO_RESULT_YET;
pub use summary::{JobSummary, SummaryChart, SummaryFigure, SummarySeries, SummaryTable};
pub use typed_job::TypedJob;
pub use worker::serve::{ServeError, serve};
