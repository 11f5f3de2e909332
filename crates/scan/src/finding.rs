//! Findings: a function, the fix that it lacks or has, and the evidence.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use streamguard_code::FoundFunction;

use crate::index::{SignatureIndex, SignatureSide};
use crate::signature::{FixCode, SignatureOrigin};
use crate::statements::{Statement, StatementReader, joint};
use crate::verdict::{FunctionSets, HIGH_SIMILARITY, SignatureMatch, Verdict, difference};

/// Most lines of evidence of a finding.
const MAX_EVIDENCE: usize = 50;

/// Longest text of a line of evidence, in characters.
const MAX_EVIDENCE_CHARS: usize = 200;

/// Furthest column that is counted, in bytes: a file may be one line with thousands of findings.
const MAX_COLUMN_BYTES: usize = 64 << 10;

/// Grade of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The fix comes from an advisory, and the function resembles its vulnerable side closely.
    High,
    /// The fix comes from an advisory, and the function resembles its vulnerable side.
    Medium,
    /// The fix comes from an advisory, and the function has only a part of what the fix removes, resembles its vulnerable
    /// side less than half, or has other names.
    Low,
    /// Only the message of a commit says that it fixes a weakness.
    Note,
}

impl Grade {
    /// Returns the name that people and files see.
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Note => "note",
        }
    }
}

/// Function that is one side of a known fix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Path of the file, with `/`.
    pub path: String,
    /// Name of the function.
    pub function: String,
    /// First line of the function.
    pub start_line: u32,
    /// Column of its first character, from 1, in UTF-16 units as editors count.
    pub start_column: u32,
    /// Last line, inclusive.
    pub end_line: u32,
    /// Column behind its last character.
    pub end_column: u32,
    /// Verdict.
    pub verdict: Verdict,
    /// Grade, by similarity and by the source of the fix.
    pub grade: Grade,
    /// Similarity to the vulnerable side, from 0 to 1 with two decimals.
    pub similarity: f64,
    /// Similarity to the fixed side.
    pub fixed_similarity: f64,
    /// Digest of what the fix removes, and of the function; the same wherever the function stands in the file.
    pub fingerprint: String,
    /// Statements that the fix removes and that are there, with their lines.
    pub present: Vec<EvidenceLine>,
    /// Statements that the fix adds and that are missing, with their lines in the fixed code; empty where the index has
    /// no code.
    pub missing: Vec<EvidenceLine>,
    /// Number of statements that the fix adds and that are missing.
    pub missing_count: usize,
    /// Fix. With code if the index has it.
    pub fix: SignatureOrigin,
    /// Whether the function is the vulnerable code, statement by statement.
    pub identical: bool,
    /// Whether names of variables and literals differ, and only the rest of the statements is alike.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub renamed: bool,
}

impl Finding {
    /// Whether another finding about the same function is about the same fix, or one for the same advisory.
    pub(crate) fn is_about_the_same(&self, other: &Self) -> bool {
        let shares_advisory = self.fix.advisories.iter().any(|id| other.fix.advisories.contains(id));
        shares_advisory || self.fix.commit == other.fix.commit
    }

    /// Whether the function has the name of the fixed one.
    fn is_by_name(&self) -> bool {
        self.function == self.fix.function
    }

    /// Similarity to the nearer side.
    fn nearest_similarity(&self) -> f64 {
        self.similarity.max(self.fixed_similarity)
    }

    /// The fixed function and its file with each advisory, or with the commit where there is none.
    fn fixed_functions(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let SignatureOrigin { advisories, commit, path, function, .. } = &self.fix;
        // Branches may have the file in other folders.
        let file = path.rsplit('/').next().unwrap_or_default();
        let commit = advisories.is_empty().then_some(commit);
        advisories.iter().chain(commit).map(move |named| (function.as_str(), file, named.as_str()))
    }
}

