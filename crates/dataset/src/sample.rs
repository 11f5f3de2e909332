//! The sample: one labelled piece of code with its provenance.

use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::quality::QualityFlag;

/// Kind of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleKind {
    /// Vulnerable code and the same code after the fix.
    Pair,
    /// Vulnerable code whose fix is unknown, or was its removal.
    Vulnerable,
    /// Code that the fix added.
    Fixed,
    /// Code that exploits a flaw of other code.
    Exploit,
    /// Code of the same file that the fix did not change.
    Benign,
}

/// Part of a file that the code of a sample covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleLevel {
    /// One function or method.
    Function,
    /// A whole file.
    File,
    /// Changed lines with their context, if they are in no known function.
    Hunk,
}

/// Severity class, as NVD, GitHub and OSV name them.
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

/// One labelled piece of code with its provenance: a line of `samples.jsonl`, and a row of
/// `samples.parquet`.
///
/// A field that a source cannot know is `None` (null). Dates are RFC 3339 in UTC. Line numbers start
/// at 1, and last lines are inclusive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Digest of the content (see [`Sample::content_id`]), 64 hexadecimal digits.
    pub id: String,
    /// Name of the collector, such as `repo`.
    pub collector: String,
    /// Kind of the sample.
    pub kind: SampleKind,
    /// Part of a file that the code covers.
    pub level: SampleLevel,
    /// Programming language, if it is known.
    pub language: Option<Language>,
    /// Code before the fix; of an exploit, the code of the exploit.
    pub vulnerable_code: Option<String>,
    /// Code after the fix; of benign code, the code that the fix left as it was.
    pub fixed_code: Option<String>,
    /// Name of the weakness in snake case, such as `sql_injection`.
    pub vulnerability_type: Option<String>,
    /// Weaknesses as `CWE-<number>`, most specific first.
    pub cwes: Vec<String>,
    /// Ancestors of the weaknesses in the view Research Concepts (CWE-1000), nearest first.
    #[serde(default)]
    pub cwe_parents: Vec<String>,
    /// Severity class of the advisory.
    pub severity: Option<Severity>,
    /// CVSS base score, 0.0 to 10.0.
    pub cvss_score: Option<f64>,
    /// CVSS vector as published.
    pub cvss_vector: Option<String>,
    /// Version of the vector: `2.0`, `3.0`, `3.1` or `4.0`.
    pub cvss_version: Option<String>,
    /// All ids of the advisory: CVE, GHSA and others.
    pub advisory_ids: Vec<String>,
    /// Description of the flaw, in English.
    pub description: Option<String>,
    /// Date on which the advisory was published.
    pub published_date: Option<String>,
    /// Repository: a URL without credentials; of a local one without an origin `folder@` and its first commit.
    pub repository: Option<String>,
    /// Id of the fix commit, in hexadecimal digits.
    pub commit: Option<String>,
    /// Id of the first parent of the fix commit, in hexadecimal digits.
    pub parent_commit: Option<String>,
    /// Committer date of the fix.
    pub commit_date: Option<String>,
    /// Message of the fix commit.
    pub commit_message: Option<String>,
    /// Id of the commit that this one copies to another branch, as its message says; it may be abbreviated.
    #[serde(default)]
    pub backport_of: Option<String>,
    /// Ids of the commits that brought the flaw, as the advisory says.
    #[serde(default)]
    pub introduced_by: Vec<String>,
    /// Path before the fix, relative to the repository, with `/`.
    pub path_before: Option<String>,
    /// Path after the fix.
    pub path_after: Option<String>,
    /// Qualified name of the function, such as `Session.load` or `app::Store::get`.
    pub function: Option<String>,
    /// First line of the code in `path_before`.
    pub start_line_before: Option<u32>,
    /// Last line of the code in `path_before`.
    pub end_line_before: Option<u32>,
    /// First line of the code in `path_after`.
    pub start_line_after: Option<u32>,
    /// Last line of the code in `path_after`.
    pub end_line_after: Option<u32>,
    /// Lines of `vulnerable_code` that the fix removed or changed, or that an added guard protects, counted from 1 within
    /// the code; none unless both sides are known.
    #[serde(default)]
    pub vulnerable_lines: Option<Vec<u32>>,
    /// Lines of `fixed_code` that the fix added or changed, counted from 1 within the code.
    #[serde(default)]
    pub fixed_lines: Option<Vec<u32>>,
    /// Number of lines that differ, of both sides together.
    #[serde(default)]
    pub diff_lines: Option<u32>,
    /// Hash of `vulnerable_code`, 32 hexadecimal digits (see [`crate::derived_columns::code_hash`]).
    #[serde(default)]
    pub code_hash_before: Option<String>,
    /// Hash of `fixed_code`.
    #[serde(default)]
    pub code_hash_after: Option<String>,
    /// Licence of the code at the commit, as an SPDX expression: of the file if it is marked, else of the repository.
    pub licence: Option<String>,
    /// Path of the file that states the licence, from the root of the repository.
    #[serde(default)]
    pub licence_path: Option<String>,
    /// Likeness of that file to the text that SPDX has, from 0.0 to 1.0; 1.0 for what is stated by its id.
    #[serde(default)]
    pub licence_score: Option<f64>,
    /// URL of a page that shows the code, of a fix with its lines at the commit, or the advisory.
    pub source: Option<String>,
    /// Rules that support the label, in the order of their weight.
    pub label_evidence: Vec<String>,
    /// Confidence in the label, from 0.0 to 1.0.
    pub label_confidence: Option<f64>,
    /// Properties that users may want to filter by.
    pub quality_flags: Vec<QualityFlag>,
}

impl Sample {
    /// Returns a sample with all other fields unknown. The id is empty until [`Sample::with_id`].
    pub fn new(collector: &str, kind: SampleKind, level: SampleLevel) -> Self {
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
            cwe_parents: Vec::new(),
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
            backport_of: None,
            introduced_by: Vec::new(),
            path_before: None,
            path_after: None,
            function: None,
            start_line_before: None,
            end_line_before: None,
            start_line_after: None,
            end_line_after: None,
            vulnerable_lines: None,
            fixed_lines: None,
            diff_lines: None,
            code_hash_before: None,
            code_hash_after: None,
            licence: None,
            licence_path: None,
            licence_score: None,
            source: None,
            label_evidence: Vec::new(),
            label_confidence: None,
            quality_flags: Vec::new(),
        }
    }

    /// Returns the id of the content: BLAKE3 over kind, level, language, both sides of the code and
    /// their origin (repository, commit, paths, function, first lines).
    pub fn content_id(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        // The length before each part keeps "ab" and "c" apart from "a" and "bc".
        let mut put = |part: Option<&str>| match part {
            Some(text) => {
                hasher.update(&(text.len() as u64).to_le_bytes());
                hasher.update(text.as_bytes());
            }
            None => {
                // No text has this length, so an absent part differs from an empty one.
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
            // Lines are counted from 1, so 0 is free for an unknown one.
            hasher.update(&line.unwrap_or(0).to_le_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Returns the sample with its id and the columns that follow from others. All other fields have to be set before.
    pub fn with_id(mut self) -> Self {
        self.derive_columns();
        self.id = self.content_id();
        self
    }
}

impl SampleKind {
    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pair => "pair",
            Self::Vulnerable => "vulnerable",
            Self::Fixed => "fixed",
            Self::Exploit => "exploit",
            Self::Benign => "benign",
        }
    }
}

impl SampleLevel {
    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::File => "file",
            Self::Hunk => "hunk",
        }
    }
}

impl Severity {
    /// Returns the name in files.
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
