//! First lines that say that a flaw was fixed, whatever else they name: `Fix XSS in comments`.

use crate::pattern::{LazyPattern, compile, lazy};

/// A fix word, and the flaw it is about.
const FIXED_FLAW: &str = r"(?:^|\b(?:to|and)\s+|[.,;+&:]\s+)(?:fix(?:e[sd]|ing)?|prevent(?:s|ed|ing)?|avoid(?:s|ed|ing)?|patch(?:e[sd]|ing)?)\s+(?:[\w'#.-]+\s+){0,3}?(?:[\w-]+[\s-]+)?(?:vulnerabilit(?:y|ies)|security[\s-]+(?:sensitive|issues?|bugs?|holes?|flaws?|problems?)|xss|[cx]srf|injections?|traversals?|(?:over|under)flows?|over-?reads?|over-?runs?|(?:use|used)[\s-]after[\s-]free|uaf|double[\s-]free|out[\s-]of[\s-]bounds?|oob|ssrf|xxe|rce|code\s+execution|redos|cve[-_]\d[\d_-]+)";

/// Texts and tests as what a line is about, before the flaw that they mention.
const ABOUT_TEXTS: &str = r"\b(?:tests?|test-?cases?|specs?|benchmarks?|docs?|documentation|docstrings?|readme|typos?|spelling|wording|comments?|change-?logs?|notes|news|examples?|guides?)\s+(?:for|about|on|of|in|to|that|which|against|with|how|from|and)\b|\b(?:how|document|documents|mention|mentions|describe|describes|explain|explains)\s|\b(?:flaky|typos?)\b";

/// Texts and tests behind the name of a flaw, or where it was if that is no program.
const TEXTS_BEHIND: &str = r"^[\s-]+(?:(?:(?:unit|regression|\w+ing|filter)\s+)?(?:tests?|test-?cases?|specs?|docs?|documentation|examples?|notes?|warnings?|links?)\b|(?:[\w-]+\s+)?(?:in|of|from)\s+(?:\S+\s+){0,3}(?:\S+\.md|ci|builds?|github\s+actions?|actions|workflows?|tests?|test-?cases?|specs?|unit\s?tests?|examples?|harness\w*|fuzz\w*(?:\s+\w+)?)[.\s]*$)";

/// Recognises such lines.
pub(super) struct FlawRules {
    fixed_flaw: LazyPattern,
    about_texts: LazyPattern,
    texts_behind: LazyPattern,
}

impl FlawRules {
    pub(super) fn new() -> Self {
        Self {
            fixed_flaw: lazy(|| compile(FIXED_FLAW)),
            about_texts: lazy(|| compile(ABOUT_TEXTS)),
            texts_behind: lazy(|| compile(TEXTS_BEHIND)),
        }
    }

    /// Whether a first line says that a flaw of the program was fixed.
    pub(super) fn is_fix(&self, subject: &[u8]) -> bool {
        self.fixed_flaw.find_iter(subject).any(|flaw| {
            !self.about_texts.is_match(&subject[..flaw.end()])
                && !self.texts_behind.is_match(&subject[flaw.end()..])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::FlawRules;

    #[test]
    fn a_flaw_in_a_place_called_like_a_text_is_a_flaw() {
        let rules = FlawRules::new();
        for subject in [
            "Fix XSS in comments",
            "Fix a comment vulnerability allowing scripts to be loaded.",
            "Update comment sanitization to prevent XSS",
            "Add length check to spec parser to prevent buffer overflow",
            "Fix use-after-free in benchmark mode",
            "Fix path traversal in docs endpoint",
            "More names: fix heap-buffer-overflow in the test mode",
        ] {
            assert!(rules.is_fix(subject.as_bytes()), "{subject}");
        }
        for subject in [
            "Fix XSS tests",
            "Fix tests for XSS",
            "Fix typo in XSS filter",
            "Add tests to prevent XSS",
            "Document how to prevent CSRF",
            "Fix script injection in GitHub workflow",
            "Fix use-after-free in tests",
            "Add test for CVE-2020-1234 fix",
        ] {
            assert!(!rules.is_fix(subject.as_bytes()), "{subject}");
        }
    }
}
