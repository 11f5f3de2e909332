//! What programs that pass lines on put around them: names and times in front, or an object of JSON.

use std::borrow::Cow;

use crate::parse::{json_text, json_texts};

/// Prefixes that one line may have: of the runtime, of the log of the system, of the program.
const MAX_PREFIXES: usize = 3;

/// Longest word of a prefix, in bytes.
const MAX_WORD_BYTES: usize = 256;

/// What is around the lines of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LineWrapper {
    /// Nothing.
    #[default]
    None,
    /// Prefixes of syslog, CRI, compose or kubectl.
    Prefix,
    /// JSON with the line as text, as Docker writes it.
    Json,
}

/// A line without its wrapper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnwrappedLine<'a> {
    /// The line.
    pub(crate) line: Cow<'a, [u8]>,
    /// The date in the wrapper.
    pub(crate) date: Option<Cow<'a, [u8]>>,
}

impl LineWrapper {
    /// Returns the wrapper for reports, as words behind the name of a format.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Prefix => " behind prefixes",
            Self::Json => " in JSON",
        }
    }

    /// Takes the wrapper off. A line without one stays as it is.
    pub(crate) fn unwrap_line<'a>(self, line: &'a [u8]) -> UnwrappedLine<'a> {
        let unwrapped = match self {
            Self::None => None,
            Self::Prefix => strip_prefixes(line),
            Self::Json => inner_line(line),
        };
        unwrapped.unwrap_or(UnwrappedLine { line: Cow::Borrowed(line), date: None })
    }

    /// Returns whether a line has this wrapper.
    pub(crate) fn is_around(self, line: &[u8]) -> bool {
        match self {
            Self::None => true,
            Self::Prefix => strip_prefix(line).is_some(),
            Self::Json => inner_line(line).is_some(),
        }
    }
}

/// Returns the line in an object, and its date.
fn inner_line(line: &[u8]) -> Option<UnwrappedLine<'_>> {
    let start = memchr::memchr(b'{', line)?;
    let [inner, date] = json_texts(
        &line[start..],
        [&["log", "message", "MESSAGE", "textPayload"], &["time", "timestamp", "@timestamp", "ts"]],
    )?;
    Some(UnwrappedLine { line: bytes_of(json_text(inner?)?), date: date.and_then(json_text).map(bytes_of) })
}

/// Returns the bytes of a text without white space at its end.
fn bytes_of(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_end().as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.trim_end().as_bytes().to_vec()),
    }
}

/// Takes all prefixes off.
fn strip_prefixes(line: &[u8]) -> Option<UnwrappedLine<'_>> {
    let mut stripped = None;
    let (mut rest, mut last_date) = (line, None);
    for _ in 0..MAX_PREFIXES {
        let Some((date, after)) = strip_prefix(rest) else { break };
        (rest, last_date) = (after, date.or(last_date));
        stripped = Some(UnwrappedLine { line: Cow::Borrowed(rest), date: last_date.map(Cow::Borrowed) });
    }
    stripped
}

/// Takes one prefix off, and returns its date too.
fn strip_prefix(line: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    let line = strip_colour(line);
    if let Some(rest) = line.strip_prefix(b"[pod/") {
        // `kubectl logs --prefix`.
        let end = memchr::memchr(b']', rest)?;
        return Some((None, rest[end + 1..].strip_prefix(b" ")?));
    }
    let line = strip_priority(line);
    if let Some((date, rest)) = split_iso_date(line) {
        return Some((Some(date), after_iso_date(rest)));
    }
    if let Some(rest) = strip_syslog_date(line) {
        let (_, rest) = split_word(rest)?;
        return Some((None, strip_tag(rest).unwrap_or(rest)));
    }
    strip_compose(line).map(|rest| (None, rest))
}

/// Takes controls of a terminal off, such as the colour `ESC [ 36 m`.
fn strip_colour(mut line: &[u8]) -> &[u8] {
    while let Some(rest) = line.strip_prefix(b"\x1b[") {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
        match &rest[digits..] {
            [byte, after @ ..] if byte.is_ascii_alphabetic() => line = after,
            _ => break,
        }
    }
    line
}

/// Takes the priority of syslog off (RFC 3164, RFC 5424), and the version behind it.
fn strip_priority(line: &[u8]) -> &[u8] {
    let Some(rest) = line.strip_prefix(b"<") else { return line };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let Some(rest) = rest[digits..].strip_prefix(b">") else { return line };
    rest.strip_prefix(b"1 ").unwrap_or(rest)
}

/// Splits off a date such as `2023-10-10T13:55:36.1Z`.
fn split_iso_date(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (date, rest) = split_word(line)?;
    let is_date =
        date.len() >= 19 && date[4] == b'-' && date[7] == b'-' && date[10] == b'T' && date[13] == b':';
    (is_date && date[..4].iter().all(u8::is_ascii_digit)).then_some((date, rest))
}

