//! The record that a shard emits for each fix: the commit, and its samples.

use serde::{Deserialize, Serialize};
use streamguard_dataset::Sample;

/// A fix that was looked for: one record of the job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixRecord {
    /// Present URL of the repository.
    pub repository: String,
    /// Names by which advisories refer to the fix, such as a commit's id, `pull/12` or `search`.
    pub named: Vec<String>,
    /// Id of the commit in hexadecimal digits, if one was found.
    pub commit: Option<String>,
    /// Ids of the advisories, as in `advisories.jsonl`.
    pub advisories: Vec<String>,
    /// Sources of these advisories.
    pub collectors: Vec<String>,
    /// Reason why there is no commit or no sample.
    pub problem: Option<String>,
    /// Samples, as yet without severity and dates of the advisory.
    pub samples: Vec<Sample>,
}
