//! What programs that pass lines on put around them: names and times in front, or an object of JSON.

use std::borrow::Cow;

use crate::file_format::BYTE_ORDER_MARK;
use crate::parse::{json_text, json_texts, time_of_text};

/// Prefixes that one line may have: of the runtime, of the log of the system, of the program.
const MAX_PREFIXES: usize = 3;

/// Least length of a date in brackets, so that other numbers are not one.
const MIN_DATE_BYTES: usize = 19;

/// Longest word of a prefix, in bytes.
const MAX_WORD_BYTES: usize = 256;

/// What is around the lines of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LineWrapper {
    /// Nothing.
    #[default]
    None,
    /// Prefixes of syslog, CRI, compose or kubectl, or controls of a terminal.
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

impl UnwrappedLine<'_> {
    fn into_owned(self) -> UnwrappedLine<'static> {
        let owned = |text: Cow<'_, [u8]>| Cow::Owned(text.into_owned());
        UnwrappedLine { line: owned(self.line), date: self.date.map(owned) }
    }
}

/// A line of a container, or a piece of one.
#[derive(Debug)]
pub(crate) struct LinePiece<'a> {
    /// Number of the stream, counted from 0.
    pub(crate) stream: usize,
    /// What stands before the text.
    pub(crate) head: &'a [u8],
    pub(crate) text: Cow<'a, [u8]>,
    /// Date, if it stands in an object.
    pub(crate) date: Option<Cow<'a, str>>,
    /// Whether the line ends with this piece.
    pub(crate) is_last: bool,
}

/// Streams of a container.
const STREAM_NAMES: [&str; 2] = ["stdout", "stderr"];

/// Reads a line as runtimes (CRI) write it: the date, the stream, and `F`, or `P` for a piece.
fn cri_piece(line: &[u8]) -> Option<LinePiece<'_>> {
    let (_, rest) = split_iso_date(line)?;
    let (stream, rest) = split_word(rest)?;
    let stream = STREAM_NAMES.iter().position(|name| name.as_bytes() == stream)?;
    let [tag @ (b'P' | b'F'), b' ', text @ ..] = rest else { return None };
    let head = &line[..line.len() - text.len()];
    Some(LinePiece { stream, head, text: Cow::Borrowed(text), date: None, is_last: *tag == b'F' })
}

/// Reads a line as Docker writes it, which has a line end within unless it is a piece.
fn docker_piece(line: &[u8]) -> Option<LinePiece<'_>> {
    let start = memchr::memchr(b'{', line)?;
    let [text, stream, date] = json_texts(&line[start..], [&["log"], &["stream"], &["time"]])?;
    let (text, stream) = (json_text(text?)?, json_text(stream?)?);
    let stream = STREAM_NAMES.iter().position(|name| *name == stream)?;
    let is_last = text.ends_with('\n');
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    };
    Some(LinePiece { stream, head: b"", text, date: date.and_then(json_text), is_last })
}

