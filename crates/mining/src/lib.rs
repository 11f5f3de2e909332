//! The collector `repo`: security-fix commits mined from git repositories.
//!
//! Three decisions turn a history into samples:
//! 1. A commit is selected by its message ([`message`]).
//! 2. Of its files, only source files count ([`streamguard_code::classify_path`]).
//! 3. Of the functions that it changed, those with enough evidence are the fix ([`scoring`]); the others
//!    are bystanders of a tangled commit.
//!
//! Repositories are only read, with gix: there is no checkout, and no hook or other program of
//! a repository is ever run.
//!
//! [`RepoCollector`] is the collector. [`CommitMiner`] mines single commits, for collectors that know from
//! an advisory which commit is the fix.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use streamguard_collect::CollectorJob;
//! use streamguard_mining::RepoCollector;
//!
//! let collector = RepoCollector { repo: vec!["/path/to/repository".to_owned()], ..Default::default() };
//! let job = Arc::new(CollectorJob::new(collector));
//! let finished = streamguard_engine::run(vec![job], &Default::default(), None, &mut ())?;
//! println!("{} samples", finished.state.jobs[0].summary.metrics["samples"]);
//! # Ok::<(), streamguard_engine::RunError>(())
//! ```

mod advisory_context;
mod backport;
mod benign_sample;
mod branch_choice;
mod changed_files;
mod collector;
mod commit_licence;
mod commit_miner;
mod fix_commit;
mod function_sample;
mod gaps;
mod history;
mod judged_commit;
mod merge_topic;
pub mod message;
mod pattern;
mod plan;
mod release_subject;
mod same_patch;
pub mod scoring;
mod selected_commit;
mod settings;
mod shard;
mod since;
mod source_page;

pub use advisory_context::AdvisoryContext;
pub use branch_choice::BranchChoice;
pub use commit_miner::CommitMiner;
pub use fix_commit::{announced_version, is_security_fix};
pub use history::selecting_merge;
pub use judged_commit::{DroppedChange, JudgedCommit, JudgedFunction};
pub use selected_commit::{SelectedCommit, SelectionReason};
pub use settings::{DEFAULT_REPOSITORIES, RepoCollector, fraction};
pub use shard::RepoShard;
pub use since::SinceDate;
