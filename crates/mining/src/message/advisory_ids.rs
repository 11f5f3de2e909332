//! Ids of advisories and CWE numbers in running text.

use regex::bytes::{Regex, RegexBuilder};

/// Most ids of one message that are kept; longer lists are release notes.
const MAX_IDS: usize = 16;

/// Separator of the parts of a CVE id, which some leave out: a hyphen, dash or minus, also twice or with blanks around it,
/// or other punctuation.
const SEPARATOR: &str =
    r"(?:(?: |\xC2\xA0)?(?:--?|\xE2\x80[\x90-\x95]|\xE2\x88\x92)(?: |\xC2\xA0)?|[_: ./#]|\xC2\xA0)?";

/// Most digits of the number in a CVE id.
const MAX_NUMBER_DIGITS: usize = 7;

/// Finds ids of advisories in text.
///
/// ```
/// use streamguard_mining::message::AdvisoryIdFinder;
///
/// let ids = AdvisoryIdFinder::new().find(b"Fix cve-2021-12345 (GHSA-JJPW-65FV-8G48)");
/// assert_eq!(ids, ["CVE-2021-12345", "GHSA-jjpw-65fv-8g48"]);
/// ```
pub struct AdvisoryIdFinder {
    ids: Regex,
    cwes: Regex,
}

impl Default for AdvisoryIdFinder {
    fn default() -> Self {
        Self::new()
    }
}

impl AdvisoryIdFinder {
    /// Letters of which every id contains at least one.
    pub(super) const STEMS: &[&str] = &[
        "cve", "can-", "can_", "ghsa", "rustsec", "pysec", "osv-", "ghsl", "go-20", "cwe", "talos", "zdi-",
        "xsa-", "sa-co", "mfsa", "dsa-", "vu#", "jvn#", "snyk-",
    ];

    /// Compiles the patterns of the ids.
    pub fn new() -> Self {
        Self {
            // GitHub's database draws the letters of GHSA ids from an alphabet without vowels and look-alikes.
            // Names of branches and headings write ids with `_`, white space or dashes of typography.
            ids: compile_with_groups(&format!(
                r"(?:\b|_)(?:cve{SEPARATOR}(?:19|20)\d\d{SEPARATOR}\d{{4,7}}|can[-_](?:19|20)\d\d[-_]\d{{4,7}}|ghsa(?:[-_][23456789cfghjmpqrvwx]{{4}}){{3}}|rustsec[-_]20\d\d[-_]\d{{4}}|(?:pysec|osv|ghsl)[-_]20\d\d[-_]\d{{1,7}}|go-20\d\d-\d{{4,5}}|talos[-_ ]#?20\d\d[-_]\d{{4}}|talos[-_ ]can[-_ ]\d{{3,5}}|zdi-(?:can-\d{{3,6}}|\d\d-\d{{3,5}})|xsa-\d{{1,4}}|sa-(?:core|contrib)-20\d\d-\d{{3}}|mfsa[- ]20\d\d[-/]\d\d|dsa-\d{{3,5}}-\d|(?:vu#|jvn#)\d{{6,8}}|snyk-(?:js|python|java|php|ruby|golang|dotnet|rust|cocoapods)-\w+-\d{{5,8}})(?:\b|_)"
            )),
            cwes: compile_with_groups(r"\bcwe[-_ ]?(\d{1,4})\b"),
        }
    }

    /// Returns the distinct ids in the order of their first mention, in their canonical form
    /// ([`canonical_advisory_id`]).
    pub fn find(&self, message: &[u8]) -> Vec<String> {
        let mut ids = Vec::new();
        for found in self.ids.find_iter(message) {
            let id = canonical_advisory_id(&String::from_utf8_lossy(found.as_bytes()));
            let further = further_ids(&id, &message[found.end()..]);
            for id in std::iter::once(id).chain(further) {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            if ids.len() >= MAX_IDS {
                ids.truncate(MAX_IDS);
                break;
            }
        }
        ids
    }

    /// Returns the distinct CWE numbers in the order of mention.
    pub(super) fn find_cwes(&self, message: &[u8]) -> Vec<u16> {
        let mut numbers = Vec::new();
        for found in self.cwes.captures_iter(message) {
            let number = std::str::from_utf8(&found[1]).ok().and_then(|digits| digits.parse().ok());
            if let Some(number) = number.filter(|number| !numbers.contains(number)) {
                numbers.push(number);
            }
            if numbers.len() == MAX_IDS {
                break;
            }
        }
        numbers
    }
}

/// Returns the ids of the same year whose numbers alone stand behind a CVE id: `CVE-2016-7985,7986`.
fn further_ids(id: &str, behind: &[u8]) -> Vec<String> {
    let mut ids = Vec::new();
    let Some(year) = id.strip_prefix("CVE-").and_then(|rest| rest.split('-').next()) else { return ids };
    let mut rest = behind;
    while let Some(number) = rest.strip_prefix(b",") {
        let number = number.strip_prefix(b" ").unwrap_or(number);
        let digits = number.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, behind) = number.split_at(digits);
        // A year or a date may stand there as well.
        let is_year = digits == 4 && (number.starts_with(b"19") || number.starts_with(b"20"));
        let goes_on = behind.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
        if !(4..=MAX_NUMBER_DIGITS).contains(&digits) || is_year || goes_on || ids.len() == MAX_IDS {
            break;
        }
        ids.push(format!("CVE-{year}-{}", String::from_utf8_lossy(number)));
        rest = behind;
    }
    ids
}

/// Compiles a pattern with groups, which the patterns of this crate otherwise do without.
fn compile_with_groups(pattern: &str) -> Regex {
    RegexBuilder::new(pattern)
        .case_insensitive(true)
        .unicode(false)
        .build()
        .expect("both patterns are valid, and every test of messages compiles them")
}

/// Returns an id as its database writes it: in upper case with hyphens, but the letters after `GHSA-` in
/// lower case. `CAN-`, the prefix of CVE candidates until 2005, becomes `CVE-`.
pub fn canonical_advisory_id(id: &str) -> String {
    let parts = id.split(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).filter(|part| !part.is_empty());
    let upper = parts.collect::<Vec<_>>().join("-").to_ascii_uppercase().replace("-#", "-");
    if let Some(rest) = upper.strip_prefix("GHSA-") {
        return format!("GHSA-{}", rest.to_ascii_lowercase());
    }
    let number =
        upper.strip_prefix("CVE").or_else(|| upper.strip_prefix("CAN-")).map(|id| id.replace(['-', '#'], ""));
    let is_number = |number: &String| number.bytes().all(|byte| byte.is_ascii_digit());
    match number.as_ref().filter(|number| is_number(number)).and_then(|number| number.split_at_checked(4)) {
        Some((year, number)) => format!("CVE-{year}-{number}"),
        None => upper,
    }
}
