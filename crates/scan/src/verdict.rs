//! Verdicts: whether a function is the vulnerable or the fixed side of a known fix.

use serde::{Deserialize, Serialize};

use crate::index::{SignatureIndex, SignatureSide};
use crate::marks::NumberSet;

/// Least similarity to a side for a verdict.
pub(crate) const MIN_SIMILARITY: f64 = 0.5;

/// Similarity from which a match counts as high.
pub(crate) const HIGH_SIMILARITY: f64 = 0.7;

/// Judgement about a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All that the fix removed is there, and nothing of what it added.
    Vulnerable,
    /// It resembles a side, but is neither.
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
        if vulnerable.max(fixed) < MIN_SIMILARITY {
            return None;
        }
        let removed = presence(index, signature, SignatureSide::Vulnerable, function);
        let added = presence(index, signature, SignatureSide::Fixed, function);
        let verdict = if removed == Presence::All
            && matches!(added, Presence::None | Presence::Nothing)
            && vulnerable >= MIN_SIMILARITY
        {
            Verdict::Vulnerable
        } else if removed == Presence::None && matches!(added, Presence::All | Presence::Nothing) {
            Verdict::Fixed
        } else {
            Verdict::Unclear
        };
        Some(Self { signature, verdict, vulnerable, fixed })
    }
}

/// How much of what only one side has is in a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    All,
    Some,
    None,
    /// The side has nothing of its own.
    Nothing,
}

fn presence(
    index: &SignatureIndex,
    signature: u32,
    side: SignatureSide,
    function: &FunctionSets,
) -> Presence {
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
    match there {
        _ if total == 0 => Presence::Nothing,
        0 => Presence::None,
        _ if there == total => Presence::All,
        _ => Presence::Some,
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
/// nearest one has all earlier fixes. Expects matches in the order of their signatures.
pub(crate) fn apply_lineage(index: &SignatureIndex, matches: &mut [SignatureMatch]) {
    for versions in matches.chunk_by_mut(|a, b| index.lineage(a.signature) == index.lineage(b.signature)) {
        // The side before a fix is older than the side after it; of equally near ones, the latest counts.
        let sides = versions.iter().enumerate();
        let nearest =
            sides.flat_map(|(at, version)| [(version.vulnerable, at, false), (version.fixed, at, true)]);
        let Some((_, at, is_fixed)) = nearest.max_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        for (place, version) in versions.iter_mut().enumerate() {
            let is_older = place < at || place == at && is_fixed;
            if is_older && version.verdict == Verdict::Vulnerable {
                version.verdict = Verdict::Fixed;
            }
        }
    }
}