/// Calls functions of one file unclear that are vulnerable by a fix of another function, if that one is in the file as
/// well, by its name, and more like a side of the fix. Functions such as `parse_array` and `parse_object` resemble each
/// other, and what makes one of them weak need not be so in the other. One that is close to the vulnerable side is a copy
/// under another name.
pub(crate) fn doubt_siblings(findings: &mut [Finding]) {
    // How much the functions that have the names resemble a side.
    let mut by_name = HashMap::new();
    for finding in findings.iter().filter(|finding| finding.is_by_name()) {
        for fixed in finding.fixed_functions() {
            let most = by_name.entry(fixed).or_insert(0.0_f64);
            *most = most.max(finding.nearest_similarity());
        }
    }
    let is_sibling = |finding: &Finding| {
        finding.verdict == Verdict::Vulnerable
            && !finding.is_by_name()
            && finding.similarity < HIGH_SIMILARITY
            && finding
                .fixed_functions()
                .any(|fixed| by_name.get(&fixed).is_some_and(|most| *most > finding.nearest_similarity()))
    };
    let siblings: Vec<usize> = (0..findings.len()).filter(|&at| is_sibling(&findings[at])).collect();
    for sibling in siblings {
        findings[sibling].verdict = Verdict::Unclear;
    }
}

/// Statement as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceLine {
    /// Line of its first token.
    pub line: u32,
    /// Its text on one line.
    pub text: String,
}

/// A function that was compared.
pub(crate) struct FindingContext<'a> {
    pub(crate) index: &'a SignatureIndex,
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    pub(crate) function: &'a FoundFunction,
    pub(crate) statements: &'a [Statement],
    pub(crate) known: &'a [Option<u32>],
    pub(crate) sets: &'a FunctionSets,
    /// Whether names do not count in the index.
    pub(crate) is_renamed: bool,
}

/// Returns a finding for each advisory, or commit without one, that a function matches: of its nearest signature.
pub(crate) fn findings_of(context: &FindingContext, matches: &[SignatureMatch]) -> Vec<Finding> {
    let mut best = BTreeMap::<(Vec<String>, String), (SignatureMatch, SignatureOrigin)>::new();
    for found in matches {
        let origin = context.index.origin(found.signature);
        let key = match origin.advisories.is_empty() {
            true => (Vec::new(), origin.commit.clone()),
            false => (origin.advisories.clone(), String::new()),
        };
        let is_better = best
            .get(&key)
            .is_none_or(|(other, _)| (found.verdict, -found.vulnerable) < (other.verdict, -other.vulnerable));
        if is_better {
            best.insert(key, (*found, origin));
        }
    }
    best.into_values().map(|(found, origin)| finding(context, &found, origin)).collect()
}

fn finding(context: &FindingContext, found: &SignatureMatch, fix: SignatureOrigin) -> Finding {
    let FindingContext { index, path, function, .. } = *context;
    let signature = found.signature;
    let [vulnerable, fixed] =
        [SignatureSide::Vulnerable, SignatureSide::Fixed].map(|side| index.side(signature, side));
    let grade = match fix.advisories.is_empty() {
        true => Grade::Note,
        false if context.is_renamed => Grade::Low,
        false if found.verdict == Verdict::Vulnerable && found.is_weak => Grade::Low,
        false if found.vulnerable >= HIGH_SIMILARITY => Grade::High,
        false => Grade::Medium,
    };
    let missing_count = difference(fixed, vulnerable)
        .filter(|&statement| !context.sets.known.contains(statement))
        .count()
        .max(index.added_joints(signature).len());
    Finding {
        path: path.to_owned(),
        function: function.name.clone(),
        start_line: function.start_line,
        start_column: column(context.text, function.span.start),
        end_line: function.end_line,
        end_column: column(context.text, function.span.end),
        verdict: found.verdict,
        grade,
        similarity: rounded(found.vulnerable),
        fixed_similarity: rounded(found.fixed),
        fingerprint: fingerprint(context, signature, &fix),
        present: present(context, signature),
        missing: fix.code.as_ref().map(|code| missing(context, code)).unwrap_or_default(),
        missing_count,
        identical: found.vulnerable == 1.0 && !context.is_renamed,
        renamed: context.is_renamed,
        fix,
    }
}

