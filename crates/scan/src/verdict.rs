//! Verdicts: whether a function is the vulnerable or the fixed side of a known fix.

use serde::{Deserialize, Serialize};

use crate::index::{SignatureIndex, SignatureSide};
use crate::marks::NumberSet;
use crate::signature::MIN_STATEMENTS;

/// Least similarity to a side for a verdict.
pub(crate) const MIN_SIMILARITY: f64 = 0.5;

/// Least similarity to the vulnerable side where all that the fix removes is there, and the fixed side is less similar.
/// Measured on the last releases of 14 projects before 799 functions were fixed: it finds 1 % more, without another alarm
/// in the releases with the fix.
const MIN_WEAK_SIMILARITY: f64 = 0.4;

/// Least similarity to the vulnerable side where the fix only adds at an end, and nothing tells that this was not always
/// so.
const MIN_ADDITION_SIMILARITY: f64 = 0.8;

/// Least similarity to the vulnerable side where names do not count.
const MIN_RENAMED_SIMILARITY: f64 = 0.8;

/// The same where the fix only adds.
const MIN_RENAMED_ADDITION_SIMILARITY: f64 = 0.9;

/// Similarity from which a match counts as high.
pub(crate) const HIGH_SIMILARITY: f64 = 0.7;

/// Judgement about a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// What the fix removed is there, and nothing of what it added.
    Vulnerable,
    /// It resembles a side, but is neither; or the fixed function itself stands in the file and resembles a side more.
    Unclear,
    /// Nothing that the fix removed is there, and all that it added, or a later version of the function is nearer.
    Fixed,
}

/// A function as sets of statements and joints.
#[derive(Debug, Default)]
pub(crate) struct FunctionSets {
    /// Numbers of the statements that the index knows.
    pub(crate) known: NumberSet,
    /// Number of distinct statements, known or not.
    pub(crate) statements: usize,
    /// Hashes of the joints, sorted.
    pub(crate) joints: Vec<u64>,
}

/// A function beside one signature.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignatureMatch {
    pub(crate) signature: u32,
    pub(crate) verdict: Verdict,
    /// Whether the verdict rests on less than usual: only a part of what the fix removed is there, or less than half of
    /// the function is alike.
    pub(crate) is_weak: bool,
    /// Similarity to the vulnerable side (Jaccard).
    pub(crate) vulnerable: f64,
    /// Similarity to the fixed side.
    pub(crate) fixed: f64,
}

impl SignatureMatch {
    /// Compares a function with a signature; `None` if it resembles neither side.
    pub(crate) fn of(index: &SignatureIndex, signature: u32, function: &FunctionSets) -> Option<Self> {
        let vulnerable = similarity(function, index.side(signature, SignatureSide::Vulnerable));
        let fixed = similarity(function, index.side(signature, SignatureSide::Fixed));
        if vulnerable.max(fixed) < MIN_WEAK_SIMILARITY {
            return None;
        }
        let removed = Presence::of(index, signature, SignatureSide::Vulnerable, function);
        let added = Presence::of(index, signature, SignatureSide::Fixed, function);
        let is_alike = vulnerable >= MIN_SIMILARITY;
        let is_short = index.side(signature, SignatureSide::Vulnerable).len() < MIN_STATEMENTS;
        let is_strong = removed.is_whole() && is_alike && !is_short;
        // A version between the last fix and this one, or a copy that was changed: it has a part of what the fix removes,
        // so the fixed side must be further away.
        let is_weak = vulnerable > fixed
            && match (is_short, removed.total) {
                (true, _) => vulnerable == 1.0,
                (false, 0) => vulnerable >= MIN_ADDITION_SIMILARITY,
                (false, _) => removed.is_whole() || removed.there > 0 && is_alike,
            };
        let verdict = if added.there == 0 && (is_strong || is_weak) {
            Verdict::Vulnerable
        } else if vulnerable.max(fixed) < MIN_SIMILARITY {
            return None;
        } else if removed.there == 0 && (added.is_whole() || added.total == 0) {
            Verdict::Fixed
        } else {
            Verdict::Unclear
        };
        Some(Self { signature, verdict, is_weak: !is_strong, vulnerable, fixed })
    }
}