impl LineWrapper {
    /// Reads a line of a container, which may be a piece, or returns `None` for other lines.
    pub(crate) fn piece(self, line: &[u8]) -> Option<LinePiece<'_>> {
        match self {
            Self::None => None,
            Self::Prefix => cri_piece(line),
            Self::Json => docker_piece(line),
        }
    }

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
        let bare = UnwrappedLine { line: Cow::Borrowed(line), date: None };
        match self {
            Self::None => bare,
            Self::Prefix => match without_controls(line) {
                Some(plain) => strip_prefixes(&plain).into_owned(),
                None => strip_prefixes(line),
            },
            Self::Json => {
                let mut inner = inner_line(line).unwrap_or(bare);
                if let Some(plain) = without_controls(&inner.line) {
                    inner.line = Cow::Owned(plain);
                }
                if let Some(line) = strip_program(&inner.line) {
                    inner.line = Cow::Owned(line.to_vec());
                }
                inner
            }
        }
    }

    /// Returns whether a line has this wrapper.
    pub(crate) fn is_around(self, line: &[u8]) -> bool {
        match self {
            Self::None => true,
            Self::Prefix => strip_prefix(line).is_some() || without_controls(line).is_some(),
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
fn strip_prefixes(line: &[u8]) -> UnwrappedLine<'_> {
    let (mut rest, mut last_date) = (line, None);
    for _ in 0..MAX_PREFIXES {
        let Some((date, after)) = strip_prefix(rest) else { break };
        (rest, last_date) = (after, date.or(last_date));
    }
    UnwrappedLine { line: Cow::Borrowed(rest), date: last_date.map(Cow::Borrowed) }
}

/// Takes one prefix off, and returns its date too.
fn strip_prefix(line: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    if let Some(rest) = line.strip_prefix(b"[pod/") {
        // `kubectl logs --prefix`.
        let end = memchr::memchr(b']', rest)?;
        return Some((None, rest[end + 1..].strip_prefix(b" ")?));
    }
    if let Some((date, rest)) = split_bracketed(line).or_else(|| split_ruby(line)) {
        return Some((Some(date), rest));
    }
    let (priority, bare) = split_priority(line);
    if let Some((date, rest)) = split_iso_date(bare) {
        return Some((Some(date), after_iso_date(rest, priority)));
    }
    if let Some(rest) = strip_syslog_date(bare) {
        let (_, rest) = split_word(rest)?;
        return Some((None, strip_tag(rest).unwrap_or(rest)));
    }
    if priority != SyslogPriority::None {
        return Some((None, bare));
    }
    strip_compose(line).or_else(|| strip_program(line)).map(|rest| (None, rest))
}

/// Splits off a date in brackets, such as `[2023-10-10 13:55:36 +0000] [12] [INFO] ` of gunicorn and Hypercorn, and the
/// other words in brackets behind it.
fn split_bracketed(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = line.strip_prefix(b"[")?;
    let date = &inner[..memchr::memchr(b']', &inner[..inner.len().min(MAX_WORD_BYTES)])?];
    time_of_text(std::str::from_utf8(date).ok()?).filter(|_| date.len() >= MIN_DATE_BYTES)?;
    let mut rest = inner[date.len() + 1..].strip_prefix(b" [")?;
    loop {
        // The process, the level: one word each.
        let end = memchr::memchr3(b']', b' ', b'[', rest).filter(|end| rest[*end] == b']')?;
        rest = rest[end + 1..].strip_prefix(b" ")?;
        match rest.strip_prefix(b"[") {
            Some(next) => rest = next,
            None => return Some((date, rest)),
        }
    }
}

/// Splits off what the logger of Ruby writes: `I, [2023-10-10T13:55:36.123456 #12]  INFO -- : `, and the name of a
/// request in brackets behind it.
fn split_ruby(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let [b'A'..=b'Z', b',', b' ', b'[', inner @ ..] = line else { return None };
    let end = memchr::memchr2(b' ', b']', &inner[..inner.len().min(MAX_WORD_BYTES)])?;
    let behind = memchr::memmem::find(&inner[..inner.len().min(MAX_WORD_BYTES)], b" -- ")?;
    let rest = &inner[behind + 4..];
    let rest = &rest[memchr::memmem::find(&rest[..rest.len().min(MAX_WORD_BYTES)], b": ")? + 2..];
    let tag = rest.strip_prefix(b"[").and_then(|tag| Some(&tag[memchr::memmem::find(tag, b"] ")? + 2..]));
    Some((&inner[..end], tag.unwrap_or(rest)))
}

/// Returns a text without the controls of a terminal, such as the colour `ESC [ 36 m`, or `None` if there are none.
pub(crate) fn without_controls(text: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr(b'\x1b', text)?;
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\x1b', rest) {
        plain.extend_from_slice(&rest[..at]);
        let control = rest[at + 1..].strip_prefix(b"[").and_then(|control| {
            let digits = control.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
            control[digits..].split_first().filter(|(end, _)| end.is_ascii_alphabetic())
        });
        rest = match control {
            Some((_, after)) => after,
            None => {
                plain.push(b'\x1b');
                &rest[at + 1..]
            }
        };
    }
    plain.extend_from_slice(rest);
    (plain.len() < text.len()).then_some(plain)
}

/// Priority at the beginning of a line of syslog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SyslogPriority {
    None,
    /// `<190>` of RFC 3164.
    Bare,
    /// `<190>1 ` of RFC 5424.
    Versioned,
}

