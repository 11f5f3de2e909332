//! Names of advisories and weaknesses: which texts are ids, in the form of who gives them.

use std::collections::{BTreeSet, HashMap};

use streamguard_dataset::Reference;

/// Whether this is the id of a CVE record: `CVE-<year>-<4 to 19 digits>`, as the CVE record
/// format 5 has it.
pub fn is_cve(id: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = id.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(year, number)| {
        year.len() == 4 && digits(year) && (4..=19).contains(&number.len()) && digits(number)
    })
}

/// Whether this is the id of an advisory in GitHub's database: `GHSA-` and three groups of four
/// characters out of its alphabet.
pub fn is_ghsa(id: &str) -> bool {
    let group =
        |group: &str| group.len() == 4 && group.bytes().all(|byte| b"23456789cfghjmpqrvwx".contains(&byte));
    let Some(groups) = id.strip_prefix("GHSA-") else { return false };
    groups.split('-').count() == 3 && groups.split('-').all(group)
}

/// Whether this may be the id of an advisory in any database of OSV; it is fit for a path.
pub fn is_osv(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b":._-".contains(&byte);
    (1..=100).contains(&id.len()) && id.bytes().all(allowed) && !id.starts_with(['.', '-'])
}

/// The id of the weakness in `CWE-79` or `79`, in the form `CWE-<number>`; none for the
/// classes that are no entries (`NVD-CWE-noinfo`) and for other text.
pub fn cwe(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.strip_prefix("CWE-").unwrap_or(text);
    let is_number = (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: u32 = digits.parse().ok().filter(|number| is_number && *number > 0)?;
    Some(format!("CWE-{number}"))
}

/// The weaknesses that `texts` name, each once, at its first place.
pub fn cwes<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut all = Vec::new();
    for id in texts.into_iter().filter_map(cwe) {
        if !all.contains(&id) {
            all.push(id);
        }
    }
    all
}

/// The aliases of an advisory out of all names that it is given: sorted, each once, without its
/// own.
pub fn aliases(id: &str, names: impl IntoIterator<Item = String>) -> Vec<String> {
    let names: BTreeSet<String> = names.into_iter().filter(|name| name != id && is_osv(name)).collect();
    names.into_iter().collect()
}

/// References with each URL once, at its first place, with all tags that it has anywhere.
pub fn references(all: impl IntoIterator<Item = Reference>) -> Vec<Reference> {
    let mut places = HashMap::new();
    let mut once: Vec<Reference> = Vec::new();
    for mut reference in all {
        let place = *places.entry(reference.url.clone()).or_insert(once.len());
        match once.get_mut(place) {
            Some(known) => {
                reference.tags.retain(|tag| !known.tags.contains(tag));
                known.tags.append(&mut reference.tags);
            }
            None => once.push(reference),
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_ids_and_nothing_else() {
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
        assert_eq!(cwe(" CWE-079 ").as_deref(), Some("CWE-79"));
        for text in ["NVD-CWE-noinfo", "NVD-CWE-Other", "CWE-", "CWE-0", "CWE-+7", "x"] {
            assert_eq!(cwe(text), None, "{text}");
        }
    }
}
