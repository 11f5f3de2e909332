//! Lines of the Common and the Combined Log Format in which a field cannot be read.
//!
//! The parsers of these formats are strict, so that they are fast and tell formats apart. What they refuse comes here.

use memchr::memmem::find;
use memchr::{memchr, memchr_iter, memchr2, memrchr};

use super::common_log::{
    client_of, is_address, is_date_bracket, parse_combined, parse_common, split_request, split_text,
};
use super::log_date::DateCache;
use super::method::HttpMethod;
use super::request::{LoggedRequest, MalformedLine, status_of_field};

/// Reads a line of the Common Log Format that is refused for `error`, and returns the rest of the line too. A field that
/// cannot be read is lost.
///
/// # Errors
/// `error` if the line has no request in quotes behind a client, or too little besides that tells it from other text.
#[cold]
#[inline(never)]
pub(super) fn lenient_common<'a>(
    line: &'a [u8],
    dates: &mut DateCache,
    error: MalformedLine,
) -> Result<(LoggedRequest<'a>, &'a [u8]), MalformedLine> {
    split_lenient(line, dates).ok_or(error)
}

/// Reads a line of the Combined Log Format as [`lenient_common`] does. Referrer and user agent may be a bare `-`, or
/// missing.
///
/// # Errors
/// Those of [`lenient_common`].
#[cold]
#[inline(never)]
pub(super) fn lenient_combined<'a>(
    line: &'a [u8],
    dates: &mut DateCache,
    error: MalformedLine,
) -> Result<(LoggedRequest<'a>, &'a [u8]), MalformedLine> {
    let (mut request, mut rest) = lenient_common(line, dates, error)?;
    for field in [&mut request.referrer, &mut request.agent] {
        let text = rest.trim_ascii_start();
        let unclosed = || Some((text.strip_prefix(b"\"")?, &b""[..]));
        let Some((value, after)) = split_text(text).or_else(unclosed) else { break };
        (*field, rest) = (Some(value), after);
    }
    Ok((request, rest))
}

/// Reads a line of the Common Log Format, however many fields cannot be read.
///
/// # Errors
/// [`MalformedLine`] if the line is not a request.
#[inline]
pub(crate) fn read_common<'a>(
    line: &'a [u8],
    dates: &mut DateCache,
) -> Result<LoggedRequest<'a>, MalformedLine> {
    parse_common(line, dates).or_else(|error| Ok(lenient_common(line, dates, error)?.0))
}

/// Reads a line of the Combined Log Format, however many fields cannot be read.
///
/// # Errors
/// [`MalformedLine`] if the line is not a request.
#[inline]
pub(crate) fn read_combined<'a>(
    line: &'a [u8],
    dates: &mut DateCache,
) -> Result<LoggedRequest<'a>, MalformedLine> {
    parse_combined(line, dates).or_else(|error| Ok(lenient_combined(line, dates, error)?.0))
}

/// What stands before the request.
struct LineHead<'a> {
    /// The words before the date, of which the first is not empty.
    client: &'a [u8],
    /// The text in brackets.
    date: Option<&'a [u8]>,
    /// Whether this text has the separators of `17/May/2015:`.
    is_dated: bool,
}

fn split_lenient<'a>(line: &'a [u8], dates: &mut DateCache) -> Option<(LoggedRequest<'a>, &'a [u8])> {
    let (head, rest) = split_head(line)?;
    let (text, rest) = split_closing(rest)?;
    let (method, path) = split_request(text).unwrap_or((HttpMethod::NONE, b""));
    let (code, rest) = split_word(rest)?;
    let code = status_of_field(without_quotes(code));
    if code.is_none() && rest.is_empty() {
        // The line was cut within the status.
        return None;
    }
    let status = code.unwrap_or(0);
    let time = head.date.and_then(|date| dates.any_time(date));
    let is_request = match method {
        HttpMethod::NONE => head.is_dated && code.is_some(),
        // Other text has words in quotes, brackets and numbers too.
        _ => head.is_dated || time.is_some() || status > 0,
    };
    if !is_request {
        return None;
    }
    // A text in quotes is the referrer: the number of bytes is missing.
    let bytes = split_word(rest).filter(|(word, _)| !word.starts_with(b"\""));
    let (bytes, rest) = bytes.unwrap_or((b"", rest));
    let request = LoggedRequest {
        method,
        path,
        status,
        bytes: std::str::from_utf8(bytes).ok().and_then(|bytes| bytes.parse().ok()),
        // Without a date, any words may stand before the request.
        client: Some(client_of(head.client)).filter(|client| head.date.is_some() || is_address(client)),
        time,
        ..LoggedRequest::UNKNOWN
    };
    Some((request, rest))
}