impl SignatureMatch {
    /// Whether a match in which names do not count is worth a finding: all that the fix removes is there, some of it is
    /// rare, and most of the rest is there too.
    pub(crate) fn is_convincing_renamed(&self, index: &SignatureIndex) -> bool {
        let [vulnerable, fixed] =
            [SignatureSide::Vulnerable, SignatureSide::Fixed].map(|side| index.side(self.signature, side));
        let mut removed = difference(vulnerable, fixed).peekable();
        let (least, is_telling) = match removed.peek() {
            Some(_) => (MIN_RENAMED_SIMILARITY, removed.any(|statement| index.is_rare(statement))),
            // The missing check is the only evidence, so what is missing must be rare.
            None => (
                MIN_RENAMED_ADDITION_SIMILARITY,
                difference(fixed, vulnerable).any(|statement| index.is_rare(statement)),
            ),
        };
        self.verdict == Verdict::Vulnerable && !self.is_weak && self.vulnerable >= least && is_telling
    }
}

/// How much of what only one side has is in a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Presence {
    there: usize,
    /// Number of statements, or else of joints, that the other side lacks.
    total: usize,
}

impl Presence {
    fn of(index: &SignatureIndex, signature: u32, side: SignatureSide, function: &FunctionSets) -> Self {
        let (own, other, joints) = match side {
            SignatureSide::Vulnerable => (side, SignatureSide::Fixed, index.removed_joints(signature)),
            SignatureSide::Fixed => (side, SignatureSide::Vulnerable, index.added_joints(signature)),
        };
        let (mut total, mut there) = (0, 0);
        for statement in difference(index.side(signature, own), index.side(signature, other)) {
            total += 1;
            there += usize::from(function.known.contains(statement));
        }
        if total == 0 {
            total = joints.len();
            there = joints.iter().filter(|joint| function.joints.binary_search(joint).is_ok()).count();
        }
        Self { there, total }
    }

    fn is_whole(self) -> bool {
        self.total > 0 && self.there == self.total
    }
}

/// Returns the numbers in `own` that are not in `other`; both ascend.
pub(crate) fn difference<'a>(own: &'a [u32], other: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    own.iter().copied().filter(|number| other.binary_search(number).is_err())
}

/// Returns the share of common statements among all of both (Jaccard).
fn similarity(function: &FunctionSets, side: &[u32]) -> f64 {
    let shared = side.iter().filter(|&&statement| function.known.contains(statement)).count();
    if shared < crate::index::least_shared(side.len()) {
        return 0.0;
    }
    shared as f64 / (function.statements + side.len() - shared) as f64
}

/// Calls fixes obsolete that an older version of the function needed: among the versions that signatures show, the
/// nearest one has all earlier fixes. A version that is as near as the nearest needs its own fix: the same fix is made on
/// several branches. Expects matches in the order of their signatures.
pub(crate) fn apply_lineage(index: &SignatureIndex, matches: &mut [SignatureMatch]) {
    for versions in matches.chunk_by_mut(|a, b| index.lineage(a.signature) == index.lineage(b.signature)) {
        // The side before a fix is older than the side after it; of equally near ones, the latest counts.
        let sides = versions.iter().enumerate();
        let nearest =
            sides.flat_map(|(at, version)| [(version.vulnerable, at, false), (version.fixed, at, true)]);
        let Some((most, at, is_fixed)) = nearest.max_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        for (place, version) in versions.iter_mut().enumerate() {
            let is_older = place < at || place == at && is_fixed;
            if is_older && version.vulnerable < most && version.verdict == Verdict::Vulnerable {
                version.verdict = Verdict::Fixed;
            }
        }
    }
}
