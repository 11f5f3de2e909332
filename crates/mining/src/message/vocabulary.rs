//! The vocabulary: terms that occur in the commit messages of security fixes.
//!
//! The classes and their spellings are those of the Common Weakness Enumeration (CWE) and of the
//! advisories of GitHub and OSV. The weights come from reading the messages of commits that
//! advisories name as fixes.

mod attacks;
mod weaknesses;

use super::term::SecurityTerm;
use super::term::TermWeight::{self, Certain, Strong};

const fn term(
    label: &'static str,
    weight: TermWeight,
    weakness: &'static str,
    stems: &'static [&'static str],
    pattern: &'static str,
) -> SecurityTerm {
    SecurityTerm { label, weight, weakness, stems, pattern }
}

/// Label of the term for merges that GitHub makes from the private fork of an advisory.
pub(super) const PRIVATE_FORK: &str = "private fork";

/// Label of the term for regular expressions that take too long. No other subject has its words.
pub(super) const REDOS: &str = "redos";

/// Parts of the vocabulary. Order matters: full names (`integer overflow`) come before the plain words in them
/// (`overflow`), because a term does not count words again that a term above it has matched.
const PARTS: [&[SecurityTerm]; 3] = [ANNOUNCEMENTS, weaknesses::WEAKNESS_TERMS, attacks::ATTACK_TERMS];

/// Number of terms.
const TERM_COUNT: usize = PARTS[0].len() + PARTS[1].len() + PARTS[2].len();

/// The terms.
pub(super) const VOCABULARY: &[SecurityTerm] = &{
    let mut terms = [PARTS[0][0]; TERM_COUNT];
    let (mut part, mut place, mut count) = (0, 0, 0);
    while count < TERM_COUNT {
        if place == PARTS[part].len() {
            (part, place) = (part + 1, 0);
        }
        terms[count] = PARTS[part][place];
        (place, count) = (place + 1, count + 1);
    }
    terms
};

/// Announcements of a fix.
const ANNOUNCEMENTS: &[SecurityTerm] = &[
    term(
        PRIVATE_FORK,
        Certain,
        "",
        &["from fork", "from ghsa"],
        "merge~(?:commit~from~fork|(?:pull~request|branch)~from~ghsa)",
    ),
    term(
        "cause of security problems",
        Certain,
        "",
        &["secur"],
        r"caus\w+~(?:\w+~){0,2}security~(?:problems?|issues?)",
    ),
    term(
        "security fix",
        Strong,
        "",
        &["secur"],
        "security~(?:related~)?(?:bug)?(?:fix(?:es)?|patch(?:es)?|bugs?|issues?|flaws?|holes?|vulnerabilit(?:y|ies)|problems?|risks?|weakness(?:es)?|implications?|regressions?|hardening)|(?:fix(?:e[sd])?|sanity)~security",
    ),
];