/// Returns what is behind the date of a runtime (CRI), of rsyslog or of RFC 5424.
fn after_iso_date(rest: &[u8]) -> &[u8] {
    for stream in [&b"stdout "[..], b"stderr "] {
        if let Some([_, b' ', line @ ..]) = rest.strip_prefix(stream) {
            return line;
        }
    }
    let after_host = split_word(rest).map(|(_, rest)| rest);
    let syslog = after_host.and_then(|rest| strip_tag(rest).or_else(|| strip_rfc5424(rest)));
    syslog.unwrap_or(rest)
}

/// Takes program, process, message id and structured data of RFC 5424 off.
fn strip_rfc5424(rest: &[u8]) -> Option<&[u8]> {
    let (_, rest) = split_word(rest)?;
    let (process, rest) = split_word(rest)?;
    let (_, rest) = split_word(rest)?;
    if process != b"-" && !process.iter().all(u8::is_ascii_digit) {
        return None;
    }
    match rest.strip_prefix(b"- ") {
        Some(rest) => Some(rest),
        None => {
            let end = memchr::memmem::find(rest.strip_prefix(b"[")?, b"] ")?;
            Some(&rest[end + 3..])
        }
    }
}

/// Takes a date such as `Oct 10 13:55:36` off.
fn strip_syslog_date(line: &[u8]) -> Option<&[u8]> {
    let (date, rest) = line.split_at_checked(15)?;
    let is_date = date[..3].iter().all(u8::is_ascii_alphabetic)
        && [(3, b' '), (6, b' '), (9, b':'), (12, b':')].iter().all(|(at, byte)| date[*at] == *byte);
    if is_date { rest.strip_prefix(b" ") } else { None }
}

/// Takes the name of a program off: `nginx: ` or `nginx[7]: `.
fn strip_tag(rest: &[u8]) -> Option<&[u8]> {
    let (tag, rest) = split_word(rest)?;
    tag.ends_with(b":").then_some(rest)
}

/// Takes the name of a container off, as compose writes it: `web-1  | `.
fn strip_compose(line: &[u8]) -> Option<&[u8]> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let name = line.iter().take_while(|byte| is_name(byte)).count();
    let rest = line[name..].trim_ascii_start();
    let rest = strip_colour(rest.strip_prefix(b"|")?);
    (1..=MAX_WORD_BYTES).contains(&name).then(|| rest.strip_prefix(b" ").unwrap_or(rest))
}

/// Splits off a word and the space behind it.
fn split_word(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b' ', &line[..line.len().min(MAX_WORD_BYTES)]).filter(|end| *end > 0)?;
    Some((&line[..end], &line[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_taken_off_with_their_date() {
        for (prefix, date) in [
            ("Oct 10 13:55:36 web1 nginx: ", None),
            ("<190>Oct  1 13:55:36 web1 nginx[7]: ", None),
            ("2023-10-10T13:55:36.123456+00:00 web1 nginx[7]: ", Some("2023-10-10T13:55:36.123456+00:00")),
            ("<165>1 2023-10-10T13:55:36.1Z web1 nginx 7 - - ", Some("2023-10-10T13:55:36.1Z")),
            ("<165>1 2023-10-10T13:55:36.1Z web1 nginx - id [a b=\"c\"] ", Some("2023-10-10T13:55:36.1Z")),
            ("2023-10-10T13:55:36.1Z stdout F ", Some("2023-10-10T13:55:36.1Z")),
            ("2023-10-10T13:55:36.1Z ", Some("2023-10-10T13:55:36.1Z")),
            ("web-1  | ", None),
            ("web_app_1         | 2023-10-10T13:55:36Z ", Some("2023-10-10T13:55:36Z")),
            ("\x1b[36mweb-1  |\x1b[0m ", None),
            ("\x1b[2Kweb-1  | ", None),
            ("[pod/web-1/nginx] ", None),
        ] {
            let line = format!("{prefix}192.0.2.1 - - [");
            let unwrapped = LineWrapper::Prefix.unwrap_line(line.as_bytes());
            assert_eq!(unwrapped.line, &b"192.0.2.1 - - ["[..], "{prefix}");
            assert_eq!(unwrapped.date.as_deref(), date.map(str::as_bytes), "{prefix}");
        }
        for line in ["192.0.2.1 - - [", "example.com:80 192.0.2.1 - - [", "<a> b", "", "{\"a\":1}"] {
            assert!(!LineWrapper::Prefix.is_around(line.as_bytes()), "{line}");
            assert_eq!(LineWrapper::Prefix.unwrap_line(line.as_bytes()).line, line.as_bytes());
        }
    }

    #[test]
    fn lines_in_json_are_found() {
        let line = r#"{"log":"GET \"a\"\n","stream":"stdout","time":"2023-10-10T13:55:36Z"}"#;
        let unwrapped = LineWrapper::Json.unwrap_line(line.as_bytes());
        assert_eq!(unwrapped.line, &b"GET \"a\""[..]);
        assert_eq!(unwrapped.date.as_deref(), Some(&b"2023-10-10T13:55:36Z"[..]));
        assert!(!LineWrapper::Json.is_around(br#"{"method":"GET"}"#));
    }
}
