//! One word of the field, and how a table of them is compiled.

use streamguard_dataset::Weakness;

use crate::pattern::{Pattern, pattern};

/// How much a term says by itself; the points it adds when it stands in the first paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Also said of ordinary bugs; all weak terms of a message together count once.
    Weak,
    /// Security is the likely subject, but features and documents speak so as well.
    Medium,
    /// The name of a class of vulnerabilities.
    Strong,
    /// Written by somebody who publishes a security fix.
    Certain,
}

impl Weight {
    /// Points in the first paragraph of a message.
    pub(super) fn points(self) -> u32 {
        match self {
            Self::Weak => 3,
            Self::Medium => 5,
            Self::Strong => 7,
            Self::Certain => 10,
        }
    }

    /// Points further down, where a message also speaks of what it did not do.
    pub(super) fn points_in_body(self) -> u32 {
        match self {
            Self::Weak => 2,
            Self::Medium => 3,
            Self::Strong => 5,
            Self::Certain => 7,
        }
    }
}

/// One row of the vocabulary.
pub(super) struct Term {
    /// What the evidence calls it.
    pub(super) label: &'static str,
    pub(super) weight: Weight,
    /// Its name in [`streamguard_dataset::weakness::ALL`], or "" where it names none.
    pub(super) weakness: &'static str,
    /// Letters of which one stands in everything the pattern matches: the pattern is only tried
    /// on messages that hold one of them.
    pub(super) stems: &'static [&'static str],
    /// The words, without boundaries, see [`words`].
    pub(super) pattern: &'static str,
}

impl Term {
    /// The weakness that the term names.
    pub(super) fn weakness(&self) -> Option<&'static Weakness> {
        Weakness::by_name(self.weakness)
    }
}

/// Compiles a pattern of words: `~` is a gap (white space, also a line break, or a hyphen),
/// letters match in any case, and the whole begins and ends at word boundaries.
pub(super) fn words(text: &str) -> Pattern {
    pattern(&format!(r"\b(?:{})\b", text.replace('~', r"(?:[\s-]+)")))
}

#[cfg(test)]
mod tests {
    use super::{pattern, words};
    use crate::message::{mark::MARKS, vocabulary::VOCABULARY};

    #[test]
    fn every_row_compiles_and_names_a_known_weakness() {
        for term in VOCABULARY {
            words(term.pattern);
            assert!(term.weakness.is_empty() || term.weakness().is_some(), "{}", term.label);
            assert!(!term.stems.is_empty() && term.stems.iter().all(|stem| stem.len() > 2), "{}", term.label);
        }
        for mark in MARKS {
            pattern(mark.pattern);
        }
    }

    #[test]
    fn labels_are_distinct() {
        let mut labels: Vec<_> = VOCABULARY.iter().map(|term| term.label).collect();
        labels.sort_unstable();
        assert!(labels.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