/// Takes the priority of syslog off, and the version behind it.
fn split_priority(line: &[u8]) -> (SyslogPriority, &[u8]) {
    let bare = line.strip_prefix(b"<").and_then(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest[digits..].strip_prefix(b">").filter(|_| (1..=3).contains(&digits))
    });
    match bare {
        None => (SyslogPriority::None, line),
        Some(rest) => match rest.strip_prefix(b"1 ") {
            Some(rest) => (SyslogPriority::Versioned, rest),
            None => (SyslogPriority::Bare, rest),
        },
    }
}

/// Splits off a date such as `2023-10-10T13:55:36.1Z` or `2023-10-10 13:55:36,123 +0000`, and the space or tab behind it.
fn split_iso_date(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let clock_at = match line.get(10)? {
        b'T' => 0,
        b' ' => 11,
        _ => return None,
    };
    let end = clock_at + date_word(&line[clock_at..])?;
    let date = &line[..end];
    let is_date = date.len() >= 19
        && date[..4].iter().all(u8::is_ascii_digit)
        && matches!((date[4], date[7], date[13]), (b'-', b'-', b':') | (b'/', b'/', b':'));
    if !is_date {
        return None;
    }
    let rest = &line[end + 1..];
    match rest.first() {
        // An offset behind a space belongs to the date.
        Some(b'+' | b'-') if clock_at > 0 => {
            let length = date_word(rest).filter(|length| is_offset(&rest[1..*length]));
            Some(length.map_or((date, rest), |length| (&line[..end + 1 + length], &rest[length + 1..])))
        }
        _ => Some((date, rest)),
    }
}

/// Returns the length of the word of a date, behind which a space or a tab stands.
fn date_word(text: &[u8]) -> Option<usize> {
    memchr::memchr2(b' ', b'\t', &text[..text.len().min(MAX_WORD_BYTES)])
}

/// Returns whether a text is the digits of an offset such as `0530` or `05:30`.
fn is_offset(text: &[u8]) -> bool {
    matches!(text, [b'0' | b'1', hour, minutes @ ..] if hour.is_ascii_digit() && matches!(minutes.len(), 2 | 3))
        && text.iter().all(|byte| byte.is_ascii_digit() || *byte == b':')
}

/// Returns what is behind the date of a runtime (CRI), of rsyslog, of RFC 5424 or of Heroku.
fn after_iso_date(rest: &[u8], priority: SyslogPriority) -> &[u8] {
    for stream in [&b"stdout "[..], b"stderr "] {
        if let Some([_, b' ', line @ ..]) = rest.strip_prefix(stream) {
            return line;
        }
    }
    let after_host = split_word(rest).map(|(_, rest)| rest);
    if priority == SyslogPriority::Versioned
        && let Some(text) = after_host.and_then(strip_rfc5424)
    {
        return text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    }
    strip_tag(rest).or_else(|| strip_tag(after_host?)).unwrap_or(rest)
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

/// Takes a date such as `Oct 10 13:55:36` or `Oct 10 2023 13:55:36` off.
fn strip_syslog_date(line: &[u8]) -> Option<&[u8]> {
    let are_digits = |word: &[u8]| word.iter().all(u8::is_ascii_digit);
    let (month, rest) = split_word(line)?;
    // A day of one digit is behind two spaces.
    let (day, rest) = split_word(rest.strip_prefix(b" ").unwrap_or(rest))?;
    let (word, rest) = split_word(rest)?;
    let (clock, rest) = if word.len() == 4 && are_digits(word) { split_word(rest)? } else { (word, rest) };
    let is_month = month.len() == 3 && month.iter().all(u8::is_ascii_alphabetic);
    let is_clock = clock.len() >= 8 && clock[2] == b':' && clock[5] == b':';
    (is_month && day.len() <= 2 && are_digits(day) && is_clock).then_some(rest)
}

/// Takes the name of a program off: `nginx: ` or `nginx[7]: `.
fn strip_tag(rest: &[u8]) -> Option<&[u8]> {
    let (tag, rest) = split_word(rest)?;
    // An IPv6 address may end with two colons.
    (tag.ends_with(b":") && !tag.ends_with(b"::")).then_some(rest)
}

/// Takes the name of a container off, as compose and swarm write it: `web-1  | `, `web.1.id@node | `.
fn strip_compose(line: &[u8]) -> Option<&[u8]> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'@');
    let name = line.iter().take_while(|byte| is_name(byte)).count();
    let rest = line[name..].trim_ascii_start().strip_prefix(b"|")?;
    (1..=MAX_WORD_BYTES).contains(&name).then(|| rest.strip_prefix(b" ").unwrap_or(rest))
}

