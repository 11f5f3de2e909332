//! Advisories: what one source says about one vulnerability, and what all of them say together.

mod merge;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Severity;

pub use merge::merge_by_alias;

/// What one source says about one vulnerability. Dates are RFC 3339 in UTC; what the source
/// does not say is absent, never invented.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Advisory {
    /// How the source calls it: `CVE-2019-16785`, `GHSA-..`, `PYSEC-..`, `RUSTSEC-..`, `GO-..`.
    pub id: String,
    /// The collector that brought it: `cve`, `github` or `osv`.
    pub collector: String,
    /// Its other names, sorted, without `id`.
    pub aliases: Vec<String>,
    /// When it was published.
    pub published: Option<String>,
    /// When it last changed.
    pub modified: Option<String>,
    /// When it was withdrawn, or rejected; such an advisory labels nothing.
    pub withdrawn: Option<String>,
    /// What the flaw is, in a line.
    pub summary: Option<String>,
    /// What the flaw is, in English.
    pub description: Option<String>,
    /// Severity class.
    pub severity: Option<Severity>,
    /// The rating that counts: CVSS 4.0 before 3.1, 3.0 and 2.0, primary before secondary.
    pub cvss: Option<Cvss>,
    /// Weaknesses as `CWE-<number>`, as the source orders them, each once.
    pub cwes: Vec<String>,
    /// When CISA added it to its list of known exploited vulnerabilities.
    pub exploited_since: Option<String>,
    /// Where to read on, each URL once.
    pub references: Vec<Reference>,
    /// The repositories and packages that it concerns, with the ranges of their versions.
    pub affected: Vec<Affected>,
}

/// A rating by the Common Vulnerability Scoring System.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cvss {
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    pub version: String,
    /// The vector as published.
    pub vector: String,
    /// Base score, 0.0 to 10.0.
    pub score: Option<f64>,
}

/// A URL that an advisory refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reference {
    /// The URL as published: hostile text.
    pub url: String,
    /// What the source says of it: NVD's tags (`Patch`), OSV's types (`FIX`).
    pub tags: Vec<String>,
}

/// A package or repository that an advisory concerns, with one range of its versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Affected {
    /// `PyPI`, `npm`, `Go`, ..; none for a range of commits alone.
    pub ecosystem: Option<String>,
    /// Name of the package.
    pub package: Option<String>,
    /// URL of the repository, where the source gives one (OSV's ranges of type GIT).
    pub repository: Option<String>,
    /// Commits or versions (of which kind, `repository` tells) that brought the flaw.
    pub introduced: Vec<String>,
    /// Commits or versions without it.
    pub fixed: Vec<String>,
}

/// What all sources together say about one vulnerability: a line of `advisories.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MergedAdvisory {
    /// The CVE id, or that of the first source where there is none.
    pub id: String,
    /// All other names, sorted.
    pub aliases: Vec<String>,
    /// The collectors that brought it.
    pub collectors: Vec<String>,
    /// When it was published.
    pub published: Option<String>,
    /// When a source last changed it.
    pub modified: Option<String>,
    /// When it was withdrawn, by all who know it.
    pub withdrawn: Option<String>,
    /// What the flaw is, in a line.
    pub summary: Option<String>,
    /// What the flaw is, in English.
    pub description: Option<String>,
    /// Severity class.
    pub severity: Option<Severity>,
    /// The rating.
    pub cvss: Option<Cvss>,
    /// Weaknesses as `CWE-<number>`.
    pub cwes: Vec<String>,
    /// When CISA added it to its list of known exploited vulnerabilities.
    pub exploited_since: Option<String>,
    /// Where to read on, and who says what of it.
    pub references: Vec<SourcedReference>,
    /// The repositories and packages that it concerns.
    pub affected: Vec<Affected>,
    /// For each of the fields above which record it comes from, as `<collector>:<id>`.
    pub field_sources: BTreeMap<String, String>,
    /// What other records say differently.
    pub conflicts: Vec<Conflict>,
    /// What became of the fixes that it names.
    pub fixes: Vec<FixState>,
    /// How many samples these gave.
    pub samples: u64,
}

/// A URL that an advisory refers to, and who says what of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcedReference {
    /// The URL as published: hostile text.
    pub url: String,
    /// `<collector>:<tag>`, such as `cve:Patch` or `osv:FIX`; `<collector>:reference` without tag.
    pub tags: Vec<String>,
}

/// What one record says that differs from what counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// The field.
    pub field: String,
    /// The record, as `<collector>:<id>`.
    pub source: String,
    /// What it says.
    pub value: String,
}

/// What became of a fix that an advisory names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixState {
    /// URL of the repository.
    pub repository: String,
    /// What is named: a commit's id, `pull/12`, `compare/a...b`, `tag/v1.2`, or a search.
    pub named: String,
    /// The commit that it leads to, as hex.
    pub commit: Option<String>,
    /// Why there is none, or no sample.
    pub problem: Option<String>,
    /// How many samples it gave.
    pub samples: u64,
}