/// Splits off what stands before the quote of the request.
fn split_head(line: &[u8]) -> Option<(LineHead<'_>, &[u8])> {
    // The client may be a list in quotes, so the date is looked for first: that with the usual separators, or what
    // stands in brackets before a quote.
    let usual = memchr_iter(b'[', line).find(|at| is_date_bracket(line, *at));
    let bracket = usual.or_else(|| memrchr(b'[', &line[..find(line, b"] \"")?]));
    let (client, date, rest) = match bracket {
        Some(start) => {
            let end = start + memchr(b']', &line[start..])?;
            (&line[..start], Some(&line[start + 1..end]), &line[end + 1..])
        }
        None => {
            let (client, rest) = line.split_at(find(line, b" \"")?);
            (client, None, rest)
        }
    };
    let rest = &rest[memchr(b'"', rest)? + 1..];
    let has_words =
        client.first().is_some_and(|byte| !matches!(byte, b' ' | b'{')) && memchr(b' ', client).is_some();
    let is_client = has_words && (date.is_some() || memchr2(b'[', b']', client).is_none());
    is_client.then_some((LineHead { client, date, is_dated: usual.is_some() }, rest))
}

/// Splits off the text of a request up to the quote behind it, which is not the first one if the server does not escape the
/// quotes of a request: that behind a version of HTTP, or else that before a status, or else the first one.
fn split_closing(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_closing = |at: &usize| {
        let behind = &rest[at + 1..];
        behind.starts_with(b" ")
            && split_word(behind).is_some_and(|(word, _)| status_of_field(without_quotes(word)).is_some())
    };
    let is_behind_version = |at: &usize| {
        // First, so that the word before is looked for once between two spaces, however many quotes there are.
        if !rest[at + 1..].starts_with(b" ") {
            return false;
        }
        let start = memrchr(b' ', &rest[..*at]).map_or(0, |space| space + 1);
        rest[start..*at].starts_with(b"HTTP/")
    };
    let end = memchr_iter(b'"', rest).find(is_behind_version);
    let end = end.or_else(|| memchr_iter(b'"', rest).find(is_closing));
    let end = end.or_else(|| find(rest, b"\" "))?;
    Some((&rest[..end], &rest[end + 1..]))
}

/// Splits off the next word, and the spaces before it.
fn split_word(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = rest.trim_ascii_start();
    let (word, rest) = rest.split_at(memchr(b' ', rest).unwrap_or(rest.len()));
    (!word.is_empty()).then_some((word, rest))
}

