//! Text from outside in logs of code scanning.

use streamguard_sarif::escape::{is_hidden, visible};
use streamguard_sarif::{SarifNotification, escaped_json, message, path_uri, relative_uri, web_address};

/// Any text gives JSON that is safe to display, from which readers get the same text, and addresses that are URIs.
pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let json = escaped_json(&text);
    let json = std::str::from_utf8(&json).expect("JSON is UTF-8");
    assert!(!json.chars().any(is_hidden), "{json}");
    assert_eq!(serde_json::from_str::<String>(json).expect("its own JSON"), text);
    check_message(&text);
    check_addresses(&text);
}

fn check_message(text: &str) {
    let shown = message(text).text;
    assert!(!shown.contains("](") && !shown.chars().any(is_hidden), "{shown}");
    let without_pairs = shown.replace("{{", "").replace("}}", "");
    assert!(!without_pairs.contains(['{', '}']), "a placeholder in {shown}");
    let plain = shown.replace("{{", "{").replace("}}", "}");
    assert_eq!(plain, visible(text).replace("](", "] ("));
    let json = escaped_json(&SarifNotification::new("note", text));
    let read: serde_json::Value = serde_json::from_slice(&json).expect("its own JSON");
    assert_eq!(read["message"]["text"].as_str(), Some(&*shown));
}

fn check_addresses(text: &str) {
    let is_uri =
        |uri: &str| uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte));
    if let Some(uri) = relative_uri(text) {
        assert!(is_uri(&uri) && !uri.contains(':'), "{uri}");
        assert!(uri.split('/').all(|part| !matches!(part, "" | "." | "..")), "{uri}");
        assert_eq!(decoded(&uri), text.as_bytes());
    }
    let uri = path_uri(text);
    assert!(is_uri(&uri));
    assert_eq!(decoded(uri.strip_prefix("file://").unwrap_or(&uri)), text.as_bytes());
    if let Some(address) = web_address(text) {
        assert!(is_uri(&address), "{address}");
        assert_eq!(web_address(&address).as_deref(), Some(&*address));
        let url = url::Url::parse(&address).expect("a URL");
        assert_eq!((url.username(), url.password(), url.query(), url.fragment()), ("", None, None, None));
    }
}

/// Replaces each `%XX` by its byte (RFC 3986, section 2.1).
fn decoded(uri: &str) -> Vec<u8> {
    let mut parts = uri.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).expect("two digits behind a percent sign"));
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}
