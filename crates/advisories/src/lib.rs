//! Sources of advisories as jobs of the engine: the National Vulnerability Database, GitHub and OSV.
//!
//! An advisory holds no code. The job `fixes` follows its references to commits later. What a
//! source listed is kept in the cache, so that the next run asks only for what changed since.
//!
//! A source is its settings with an implementation of [`AdvisorySource`]; an [`AdvisoryJob`] makes
//! it a job. Records of all sources are brought into one form, [`streamguard_dataset::Advisory`]:
//!
//! ```
//! let record = r#"{"cve": {
//!     "id": "CVE-2019-16785",
//!     "published": "2019-12-20T23:15:11.167",
//!     "weaknesses": [{"description": [{"lang": "en", "value": "CWE-444"}]}]
//! }}"#;
//! let advisory = streamguard_advisories::cve::record::read(record).unwrap();
//! assert_eq!(advisory.published.as_deref(), Some("2019-12-20T23:15:11.167Z"));
//! assert_eq!(advisory.cwes, ["CWE-444"]);
//! ```

mod context;
pub mod cve;
pub mod cvss;
mod faults;
mod fields;
#[cfg(feature = "fuzz")]
#[doc(hidden)]
pub mod fuzz_targets;
pub mod github;
pub mod ids;
mod job;
mod lenient;
mod listing;
pub mod osv;
mod references;
mod shard;
mod size_limits;
mod source;
pub mod timestamp;

pub use context::SourceContext;
pub use cve::CveSource;
pub use faults::RecordFaults;
pub use github::GithubSource;
pub use job::{AdvisoryJob, file_name};
pub use lenient::LenientRecord;
pub use listing::CachedListing;
pub use osv::OsvSource;
pub use shard::AdvisoryShard;
pub use source::{AdvisorySource, ListingWindow, target_key};
