//! Addresses: how a question's URL is made out of a setting and what is asked for.

use url::Url;

/// The base URL of an upstream, out of a flag.
pub fn base(text: &str) -> Result<String, String> {
    address(text, &[], &[]).map(|_| text.to_owned())
}

/// The URL of a setting, with path segments and a query added, each encoded.
///
/// # Errors
/// In words, if the setting is no `http` or `https` URL.
pub fn address(base: &str, segments: &[&str], query: &[(&str, &str)]) -> Result<String, String> {
    let mut url = Url::parse(base).map_err(|error| format!("{base:?} is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{base:?} is no http or https URL"));
    }
    match url.path_segments_mut() {
        Ok(mut path) => {
            path.pop_if_empty().extend(segments);
        }
        Err(()) => return Err(format!("{base:?} is no URL with a path")),
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
        // A space is `+` in forms only; a real plus sign is %2B by now.
        let spaced = url.query().map(|query| query.replace('+', "%20"));
        url.set_query(spaced.as_deref());
    }
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_it_is_given() {
        let url = address("https://a.test/x/", &["GitHub Actions", "a/b", "[EMPTY]"], &[("q", "a b+c&d")]);
        assert_eq!(url.unwrap(), "https://a.test/x/GitHub%20Actions/a%2Fb/[EMPTY]?q=a%20b%2Bc%26d");
        assert!(address("file:///etc", &[], &[]).is_err() && address("nonsense", &[], &[]).is_err());
        assert_eq!(address("https://a.test", &[], &[]).unwrap(), "https://a.test/");
    }
}
