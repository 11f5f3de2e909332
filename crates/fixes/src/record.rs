//! What a shard says of a fix: where it led, and the samples that came of it.

use serde::{Deserialize, Serialize};
use streamguard_dataset::Sample;

/// A fix that was looked for: one record of the job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// URL of the repository, as it is called now.
    pub repository: String,
    /// How advisories name it, such as a commit's id, `pull/12` or `search`.
    pub named: Vec<String>,
    /// The commit, as hex, if there is one.
    pub commit: Option<String>,
    /// The advisories, by their ids in `advisories.jsonl`.
    pub advisories: Vec<String>,
    /// The collectors that brought these.
    pub collectors: Vec<String>,
    /// Why there is no commit, or no sample.
    pub problem: Option<String>,
    /// The samples; without what the advisory says of severity and dates.
    pub samples: Vec<Sample>,
}