/// Returns the column of a position, from 1, in UTF-16 units. Beyond [`MAX_COLUMN_BYTES`], that is the last column.
fn column(text: &str, position: usize) -> u32 {
    let before = text.get(..position).unwrap_or_default();
    let nearest = &before[before.ceil_char_boundary(before.len().saturating_sub(MAX_COLUMN_BYTES))..];
    let line = nearest.rsplit('\n').next().unwrap_or_default();
    1 + line.encode_utf16().count() as u32
}

fn rounded(similarity: f64) -> f64 {
    // Downwards, so that 1.0 means all.
    (similarity * 100.0).floor() / 100.0
}

/// Returns a digest of the path, the function and what the fix removes.
fn fingerprint(context: &FindingContext, signature: u32, fix: &SignatureOrigin) -> String {
    let mut hasher = blake3::Hasher::new();
    let identity = if fix.advisories.is_empty() { &fix.commit } else { &fix.advisories.join(" ") };
    for text in [context.path, &context.function.name, identity] {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    // Hashes of the function's own statements: numbers change with the index.
    let mut removed: Vec<u64> =
        removed_statements(context, signature).into_iter().map(|statement| statement.hash).collect();
    removed.sort_unstable();
    removed.dedup();
    removed.iter().for_each(|hash| {
        hasher.update(&hash.to_le_bytes());
    });
    hasher.finalize().to_hex()[..32].to_owned()
}

/// Returns the statements of the function that the fix removes, or between which it inserts.
fn removed_statements(context: &FindingContext, signature: u32) -> Vec<Statement> {
    let index = context.index;
    let removed: Vec<u32> = difference(
        index.side(signature, SignatureSide::Vulnerable),
        index.side(signature, SignatureSide::Fixed),
    )
    .collect();
    if removed.is_empty() {
        let joints = index.removed_joints(signature);
        let pairs = context.statements.windows(2);
        let parted = pairs.filter(|pair| joints.binary_search(&joint(pair[0].hash, pair[1].hash)).is_ok());
        return parted.map(|pair| pair[0]).collect();
    }
    let statements = context.statements.iter().zip(context.known);
    let there =
        statements.filter(|(_, known)| known.is_some_and(|known| removed.binary_search(&known).is_ok()));
    there.map(|(statement, _)| *statement).collect()
}

fn present(context: &FindingContext, signature: u32) -> Vec<EvidenceLine> {
    let statements = removed_statements(context, signature);
    let mut lines = LineCounter::new(context.function);
    statements.iter().take(MAX_EVIDENCE).map(|statement| lines.evidence(context.text, statement)).collect()
}

/// Returns the statements of the fixed code that the vulnerable code and the function lack.
fn missing(context: &FindingContext, code: &FixCode) -> Vec<EvidenceLine> {
    let Some(language) = code.language else { return Vec::new() };
    let mut reader = StatementReader::default();
    let mut there: Vec<u64> =
        reader.read(&code.vulnerable, language).iter().map(|statement| statement.hash).collect();
    there.extend(context.statements.iter().map(|statement| statement.hash));
    there.sort_unstable();
    let added = reader.read(&code.fixed, language);
    let added = added.iter().filter(|statement| there.binary_search(&statement.hash).is_err());
    let mut lines = LineCounter { line: 1, at: 0 };
    added.take(MAX_EVIDENCE).map(|statement| lines.evidence(&code.fixed, statement)).collect()
}

/// Counts lines up to ascending positions.
struct LineCounter {
    line: u32,
    at: usize,
}

impl LineCounter {
    fn new(function: &FoundFunction) -> Self {
        Self { line: function.start_line, at: function.span.start }
    }

    fn evidence(&mut self, text: &str, statement: &Statement) -> EvidenceLine {
        let start = statement.start as usize;
        let passed = text.as_bytes().get(self.at..start).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u32;
        self.at = start;
        let words = text.get(start..statement.end as usize).unwrap_or_default().split_whitespace();
        let shown: String = words.collect::<Vec<_>>().join(" ").chars().take(MAX_EVIDENCE_CHARS).collect();
        EvidenceLine { line: self.line, text: shown }
    }
}
