//! Advisories: records of one source about a vulnerability, and the merged records of all sources.

mod alias_groups;
mod merge;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Severity;

pub use alias_groups::AliasGroups;
pub use merge::merge_by_alias;

/// Record of one source about one vulnerability. Dates are RFC 3339 in UTC. Fields that the source does
/// not give are absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Advisory {
    /// Id in the source: `CVE-2019-16785`, `GHSA-..`, `PYSEC-..`, `RUSTSEC-..`, `GO-..`.
    pub id: String,
    /// Name of the source, such as `cve`, `github` or `osv`.
    pub collector: String,
    /// Other ids, sorted, without `id`.
    pub aliases: Vec<String>,
    /// Date of publication.
    pub published: Option<String>,
    /// Date of the last change.
    pub modified: Option<String>,
    /// Date on which it was withdrawn or rejected. Such an advisory labels no code.
    pub withdrawn: Option<String>,
    /// Description of the flaw, in a line.
    pub summary: Option<String>,
    /// Description of the flaw, in English.
    pub description: Option<String>,
    /// Severity class.
    pub severity: Option<Severity>,
    /// Rating that counts: CVSS 4.0 before 3.1, 3.0 and 2.0, primary before secondary.
    pub cvss: Option<CvssRating>,
    /// Weaknesses as `CWE-<number>`, in the order of the source, each once.
    pub cwes: Vec<String>,
    /// Date on which CISA added it to the list of known exploited vulnerabilities.
    pub exploited_since: Option<String>,
    /// References, each URL once.
    pub references: Vec<AdvisoryReference>,
    /// Affected packages and repositories, with the ranges of their versions.
    pub affected: Vec<AffectedRange>,
}

/// Rating by the Common Vulnerability Scoring System.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CvssRating {
    /// Version of CVSS: `2.0`, `3.0`, `3.1` or `4.0`.
    pub version: String,
    /// Vector as published.
    pub vector: String,
    /// Score, 0.0 to 10.0.
    pub score: Option<f64>,
}

/// URL that an advisory refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdvisoryReference {
    /// URL as published: hostile text.
    pub url: String,
    /// Tags that the source gives it, such as NVD's `Patch` or OSV's type `FIX`.
    pub tags: Vec<String>,
}

/// Affected package or repository, with one range of its versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AffectedRange {
    /// Ecosystem of the package, such as `PyPI`, `npm` or `Go`; `None` for a range of commits.
    pub ecosystem: Option<String>,
    /// Name of the package.
    pub package: Option<String>,
    /// URL of the repository, for a range of commits (OSV's ranges of type GIT).
    pub repository: Option<String>,
    /// Versions that introduced the flaw, or commits if there is a `repository`.
    pub introduced: Vec<String>,
    /// Versions or commits that fixed it.
    pub fixed: Vec<String>,
    /// Last versions or commits that have the flaw.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub last_affected: Vec<String>,
    /// Functions with the flaw.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<AffectedFunction>,
}

/// Function with the flaw, as experts of a database name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AffectedFunction {
    /// Import path of its package, as Go's database gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Name of the function, such as `Parser.read` in Go or `parser::Parser::read` in Rust.
    pub name: String,
}

/// Merged records of all sources about one vulnerability: a line of `advisories.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MergedAdvisory {
    /// CVE id, or the id of the first source if there is none.
    pub id: String,
    /// All other ids, sorted.
    pub aliases: Vec<String>,
    /// Sources that have a record of it.
    pub collectors: Vec<String>,
    /// Date of publication.
    pub published: Option<String>,
    /// Date of the last change in any source.
    pub modified: Option<String>,
    /// Date on which it was withdrawn, if all sources have withdrawn it.
    pub withdrawn: Option<String>,
    /// Description of the flaw, in a line.
    pub summary: Option<String>,
    /// Description of the flaw, in English.
    pub description: Option<String>,
    /// Severity class.
    pub severity: Option<Severity>,
    /// Rating.
    pub cvss: Option<CvssRating>,
    /// Weaknesses as `CWE-<number>`.
    pub cwes: Vec<String>,
    /// Date on which CISA added it to the list of known exploited vulnerabilities.
    pub exploited_since: Option<String>,
    /// References, with the tags of each source.
    pub references: Vec<SourcedReference>,
    /// Affected packages and repositories.
    pub affected: Vec<AffectedRange>,
    /// Record that each field comes from, as `<source>:<id>`, by name of the field.
    pub field_sources: BTreeMap<String, String>,
    /// Values of other records that contradict the ones that count.
    pub conflicts: Vec<FieldConflict>,
    /// Fixes that it names.
    pub fixes: Vec<FixState>,
    /// Number of samples of these fixes.
    pub samples: u64,
}

/// URL that an advisory refers to, with the tags of each source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcedReference {
    /// URL as published: hostile text.
    pub url: String,
    /// Tags as `<source>:<tag>`, such as `cve:Patch` or `osv:FIX`; `<source>:reference` if there is none.
    pub tags: Vec<String>,
}

/// Value of a record that contradicts the one that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldConflict {
    /// Name of the field.
    pub field: String,
    /// Record, as `<source>:<id>`.
    pub source: String,
    /// Value of the record.
    pub value: String,
}

/// Fix that an advisory names, and its samples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixState {
    /// URL of the repository.
    pub repository: String,
    /// Name of the fix: the id of a commit, `pull/12`, `compare/a...b`, `tag/v1.2`, or `search`.
    pub named: String,
    /// Id of the commit that was found, in hexadecimal digits.
    pub commit: Option<String>,
    /// Reason why there is no commit or no sample.
    pub problem: Option<String>,
    /// Number of its samples.
    pub samples: u64,
}
