//! Signatures: the statements that tell a vulnerable function from its fixed one, and where they come from.

use serde::{Deserialize, Serialize};
use streamguard_dataset::{Language, Sample, SampleKind, SampleLevel, Severity};

use crate::statements::{Statement, StatementReader, joint};

/// Fewest statements of the vulnerable side that resemblance is told by; shorter functions look like many others, and
/// must be the same.
pub const MIN_STATEMENTS: usize = 4;

/// Fewest statements of the vulnerable side at all: a head and one more.
const MIN_SHORT_STATEMENTS: usize = 2;

/// Least length of the statements of a short function, in bytes. Accessors that many classes have are shorter.
const MIN_SHORT_BYTES: usize = 80;

/// Fewest statements of the vulnerable side of a function whose names do not count. Short functions of one shape are many.
const MIN_RENAMED_STATEMENTS: usize = 8;

/// Most statements of a side that are kept; longer functions are generated.
const MAX_STATEMENTS: usize = 20_000;

/// What tells a vulnerable function from its fixed one.
///
/// Statements are compared as sets. A fix that only inserts removes no statement, but it parts two that followed each
/// other: such a place is a *joint*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Statements of the vulnerable side, sorted.
    pub vulnerable: Vec<u64>,
    /// Statements of the fixed side, sorted.
    pub fixed: Vec<u64>,
    /// Joints that the fix removed, if it removed no statement.
    pub removed_joints: Vec<u64>,
    /// Joints that the fix added, if it added no statement.
    pub added_joints: Vec<u64>,
    /// Origin of both sides.
    pub origin: SignatureOrigin,
}

/// Fix that a signature comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureOrigin {
    /// Id of the sample.
    pub sample: String,
    /// Ids of the advisory, CVE ids first; none if only the message of the commit tells of a fix.
    pub advisories: Vec<String>,
    /// Weaknesses as `CWE-<number>`.
    pub cwes: Vec<String>,
    /// Severity class of the advisory.
    pub severity: Option<Severity>,
    /// Repository of the fix.
    pub repository: String,
    /// Id of the fix commit.
    pub commit: String,
    /// Committer date of the fix.
    pub date: String,
    /// Path of the fixed function in the repository.
    pub path: String,
    /// Name of the function.
    pub function: String,
    /// First line of the function in that commit.
    pub start_line: u32,
    /// URL of a page that shows the code or the advisory.
    pub source: Option<String>,
    /// Licence of the code.
    pub licence: Option<String>,
    /// Vulnerable and fixed code.
    pub code: Option<FixCode>,
}

/// Both sides of a fix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixCode {
    /// Language of both.
    pub language: Option<Language>,
    /// Code before the fix.
    pub vulnerable: String,
    /// Code after the fix.
    pub fixed: String,
}

impl Signature {
    /// Returns the signature of a sample; `None` if the sample is not a function before and after a fix of known
    /// origin, or if too little tells the two apart.
    pub fn of(sample: &Sample, reader: &mut StatementReader, with_code: bool) -> Option<Self> {
        if (sample.kind, sample.level) != (SampleKind::Pair, SampleLevel::Function) {
            return None;
        }
        let language = sample.language?;
        let (before, after) = (sample.vulnerable_code.as_deref()?, sample.fixed_code.as_deref()?);
        let commit = sample.commit.clone()?;
        let statements = reader.read(before, language);
        let is_long_enough = match statements.len() {
            ..MIN_SHORT_STATEMENTS => false,
            MIN_SHORT_STATEMENTS..MIN_STATEMENTS => bytes(statements) >= MIN_SHORT_BYTES,
            _ => true,
        };
        let (vulnerable, joints_before) = sets(statements);
        let (fixed, joints_after) = sets(reader.read(after, language));
        if !is_long_enough || vulnerable.len().max(fixed.len()) > MAX_STATEMENTS {
            return None;
        }
        let removed_joints = joints_if_none(&vulnerable, &fixed, &joints_before, &joints_after);
        let added_joints = joints_if_none(&fixed, &vulnerable, &joints_after, &joints_before);
        let mut advisories = sample.advisory_ids.clone();
        advisories.sort_by_key(|id| (!id.starts_with("CVE-"), id.clone()));
        advisories.dedup();
        let signature = Self {
            vulnerable,
            fixed,
            removed_joints,
            added_joints,
            origin: SignatureOrigin {
                sample: sample.id.clone(),
                advisories,
                cwes: sample.cwes.clone(),
                severity: sample.severity,
                repository: sample.repository.clone().unwrap_or_default(),
                commit,
                date: sample.commit_date.clone().unwrap_or_default(),
                path: sample.path_after.clone().or_else(|| sample.path_before.clone()).unwrap_or_default(),
                function: sample.function.clone().unwrap_or_default(),
                start_line: sample.start_line_after.unwrap_or(1),
                source: sample.source.clone(),
                licence: sample.licence.clone(),
                code: with_code.then(|| FixCode {
                    language: Some(language),
                    vulnerable: before.to_owned(),
                    fixed: after.to_owned(),
                }),
            },
        };
        signature.has_difference().then_some(signature)
    }

    /// Returns the signature of a sample whose names of variables and literals do not count, by a reader that
    /// [`StatementReader::renamed`] made; `None` also if the sides do not differ in anything else.
    pub fn renamed(sample: &Sample, reader: &mut StatementReader) -> Option<Self> {
        Self::of(sample, reader, false)
            .filter(|signature| signature.vulnerable.len() >= MIN_RENAMED_STATEMENTS)
    }

    /// Whether something of one side can be looked for that the other lacks.
    fn has_difference(&self) -> bool {
        !self.removed_joints.is_empty()
            || self.vulnerable.iter().any(|hash| self.fixed.binary_search(hash).is_err())
            || self.fixed.iter().any(|hash| self.vulnerable.binary_search(hash).is_err())
    }
}

/// Returns the length of statements without what stands between them.
fn bytes(statements: &[Statement]) -> usize {
    statements.iter().map(|statement| (statement.end - statement.start) as usize).sum()
}

/// Returns the joints of `own` that `other` lacks, if it lacks no statement of `own`.
fn joints_if_none(own: &[u64], other: &[u64], own_joints: &[u64], other_joints: &[u64]) -> Vec<u64> {
    if own.iter().any(|hash| other.binary_search(hash).is_err()) {
        return Vec::new();
    }
    own_joints.iter().copied().filter(|hash| other_joints.binary_search(hash).is_err()).collect()
}

/// Returns the distinct statements and joints, sorted.
pub(crate) fn sets(statements: &[Statement]) -> (Vec<u64>, Vec<u64>) {
    let mut hashes: Vec<u64> = statements.iter().map(|statement| statement.hash).collect();
    let mut joints: Vec<u64> = hashes.windows(2).map(|pair| joint(pair[0], pair[1])).collect();
    for set in [&mut hashes, &mut joints] {
        set.sort_unstable();
        set.dedup();
    }
    (hashes, joints)
}
