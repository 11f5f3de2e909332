//! Terms of the vocabulary and their weights.

use streamguard_dataset::Weakness;

use crate::pattern::{CompiledPattern, compile};

/// Strength of a term by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TermWeight {
    /// A word for ordinary bugs as well. All weak terms of a message together count once.
    Weak,
    /// A word whose subject is likely security, but also used in features and documents.
    Medium,
    /// The name of a class of vulnerabilities.
    Strong,
    /// Words of somebody who publishes a security fix.
    Certain,
}

impl TermWeight {
    /// Returns the points in the first paragraph of a message.
    pub(super) fn points(self) -> u32 {
        match self {
            Self::Weak => 3,
            Self::Medium => 5,
            Self::Strong => 7,
            Self::Certain => 10,
        }
    }

    /// Returns the points below the first paragraph, where a message also mentions what its commit does
    /// not do.
    pub(super) fn points_in_body(self) -> u32 {
        match self {
            Self::Weak => 2,
            Self::Medium => 3,
            Self::Strong => 5,
            Self::Certain => 7,
        }
    }
}

/// One term of the vocabulary.
#[derive(Clone, Copy, Debug)]
pub(super) struct SecurityTerm {
    /// Name in the evidence.
    pub(super) label: &'static str,
    pub(super) weight: TermWeight,
    /// Name of a weakness in [`streamguard_dataset::weakness::ALL_WEAKNESSES`], or "" if the term names none.
    pub(super) weakness: &'static str,
    /// Letters of which every match contains at least one: the pattern is only tried on messages
    /// that contain one of them.
    pub(super) stems: &'static [&'static str],
    /// The words, in the notation of [`compile_words`].
    pub(super) pattern: &'static str,
}

impl SecurityTerm {
    /// Returns the weakness that the term names.
    pub(super) fn weakness(&self) -> Option<&'static Weakness> {
        Weakness::by_name(self.weakness)
    }
}

/// Compiles a pattern of words. `~` is a gap (white space, also a line break, or a hyphen),
/// letters match in any case, and matches begin and end at word boundaries.
pub(super) fn compile_words(text: &str) -> CompiledPattern {
    compile(&format!(r"\b(?:{})\b", text.replace('~', r"(?:[\s-]+)")))
}

#[cfg(test)]
mod tests {
    use super::{compile, compile_words};
    use crate::message::{markers::SECURITY_MARKERS, vocabulary::VOCABULARY};

    #[test]
    fn every_pattern_compiles_and_every_weakness_is_known() {
        for term in VOCABULARY {
            compile_words(term.pattern);
            assert!(term.weakness.is_empty() || term.weakness().is_some(), "{}", term.label);
            assert!(!term.stems.is_empty() && term.stems.iter().all(|stem| stem.len() > 2), "{}", term.label);
        }
        for marker in SECURITY_MARKERS {
            compile(marker.pattern);
        }
    }

    #[test]
    fn labels_are_distinct() {
        let mut labels: Vec<_> = VOCABULARY.iter().map(|term| term.label).collect();
        labels.sort_unstable();
        assert!(labels.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
