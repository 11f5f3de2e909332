//! URLs of requests, joined from a setting and the parts of a question.

use url::Url;

/// Checks the base URL of an upstream; a parser of values for flags.
///
/// # Errors
/// In words, if the text is not an `http` or `https` URL.
pub fn check_base_url(text: &str) -> Result<String, String> {
    join_url(text, &[], &[]).map(|_| text.to_owned())
}

/// Adds path segments and a query to the URL of a setting, each encoded.
///
/// # Errors
/// In words, if the setting is not an `http` or `https` URL.
pub fn join_url(base: &str, segments: &[&str], query: &[(&str, &str)]) -> Result<String, String> {
    let mut url = Url::parse(base).map_err(|error| format!("{base:?} is not a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{base:?} is not an http or https URL"));
    }
    match url.path_segments_mut() {
        Ok(mut path) => {
            path.pop_if_empty().extend(segments);
        }
        Err(()) => return Err(format!("{base:?} is not a URL with a path")),
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
        // `+` stands for a space only in forms, and not every server takes it for one. Every `+` here is such a
        // space: real plus signs are %2B by now.
        let spaced = url.query().map(|query| query.replace('+', "%20"));
        url.set_query(spaced.as_deref());
    }
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_and_queries_are_encoded() {
        let url = join_url("https://a.test/x/", &["GitHub Actions", "a/b", "[EMPTY]"], &[("q", "a b+c&d")]);
        assert_eq!(url.unwrap(), "https://a.test/x/GitHub%20Actions/a%2Fb/[EMPTY]?q=a%20b%2Bc%26d");
        assert!(join_url("file:///etc", &[], &[]).is_err() && join_url("nonsense", &[], &[]).is_err());
        assert_eq!(join_url("https://a.test", &[], &[]).unwrap(), "https://a.test/");
    }
}
