//! First lines that name a flaw and nothing that was done about it: `Heap overflow in the reader`.

use std::ops::Range;

use crate::pattern::{LazyPattern, compile, lazy};

/// End of a first line behind the name of a flaw, if the line says only where the flaw was.
const HEADING_END: &str = r"^(?:\s+(?:vulnerabilit(?:y|ies)|issues?|bugs?|attacks?|flaws?))?(?:\s*$|\s*[(#:,.]|\s+(?:again|twice|(?:read|writ|print|pars|process|load|open|decod|display|render|convert|handl|extract)ing|READ|WRITE|in|on|when|while|via|through|with|by|from|if|at|for|inside|due|caused)\b)";

/// End of the text before a flaw whose cause it tells.
const CAUSE: &str = r"\b(?:(?:leads?|leading|led)\s+to|caus(?:es|ed|ing)|result(?:s|ed|ing)?\s+in|(?:could|may|can|might)\s+(?:make|cause|lead\s+to|result\s+in|allow)|allow(?:s|ed|ing)?)\s+(?:an?\s+|the\s+)?(?:possible\s+|potential\s+)?$|\b(?:may|might|can|could)\s+be\s+$";

/// Words that may stand before the name of a flaw.
const FLAW_ARTICLES: &[&str] = &[
    "a",
    "an",
    "the",
    "possible",
    "potential",
    "several",
    "some",
    "another",
    "more",
    "multiple",
    "reflected",
    "stored",
    "heap",
    "stack",
    "issue",
    "bug",
];

/// Recognises such lines, which say that the commit mends the flaw.
pub(super) struct HeadingRules {
    end: LazyPattern,
    cause: LazyPattern,
}

impl HeadingRules {
    pub(super) fn new() -> Self {
        Self { end: lazy(|| compile(HEADING_END)), cause: lazy(|| compile(CAUSE)) }
    }

    /// Whether the term at a place is the subject of the first line.
    pub(super) fn is_heading(&self, prose: &[u8], term: &Range<usize>) -> bool {
        let line = &prose[..memchr::memchr(b'\n', prose).unwrap_or(prose.len())];
        let Some(behind) = line.get(term.end..) else { return false };
        let before = &line[..term.start];
        self.end.is_match(behind) && (is_article(before) || self.cause.is_match(before))
    }
}

/// Whether text is empty but for words that may stand before the name of a flaw, and a component or a ticket: `db: `,
/// `Bug 1234 - `, `[db] `.
fn is_article(text: &[u8]) -> bool {
    let dash = memchr::memmem::rfind(text, b" - ").map(|dash| dash + 3);
    let text = &text[memchr::memrchr(b':', text).map(|colon| colon + 1).max(dash).unwrap_or(0)..];
    let is_known = |word: &[u8]| {
        let is_tag = word.starts_with(b"[") && word.ends_with(b"]");
        let is_ticket = word.iter().any(u8::is_ascii_digit) && word.starts_with(b"#");
        word.is_empty()
            || is_tag
            || is_ticket
            || FLAW_ARTICLES.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
    };
    text.split(u8::is_ascii_whitespace).all(is_known)
}

#[cfg(test)]
mod tests {
    use super::HeadingRules;

    #[test]
    fn a_flaw_is_the_subject_or_has_a_cause_in_front_of_it() {
        let rules = HeadingRules::new();
        let is_heading = |before: &str, flaw: &str, behind: &str| {
            let line = format!("{before}{flaw}{behind}\n\nbelow");
            rules.is_heading(line.as_bytes(), &(before.len()..before.len() + flaw.len()))
        };
        for (before, behind) in [
            ("", ""),
            ("Issue #767:  ", " printing a name"),
            ("[reader] ", " in names"),
            ("a long name could make a ", ""),
            ("", " READ 4 in names"),
        ] {
            assert!(is_heading(before, "Buffer overflow", behind), "{before}..{behind}");
        }
        for (before, behind) in [("", " detection"), ("Notes about ", ""), ("", " and more")] {
            assert!(!is_heading(before, "Buffer overflow", behind), "{before}..{behind}");
        }
    }
}
