//! The job `fixes`: turns the fix commits that advisories name into pairs.
//!
//! The job runs after the sources of advisories. It merges what they say of the same vulnerability,
//! follows each reference to a repository and a commit, fetches each repository once for all of its
//! fixes, and mines each commit once, however many advisories name it.
//!
//! The module [`mod@reference`] finds repositories and commits in the URLs of advisories:
//!
//! ```
//! use streamguard_fixes::reference::{GitTarget, parse};
//!
//! let pointer = parse("https://github.com/Pylons/waitress/pull/12/files#diff-1").unwrap();
//! assert_eq!(pointer.repository, "https://github.com/Pylons/waitress");
//! assert_eq!(pointer.target, GitTarget::Pull(12));
//! ```

mod advisory_index;
mod fix_record;
mod fix_refs;
mod job;
mod later_fixes;
mod mine_repository;
pub mod reference;
mod release_tags;
mod resolve;
mod settings;
mod tally;

pub use fix_record::FixRecord;
pub use fix_refs::{AdvisoryEvidence, FixLocator, FixRef, FixShard};
pub use job::FixesJob;
pub use settings::{FixesSettings, SourceTarget};
