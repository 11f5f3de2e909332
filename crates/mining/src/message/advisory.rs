//! Ids of advisories in running text.

use regex::bytes::{Regex, RegexBuilder};

/// At most so many ids of one message are kept: longer lists are release notes.
const MOST: usize = 16;

/// Finds ids of advisories.
pub struct AdvisoryIdFinder {
    pattern: Regex,
    weakness: Regex,
}

impl AdvisoryIdFinder {
    /// Letters of which one stands in every id.
    pub(super) const STEMS: &[&str] =
        &["cve-", "can-", "ghsa-", "rustsec-", "pysec-", "osv-", "ghsl-", "go-20", "cwe-"];

    /// Compiles the patterns of the ids.
    pub fn new() -> Self {
        Self {
            // The alphabet of GHSA ids is that of GitHub's advisory database.
            pattern: compiled(
                r"\b(?:(?:cve|can)-(?:19|20)\d\d-\d{4,7}|ghsa(?:-[23456789cfghjmpqrvwx]{4}){3}|rustsec-20\d\d-\d{4}|(?:pysec|osv|ghsl)-20\d\d-\d{1,7}|go-20\d\d-\d{4,5})\b",
            ),
            weakness: compiled(r"\bcwe-(\d{1,4})\b"),
        }
    }

    /// The distinct ids in the order of their first mention, in the form of the database that
    /// gives them: upper case, but the letters after `GHSA-` in lower case. The old `CAN-` of
    /// candidates becomes `CVE-`.
    pub fn find(&self, message: &[u8]) -> Vec<String> {
        let mut ids = Vec::new();
        for found in self.pattern.find_iter(message) {
            let id = canonical_advisory_id(&String::from_utf8_lossy(found.as_bytes()));
            if !ids.contains(&id) {
                ids.push(id);
            }
            if ids.len() == MOST {
                break;
            }
        }
        ids
    }

    /// The CWE numbers named, in the order of mention.
    pub(super) fn weaknesses(&self, message: &[u8]) -> Vec<u16> {
        let mut numbers = Vec::new();
        for found in self.weakness.captures_iter(message) {
            let number = std::str::from_utf8(&found[1]).ok().and_then(|digits| digits.parse().ok());
            if let Some(number) = number.filter(|number| !numbers.contains(number)) {
                numbers.push(number);
            }
            if numbers.len() == MOST {
                break;
            }
        }
        numbers
    }
}

/// Compiles a pattern with groups.
fn compiled(pattern: &str) -> Regex {
    RegexBuilder::new(pattern)
        .case_insensitive(true)
        .unicode(false)
        .build()
        .expect("the two patterns are valid, and every test of messages compiles them")
}

/// An id in the form of the database that gives it.
pub fn canonical_advisory_id(id: &str) -> String {
    let upper = id.to_ascii_uppercase();
    if let Some(rest) = upper.strip_prefix("GHSA-") {
        format!("GHSA-{}", rest.to_ascii_lowercase())
    } else if let Some(rest) = upper.strip_prefix("CAN-") {
        format!("CVE-{rest}")
    } else {
        upper
    }
}
