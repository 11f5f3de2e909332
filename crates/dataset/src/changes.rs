//! Differences between two versions of a dataset: the rows of `changes.jsonl`.

mod compare;
mod reasons;
mod row;

use serde::{Deserialize, Serialize};

pub use compare::{DatasetVersion, compare};

/// Name of the file of all changes, one a line.
pub const CHANGES_NAME: &str = "changes.jsonl";

/// Name of the page that sums up the changes of each version.
pub const CHANGE_LOG_NAME: &str = "changes.md";

/// Row that differs between two versions of a dataset: a line of `changes.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleChange {
    /// Version of the dataset that the change led to; the first one is 1, so changes begin at 2.
    pub version: u64,
    /// Time at which the run of that version began, in RFC 3339 and UTC.
    pub date: String,
    /// What happened to the row.
    pub change: ChangeKind,
    /// Id of the row: in the newer version, or in the older one if the row was withdrawn.
    pub id: String,
    /// Id in the older version, if it was another: the id is a digest of code and place.
    pub previous_id: Option<String>,
    /// Reason of the change.
    pub reason: ChangeReason,
    /// Advisories that the reason is about.
    pub advisory_ids: Vec<String>,
    /// Fields of the row that have another value now, sorted; only of changed rows.
    pub fields: Vec<String>,
}

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The row is new.
    Added,
    /// The row has other values.
    Changed,
    /// The row is gone.
    Withdrawn,
}

/// Reason why a row was added, changed or withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeReason {
    /// Added: its advisory is new.
    NewAdvisory,
    /// Added: its advisory was known, and leads to this code now.
    NewFix,
    /// Added: no advisory names it. A collector found it.
    NewFinding,
    /// Changed: its label has other evidence, another confidence, type or flags.
    CorrectedLabel,
    /// Changed: its advisory has other severity, dates, weaknesses or text.
    CorrectedAdvisory,
    /// Changed: facts about its origin, such as the message of the commit.
    CorrectedOrigin,
    /// Changed: the same code stands in another commit, repository, file or line.
    MovedCommit,
    /// Changed: another part of the same function of the same commit.
    CorrectedCode,
    /// Withdrawn: all its advisories were withdrawn or rejected.
    AdvisoryWithdrawn,
    /// Withdrawn: no source lists its advisories any more.
    AdvisoryGone,
    /// Withdrawn: its advisories do not lead to this commit any more.
    FixNoLongerNamed,
    /// Withdrawn: its commit is still named or found, but the code is not taken for vulnerable any more.
    LabelWithdrawn,
    /// Withdrawn: the collector found enough other samples before it.
    BeyondTarget,
}

impl ChangeKind {
    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl ChangeReason {
    /// Describes the reason for people, as what follows "12 rows:".
    pub fn describe(self) -> &'static str {
        match self {
            Self::NewAdvisory => "of new advisories",
            Self::NewFix => "of fixes that known advisories did not lead to before",
            Self::NewFinding => "found without an advisory",
            Self::CorrectedLabel => "with a corrected label",
            Self::CorrectedAdvisory => "whose advisory was corrected",
            Self::CorrectedOrigin => "whose origin was corrected",
            Self::MovedCommit => "whose code stands in another place now",
            Self::CorrectedCode => "with another part of the same function",
            Self::AdvisoryWithdrawn => "whose advisories were withdrawn or rejected",
            Self::AdvisoryGone => "whose advisories no source lists any more",
            Self::FixNoLongerNamed => "to whose commit no advisory leads any more",
            Self::LabelWithdrawn => "that are not taken for vulnerable any more",
            Self::BeyondTarget => "that are beyond the number asked for now",
        }
    }
}
