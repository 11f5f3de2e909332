//! Advisories: what one source says about one vulnerability.

use serde::{Deserialize, Serialize};

use crate::Severity;

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
