//! The result of scoring a message.

use streamguard_dataset::{Language, Weakness};

use super::commit_class::CommitClass;
use super::message_basis::MessageBasis;

/// Longest part of a message that is read. People do not write more; the rest is a pasted log.
pub const MAX_MESSAGE_BYTES: usize = 16 << 10;

/// Points from which a commit counts as a security fix: the name of a class of vulnerabilities in the
/// first paragraph (7) and a word that says it was fixed (3), or one certain sign, such as the id of an
/// advisory (10).
pub const SELECTION_THRESHOLD: u32 = 10;

/// Result of reading the message of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageScore {
    /// The class of the commit.
    pub class: CommitClass,
    /// Points, see [`SELECTION_THRESHOLD`]; 0 if nothing was found.
    pub points: u32,
    /// Reasons for the points, in the order of the vocabulary: `message:CVE-2021-12345`,
    /// `message:sql injection`.
    pub evidence: Vec<String>,
    /// Ids of advisories in the order of mention, as their databases write them
    /// (`CVE-2021-12345`, `GHSA-jjpw-65fv-8g48`).
    pub advisory_ids: Vec<String>,
    /// Weaknesses that the message names, the most specific one first.
    pub weaknesses: Vec<&'static Weakness>,
    /// What the claim rests on.
    pub basis: MessageBasis,
    /// Whether the commit makes code faster or simpler, as far as its first line tells.
    pub is_rework: bool,
    /// Whether the commit counts as a security fix.
    pub selected: bool,
}

impl MessageScore {
    /// Returns the share of the commits with such a message that are security fixes, for code in a language.
    pub fn fix_share(&self, language: Language) -> f64 {
        // The basis may be that of the merge, which brings other commits beside the fix.
        let is_beside = self.is_rework && self.basis != MessageBasis::Advisory;
        let basis = if is_beside { MessageBasis::Doubtful } else { self.basis };
        basis.fix_share(language)
    }
}
