//! Remote git repositories: fetched by the git program into bare mirrors in the cache, and read from there with gix.
//!
//! A mirror holds commits and trees; the few files that are needed are fetched in one request. There are two kinds of
//! mirrors: with all history, to search for commits, and with named commits only.
//!
//! URLs come from advisories, hence from strangers. They reach only known hosts ([`FetchContext::hosts`]) on public
//! addresses; git runs without hooks, configuration, credentials and protocols other than the one needed.
//!
//! ```
//! use streamguard_git::{FetchContext, GitError, RepositorySource, fetch_history};
//!
//! let source = RepositorySource::parse("https://github.com/pallets/flask.git").unwrap();
//! assert_eq!(source, RepositorySource::Remote { url: "https://github.com/pallets/flask".to_owned() });
//!
//! let cache = tempfile::tempdir().unwrap();
//! let context = FetchContext {
//!     cache: cache.path(),
//!     mirrors: &[],
//!     hosts: &[],
//!     max_bytes: streamguard_git::MAX_BYTES,
//!     offline: false,
//!     stop: &|| false,
//!     progress: None,
//!     locate: None,
//! };
//! let refused = fetch_history("https://intranet.example/a/b", &context);
//! assert!(matches!(refused, Err(GitError::HostNotAllowed { .. })));
//! ```

mod bare_mirror;
mod commit_id;
mod context;
mod error;
mod failure;
mod fetch;
mod fetch_objects;
mod fetch_target;
mod find_commit;
mod git_command;
mod git_stderr;
mod head;
mod licence_files;
mod mirror_rule;
mod mirror_seal;
mod missing_parts;
mod object_folders;
mod open_repository;
mod peel;
mod public_address;
mod recorded;
mod redirect;
mod release_branch;
mod repository_files;
mod repository_format;
mod revision_files;
mod shell_word;
mod source;
mod tree_changes;

pub use bare_mirror::initialise_repository;
pub use commit_id::may_be_commit_id;
pub use context::{FetchContext, FetchedRepository, HostAddresses, LocateRedirect, MAX_BYTES, mebibytes};
pub use error::GitError;
pub use fetch::{fetch_blobs, fetch_commits, fetch_history, mirror_path, record_failure};
pub use find_commit::find_commit;
pub use git_command::ENVIRONMENT;
pub use head::{RepositoryBranch, RepositoryHead, repository_head};
pub use licence_files::licence_files;
pub use mirror_rule::MirrorRule;
pub use missing_parts::{missing_alternates, promisor_remote, shallow_boundary};
pub use open_repository::{OpenRepository, open_repository};
pub use peel::{head_commit, peel_reference, peel_tags};
pub use public_address::is_public;
pub use recorded::repository_url;
pub use release_branch::{BranchKind, MaintainedBranches, maintained_branches};
pub use revision_files::{RevisionFile, RevisionReadError};
pub use shell_word::shell_word;
pub use source::{RepositorySource, RepositorySourceError, folder_name};
pub use tree_changes::{MAX_FILES, TreeChangesError, tree_changes};
