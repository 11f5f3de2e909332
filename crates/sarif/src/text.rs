//! Escapes text from outside in messages and addresses.

use std::fmt::Write;

use url::{Position, Url};

use crate::escape::visible;
use crate::objects::SarifMessage;

/// Longest path of a location, in bytes: PATH_MAX of Linux.
const MAX_PATH_BYTES: usize = 4096;

/// Makes a message of plain text. Control characters become visible escapes. Braces are doubled, so that they do not
/// begin a placeholder (§3.11.5), and a space is put between `]` and `(`, so that they do not make a link (§3.11.6).
pub fn message(text: &str) -> SarifMessage {
    SarifMessage { text: visible(text).replace('{', "{{").replace('}', "}}").replace("](", "] (") }
}

/// Returns the web address of a repository, if it has one: without credentials, and encoded as a URI,
/// which is stricter than the URLs that browsers accept.
pub fn web_address(repository: &str) -> Option<String> {
    // The address may be one for cloning that contains a token, and logs are uploaded and passed on.
    let mut url = Url::parse(repository).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    let path = encoded(&url[Position::BeforePath..], |byte| matches!(byte, b'/' | b'%' | b':' | b'@'));
    let server = &url[..Position::BeforePath];
    // Browsers allow characters in names of hosts that no URI has, such as quotation marks (RFC 3986 §3.2.2).
    let is_uri = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:/[]".contains(&byte);
    server.bytes().all(is_uri).then(|| format!("{server}{path}"))
}

/// Encodes a path inside a repository as a relative URI; `None` if the path could lead out of the
/// repository.
pub fn relative_uri(path: &str) -> Option<String> {
    let is_sound = path.len() <= MAX_PATH_BYTES
        && !path.contains('\0')
        && path.split('/').all(|segment| !matches!(segment, "" | "." | ".."));
    is_sound.then(|| encoded(path, |byte| byte == b'/'))
}

/// Encodes the path of a file that was looked at: a URI if it is absolute, and a relative reference otherwise.
pub fn path_uri(path: &str) -> String {
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    format!("{scheme}{}", encoded(path, |byte| byte == b'/'))
}

/// Percent-encodes everything except unreserved characters (RFC 3986 §2.3) and bytes that `keeps` accepts. If `keeps`
/// accepts the percent sign, it stays only where two hexadecimal digits follow it.
fn encoded(text: &str, keeps: fn(u8) -> bool) -> String {
    let bytes = text.as_bytes();
    let mut uri = String::with_capacity(text.len());
    for (at, &byte) in bytes.iter().enumerate() {
        let is_plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        // In an address, a percent sign that begins an escape is kept. In a path it is an ordinary character: "%2e"
        // becomes "%252e".
        let begins_escape =
            || bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        if is_plain || (keeps(byte) && (byte != b'%' || begins_escape())) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_is_linked_to() {
        let cases = [
            ("https://git.example/team/app", Some("https://git.example/team/app")),
            ("https://user:secret@git.example/a b?q#f", Some("https://git.example/a%20b")),
            ("http://[::1]:8080/x[1]%zz%41|", Some("http://[::1]:8080/x%5B1%5D%25zz%41%7C")),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("https://git\"example/team/app", None),
            ("local", None),
            ("", None),
        ];
        for (repository, uri) in cases {
            assert_eq!(web_address(repository).as_deref(), uri, "{repository}");
        }
    }

    #[test]
    fn paths_stay_inside() {
        assert_eq!(relative_uri("src/load 1.c").as_deref(), Some("src/load%201.c"));
        assert_eq!(relative_uri("a:b/%41/漢").as_deref(), Some("a%3Ab/%2541/%E6%BC%A2"));
        for path in ["../x", "/etc/passwd", "a/../b", "./a", "", "a\0b", &"x".repeat(5000)] {
            assert_eq!(relative_uri(path), None, "{path}");
        }
    }

    #[test]
    fn paths_of_the_user_stay_as_they_are() {
        assert_eq!(path_uri("../a b/c:d.c"), "../a%20b/c%3Ad.c");
        assert_eq!(path_uri("/srv/x.c"), "file:///srv/x.c");
    }

    #[test]
    fn messages_hold_no_links_and_no_placeholders() {
        assert_eq!(message("[a](1) {0} \u{202e}").text, "[a] (1) {{0}} \\u{{202e}}");
    }
}
