//! Commits that are mined, and the reasons for it.

use gix::ObjectId;
use serde::{Deserialize, Serialize};

/// A commit that may be a security fix. The plan stores it as an array of its hexadecimal id and the
/// reason: `["<id>","message"]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(String, String)", into = "(String, String)")]
pub struct SelectedCommit {
    /// Id of the commit.
    pub commit: ObjectId,
    /// Reason why the commit is mined.
    pub reason: SelectionReason,
}

/// Reason why a commit is mined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectionReason {
    /// The message of the commit itself.
    Message,
    /// The message of this merge, which brought the commit in.
    Merge(ObjectId),
    /// An advisory that names the commit, whatever its message says.
    Named,
}

impl TryFrom<(String, String)> for SelectedCommit {
    type Error = String;

    fn try_from((commit, reason): (String, String)) -> Result<Self, String> {
        let id = |text: &str| ObjectId::from_hex(text.as_bytes()).map_err(|error| error.to_string());
        let reason = match reason.as_str() {
            "message" => SelectionReason::Message,
            "named" => SelectionReason::Named,
            merge => SelectionReason::Merge(id(merge)?),
        };
        Ok(Self { commit: id(&commit)?, reason })
    }
}

impl From<SelectedCommit> for (String, String) {
    fn from(selected: SelectedCommit) -> Self {
        let reason = match selected.reason {
            SelectionReason::Message => "message".to_owned(),
            SelectionReason::Named => "named".to_owned(),
            SelectionReason::Merge(id) => id.to_string(),
        };
        (selected.commit.to_string(), reason)
    }
}
