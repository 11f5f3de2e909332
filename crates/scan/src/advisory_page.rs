//! Addresses of pages about advisories.

/// Returns the page about an advisory, by its id. Unknown kinds of ids are looked for at OSV, which has those of all
/// ecosystems.
pub(crate) fn advisory_page(id: &str) -> String {
    let is_plain =
        id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'));
    match id {
        // An id is text from outside, and no address is made of what is not one.
        _ if !is_plain => "https://osv.dev/list".to_owned(),
        _ if id.starts_with("CVE-") => format!("https://nvd.nist.gov/vuln/detail/{id}"),
        _ if id.starts_with("GHSA-") => format!("https://github.com/advisories/{id}"),
        _ => format!("https://osv.dev/vulnerability/{id}"),
    }
}