/// Takes the name of a program off that stands alone: `[web] `, `INFO:werkzeug:`, stern's `pod › container `, or
/// Ambassador's `ACCESS `.
fn strip_program(line: &[u8]) -> Option<&[u8]> {
    let is_name = |byte: &u8| byte.is_ascii_lowercase() || matches!(byte, b'0'..=b'9' | b'-' | b'_' | b'.');
    let after_name = |text: &'_ [u8], end: &[u8]| {
        let name = text.iter().take_while(|byte| is_name(byte)).count();
        (name > 0 && text[name..].starts_with(end)).then_some(name + end.len())
    };
    if let Some(text) = line.strip_prefix(b"[") {
        return Some(&text[after_name(text, b"] ")?..]);
    }
    // stern, with the container behind the pod.
    if let Some(pod) = after_name(line, " \u{203a} ".as_bytes()) {
        return split_word(&line[pod..]).map(|(_, rest)| rest);
    }
    if let Some(text) = line.strip_prefix(b"INFO:") {
        return Some(&text[after_name(text, b":")?..]);
    }
    line.strip_prefix(b"ACCESS ")
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
            ("[pod/web-1/nginx] 2023-10-10T13:55:36Z ", Some("2023-10-10T13:55:36Z")),
            ("<190>", None),
            ("<165>1 2023-10-10T13:55:36.1Z web1 nginx 7 - - \u{feff}", Some("2023-10-10T13:55:36.1Z")),
            ("2023-10-10T13:55:36Z app[web.1]: ", Some("2023-10-10T13:55:36Z")),
            ("2023-10-10 13:55:36,123 ", Some("2023-10-10 13:55:36,123")),
            ("Oct 10 2023 13:55:36 web1 nginx: ", None),
            ("web.1.x7@node-1    | ", None),
            ("INFO:werkzeug:", None),
            ("[web] ", None),
            ("ACCESS ", None),
            ("\x1b[32mweb-1 | \x1b[1;33m", None),
            ("2023-10-10T13:55:36Z\t", Some("2023-10-10T13:55:36Z")),
            ("2023-10-10 13:55:36.1 +0200 ", Some("2023-10-10 13:55:36.1 +0200")),
            ("2023-10-10 13:55:36.1 -05:30 web1 nginx: ", Some("2023-10-10 13:55:36.1 -05:30")),
            ("[2023-10-10 13:55:36 +0000] [12] [INFO] ", Some("2023-10-10 13:55:36 +0000")),
            ("I, [2023-10-10T13:55:36.123 #12]  INFO -- : ", Some("2023-10-10T13:55:36.123")),
            ("I, [2023-10-10T13:55:36.123 #12]  INFO -- web: [9b1d-e] ", Some("2023-10-10T13:55:36.123")),
            ("web-5d9 \u{203a} nginx ", None),
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
        let host = "2023-10-10T13:55:36Z example.com:80 192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] ";
        let unwrapped = LineWrapper::Prefix.unwrap_line(host.as_bytes());
        assert!(unwrapped.line.starts_with(b"example.com:80 192.0.2.1 - - ["));
    }

    #[test]
    fn lines_in_json_are_found() {
        let line = r#"{"log":"GET \"a\"\n","stream":"stdout","time":"2023-10-10T13:55:36Z"}"#;
        let unwrapped = LineWrapper::Json.unwrap_line(line.as_bytes());
        assert_eq!(unwrapped.line, &b"GET \"a\""[..]);
        assert_eq!(unwrapped.date.as_deref(), Some(&b"2023-10-10T13:55:36Z"[..]));
        assert!(!LineWrapper::Json.is_around(br#"{"method":"GET"}"#));
        let program = br#"{"log":"ACCESS [2023-10-10T13:55:36Z] \"GET"}"#;
        assert_eq!(LineWrapper::Json.unwrap_line(program).line, &b"[2023-10-10T13:55:36Z] \"GET"[..]);
        let coloured = br#"{"log":"GET \u001b[32m200\u001b[0m \u001bx\n"}"#;
        assert_eq!(LineWrapper::Json.unwrap_line(coloured).line, &b"GET 200 \x1bx"[..]);
    }
}
