//! Ids of advisories and weaknesses, in the form that each database gives them.

use std::collections::BTreeSet;

/// Reports whether text is the id of a CVE record: `CVE-<year>-<4 to 19 digits>` (CVE record
/// format 5).
pub fn is_cve(id: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = id.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(year, number)| {
        year.len() == 4 && digits(year) && (4..=19).contains(&number.len()) && digits(number)
    })
}

/// Reports whether text is the id of an advisory in GitHub's database: `GHSA-` and three groups of
/// four characters of its alphabet.
pub fn is_ghsa(id: &str) -> bool {
    // The alphabet leaves out vowels and characters that look alike.
    let group =
        |group: &str| group.len() == 4 && group.bytes().all(|byte| b"23456789cfghjmpqrvwx".contains(&byte));
    let Some(groups) = id.strip_prefix("GHSA-") else { return false };
    groups.split('-').count() == 3 && groups.split('-').all(group)
}

/// Reports whether text may be the id of an advisory in any database of OSV. Such an id is safe as
/// a component of a path.
pub fn is_osv(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b":._-".contains(&byte);
    // Neither hidden nor `..` as a name, nor an option as an argument.
    (1..=100).contains(&id.len()) && id.bytes().all(allowed) && !id.starts_with(['.', '-'])
}

/// Parses `CWE-79` or `79` to the form `CWE-<number>`. Returns `None` for other text, and for
/// NVD's placeholders such as `NVD-CWE-noinfo`.
pub fn parse_cwe(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.strip_prefix("CWE-").unwrap_or(text);
    let is_number = (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: u32 = digits.parse().ok().filter(|number| is_number && *number > 0)?;
    Some(format!("CWE-{number}"))
}

/// Returns the weaknesses among `texts`, each once, in the order of first mention.
pub fn unique_cwes<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut all = Vec::new();
    for id in texts.into_iter().filter_map(parse_cwe) {
        if !all.contains(&id) {
            all.push(id);
        }
    }
    all
}

/// Returns the aliases of an advisory among the names that a source gives it: sorted, each once,
/// without its own id.
pub fn unique_aliases(id: &str, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let names: BTreeSet<String> = names.into_iter().filter(|name| name != id && is_osv(name)).collect();
    names.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_are_accepted() {
        for id in ["CVE-1999-0001", "CVE-2021-44228", "CVE-2021-1234567890123456789"] {
            assert!(is_cve(id) && is_osv(id), "{id}");
        }
        for id in
            ["CVE-2021-123", "CVE-21-1234", "cve-2021-1234", "CVE-2021-1234/../x", "CVE-2021-１２３４", ""]
        {
            assert!(!is_cve(id), "{id}");
        }
        assert!(is_ghsa("GHSA-jfh8-c2jp-5v3q"));
        assert!(!is_ghsa("GHSA-jfh8-c2jp-5v3a") && !is_ghsa("GHSA-jfh8-c2jp") && !is_ghsa("GHSA-"));
        for id in ["../x", "..", "a/b", "a b", "a\0", "", ".json", "-x", &"x".repeat(101)] {
            assert!(!is_osv(id), "{id}");
        }
        assert_eq!(parse_cwe(" CWE-079 ").as_deref(), Some("CWE-79"));
        for text in ["NVD-CWE-noinfo", "NVD-CWE-Other", "CWE-", "CWE-0", "CWE-+7", "x"] {
            assert_eq!(parse_cwe(text), None, "{text}");
        }
    }
}