/// Returns a word without the quotes around it.
fn without_quotes(word: &[u8]) -> &[u8] {
    word.strip_prefix(b"\"").and_then(|word| word.strip_suffix(b"\"")).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str =
        r#"192.0.2.1 - bob [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 203 "http://r/" "curl""#;

    #[test]
    fn a_field_that_cannot_be_read_is_lost_alone() {
        let mut dates = DateCache::default();
        let mut strict = parse_combined(LINE.as_bytes(), &mut dates).unwrap();
        strict.agent = strict.agent.filter(|agent| *agent == b"curl");
        let without_status = LoggedRequest { status: 0, ..strict };
        let without_bytes = LoggedRequest { bytes: None, ..strict };
        let without_date = LoggedRequest { time: None, ..strict };
        let without_agent = LoggedRequest { agent: None, ..strict };
        for (from, to, expected) in [
            (" 200 ", " - ", without_status),
            (" 200 ", " 0 ", without_status),
            (" 200 ", " 000 ", without_status),
            (" 200 ", " 2x0 ", without_status),
            (" 200 ", " \"200\" ", strict),
            (" 203 ", " x ", without_bytes),
            (" 203 ", " -1 ", without_bytes),
            (" 203 ", " ", without_bytes),
            ("May", "Mai", without_date),
            ("17/May/2015:10:05:03 +0000", "noon", without_date),
            (":03 ", ":03.123 ", strict),
            (" \"", "  \"", strict),
            (" - bob", "", strict),
            (" [17/May/2015:10:05:03 +0000]", "", without_date),
            (" \"curl\"", "", without_agent),
            ("\"curl\"", "-", LoggedRequest { agent: Some(b"-"), ..strict }),
            ("/a HTTP", "/a\" \"b HTTP", LoggedRequest { path: b"/a\" \"b", ..strict }),
            (
                "\"GET /a HTTP/1.1\" 200",
                "\"x\" \"y\" 400",
                LoggedRequest { method: HttpMethod::NONE, path: b"", status: 400, ..strict },
            ),
        ] {
            let line = LINE.replace(from, to);
            assert_eq!(read_combined(line.as_bytes(), &mut dates), Ok(expected), "{line}");
        }
        let torn = LINE.replace("200 203 \"http://r/\" \"curl\"", "2x0 203 \"http://r/\" \"-\"");
        let request = read_combined(torn.as_bytes(), &mut dates).unwrap();
        assert_eq!((request.path, request.status, request.agent), (&b"/a"[..], 0, Some(&b"-"[..])));
        let common = LINE.replace(" 203 \"http://r/\" \"curl\"", " x 0.137");
        let (request, rest) = lenient_common(common.as_bytes(), &mut dates, MalformedLine::NoMatch).unwrap();
        assert_eq!((request.status, request.bytes, rest), (200, None, &b" 0.137"[..]));
    }

    #[test]
    fn without_a_date_only_an_address_is_a_client() {
        for (line, client) in [
            (r#"INFO 2023-10-10 13:55:36,1 server 12 "GET /a HTTP/1.1" 200 95"#, None),
            (
                r#"2023-10-10 13:55:36 - access - 192.0.2.1:5 - "GET /a HTTP/1.1" 200"#,
                Some(&b"192.0.2.1"[..]),
            ),
        ] {
            let request = read_common(line.as_bytes(), &mut DateCache::default()).unwrap();
            assert_eq!((request.path, request.client), (&b"/a"[..], client), "{line}");
        }
    }

    #[test]
    fn many_quotes_are_read_once() {
        let quotes = r#"""#.repeat(1 << 20);
        let line = format!("192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /{quotes} HTTP/1.1\" 200 1");
        let request = read_common(line.as_bytes(), &mut DateCache::default()).unwrap();
        assert_eq!((request.path.len(), request.status), (1 + quotes.len(), 200));
    }

    #[test]
    fn other_text_is_no_request() {
        for line in [
            "",
            r#"2023/10/10 13:55:36 [error] 12#12: *7 "/a" is not found, client: 192.0.2.1, request: "GET /a HTTP/1.1", host: "b""#,
            r#"[10/Oct/2023:13:55:36 +0000] host 192.0.2.1 "GET /a HTTP/2.0" 200"#,
            r#"1 2 3 "GET" - -"#,
            r#"36 +0000] "GET /a HTTP/1.1" 200 10"#,
            r#"192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] "GET /a HTTP/1.1" 20"#,
            r#"the server [ok] "said" 200 times"#,
            r#"192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] GET /a 200 10"#,
            r#"INFO now handled "GET /a" in 5ms"#,
            r#"2023/10/10 13:55:36 [web/a-1] "GET /a HTTP/1.1" from 192.0.2.1:5 - 200 4B"#,
            r#"{"message":"192.0.2.1 - - [10/Oct/2023:13:55:36 +0000] \"GET /a HTTP/1.1\" 200 10"}"#,
        ] {
            let read = read_common(line.as_bytes(), &mut DateCache::default());
            assert!(read.is_err(), "{line}: {read:?}");
        }
    }
}
