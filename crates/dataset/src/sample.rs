//! The record: one labelled piece of code with its provenance.

use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::quality::Flag;

/// What a sample shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Vulnerable code and the same code after the fix.
    Pair,
    /// Vulnerable code whose fix is not known, or removed it.
    Vulnerable,
    /// Code that the fix added.
    Fixed,
    /// Code that attacks a flaw elsewhere.
    Exploit,
}

/// How much of a file a sample's code covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// One function or method.
    Function,
    /// A whole file.
    File,
    /// A run of changed lines with their context, where no function can be told.
    Hunk,
}

/// Severity classes as NVD, GitHub and OSV name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// CVSS 0.0.
    None,
    /// CVSS 0.1 to 3.9.
    Low,
    /// CVSS 4.0 to 6.9.
    Medium,
    /// CVSS 7.0 to 8.9.
    High,
    /// CVSS 9.0 to 10.0.
    Critical,
}

/// One labelled piece of code with its provenance: a line of `samples.jsonl`, a row of
/// `samples.parquet`.
///
/// The record is flat and the same in both files. A field that a source cannot know is
/// `None` (null), never invented. Dates are RFC 3339 in UTC; line numbers start at 1 and
/// ends are inclusive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// BLAKE3 of what identifies the sample (see [`Sample::content_id`]), 64 hex digits.
    pub id: String,
    /// The collector that emitted it, such as `repo`.
    pub collector: String,
    /// What it shows.
    pub kind: Kind,
    /// How much of a file it covers.
    pub level: Level,
    /// The programming language, where it is known.
    pub language: Option<Language>,
    /// The code before the fix; of an exploit, the code that attacks.
    pub vulnerable_code: Option<String>,
    /// The code after the fix.
    pub fixed_code: Option<String>,
    /// Name of the weakness in snake case, such as `sql_injection`.
    pub vulnerability_type: Option<String>,
    /// Weaknesses as `CWE-<number>`, most specific first.
    pub cwes: Vec<String>,
    /// Severity class of the advisory.
    pub severity: Option<Severity>,
    /// CVSS base score, 0.0 to 10.0.
    pub cvss_score: Option<f64>,
    /// CVSS vector as published.
    pub cvss_vector: Option<String>,
    /// Version of the vector: `2.0`, `3.0`, `3.1` or `4.0`.
    pub cvss_version: Option<String>,
    /// All names of the advisory: CVE, GHSA and others.
    pub advisory_ids: Vec<String>,
    /// What the flaw is, in English.
    pub description: Option<String>,
    /// When the advisory was published.
    pub published_date: Option<String>,
    /// The repository, without credentials: a URL, or the name of a local folder.
    pub repository: Option<String>,
    /// The fix commit, as hex.
    pub commit: Option<String>,
    /// The commit before it (its first parent), as hex.
    pub parent_commit: Option<String>,
    /// Committer date of the fix.
    pub commit_date: Option<String>,
    /// Message of the fix commit.
    pub commit_message: Option<String>,
    /// Path before the fix, with `/`, relative to the repository.
    pub path_before: Option<String>,
    /// Path after the fix.
    pub path_after: Option<String>,
    /// Qualified name, such as `Session.load` or `app::Store::get`.
    pub function: Option<String>,
    /// First line of the code in `path_before`.
    pub start_line_before: Option<u32>,
    /// Last line of the code in `path_before`.
    pub end_line_before: Option<u32>,
    /// First line of the code in `path_after`.
    pub start_line_after: Option<u32>,
    /// Last line of the code in `path_after`.
    pub end_line_after: Option<u32>,
    /// Licence of the code as an SPDX expression.
    pub licence: Option<String>,
    /// Where a person can look at it: a URL.
    pub source: Option<String>,
    /// Which rules spoke for the label, in the order of their weight.
    pub label_evidence: Vec<String>,
    /// How sure the label is, from 0.0 to 1.0.
    pub label_confidence: Option<f64>,
    /// What a careful user would want to know, or filter by.
    pub quality_flags: Vec<Flag>,
}

impl Sample {
    /// A sample of which nothing is known but its collector, kind and level; the id is empty
    /// until [`Sample::seal`].
    pub fn new(collector: &str, kind: Kind, level: Level) -> Self {
        Self {
            id: String::new(),
            collector: collector.to_owned(),
            kind,
            level,
            language: None,
            vulnerable_code: None,
            fixed_code: None,
            vulnerability_type: None,
            cwes: Vec::new(),
            severity: None,
            cvss_score: None,
            cvss_vector: None,
            cvss_version: None,
            advisory_ids: Vec::new(),
            description: None,
            published_date: None,
            repository: None,
            commit: None,
            parent_commit: None,
            commit_date: None,
            commit_message: None,
            path_before: None,
            path_after: None,
            function: None,
            start_line_before: None,
            end_line_before: None,
            start_line_after: None,
            end_line_after: None,
            licence: None,
            source: None,
            label_evidence: Vec::new(),
            label_confidence: None,
            quality_flags: Vec::new(),
        }
    }

    /// The id that this content has: BLAKE3 over kind, level, language, both codes and the
    /// place they come from (repository, commit, paths, function, first lines), each with its
    /// length before it, so that no two different records run together.
    pub fn content_id(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut put = |part: Option<&str>| match part {
            Some(text) => {
                hasher.update(&(text.len() as u64).to_le_bytes());
                hasher.update(text.as_bytes());
            }
            None => {
                hasher.update(&u64::MAX.to_le_bytes());
            }
        };
        put(Some(self.kind.name()));
        put(Some(self.level.name()));
        put(self.language.map(Language::name));
        put(self.vulnerable_code.as_deref());
        put(self.fixed_code.as_deref());
        put(self.repository.as_deref());
        put(self.commit.as_deref());
        put(self.path_before.as_deref());
        put(self.path_after.as_deref());
        put(self.function.as_deref());
        for line in [self.start_line_before, self.start_line_after] {
            hasher.update(&line.unwrap_or(0).to_le_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Gives the sample its id, once everything else is set.
    pub fn seal(mut self) -> Self {
        self.id = self.content_id();
        self
    }
}

impl Kind {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pair => "pair",
            Self::Vulnerable => "vulnerable",
            Self::Fixed => "fixed",
            Self::Exploit => "exploit",
        }
    }
}

impl Level {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::File => "file",
            Self::Hunk => "hunk",
        }
    }
}

impl Severity {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }
}
