//! The Common and the Combined Log Format, as Apache's mod_log_config defines them:
//! `%h %l %u %t "%r" %>s %b`, and the same with `"%{Referer}i" "%{User-agent}i"`.

use memchr::{memchr, memchr2};

use super::clock::Clock;
use super::{Malformed, Method, Request, status, without_query};

/// Reads a line of the Common Log Format; what follows the number of bytes is not looked at.
///
/// # Errors
/// [`Malformed`].
#[inline]
pub fn common<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Request<'a>, Malformed> {
    Ok(seven(line, clock)?.0)
}

/// Reads a line of the Combined Log Format; what follows the user agent is not looked at. A user
/// agent that was cut off, with its closing quote, counts as it is, as for other programs.
///
/// # Errors
/// [`Malformed`].
#[inline]
pub fn combined<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Request<'a>, Malformed> {
    let (request, rest) = seven(line, clock)?;
    let quotes = || {
        let (_, rest) = quoted(rest.strip_prefix(b" ")?)?;
        let agent = rest.strip_prefix(b" ")?;
        Some(quoted(agent).map_or(agent.strip_prefix(b"\"")?, |(agent, _)| agent))
    };
    Ok(Request { agent: Some(quotes().ok_or(Malformed::NoReferrer)?), ..request })
}

/// The seven fields of the Common Log Format, and what follows.
#[inline]
fn seven<'a>(line: &'a [u8], clock: &mut Clock) -> Result<(Request<'a>, &'a [u8]), Malformed> {
    if line.is_empty() {
        return Err(Malformed::Empty);
    }
    // Users may have spaces in their names; a bracket in one is not to be told from the date's.
    let (client, rest) = line.split_at(memchr(b'[', line).ok_or(Malformed::NoClient)?);
    if client.iter().filter(|byte| **byte == b' ').count() < 3 {
        return Err(Malformed::NoClient);
    }
    let end = memchr(b']', rest).ok_or(Malformed::Date)?;
    let hour = clock.clf(&rest[1..end]).ok_or(Malformed::Date)?;
    let rest = rest[end + 1..].strip_prefix(b" ").ok_or(Malformed::NoRequest)?;
    let (text, rest) = quoted(rest).ok_or(Malformed::NoRequest)?;
    let (method, path) = request(text).ok_or(Malformed::Request)?;
    let rest = rest.strip_prefix(b" ").ok_or(Malformed::Status)?;
    let (&code, rest) = rest.split_first_chunk().ok_or(Malformed::Status)?;
    let status = status(code).ok_or(Malformed::Status)?;
    let rest = rest.strip_prefix(b" ").ok_or(Malformed::Bytes)?;
    let (bytes, rest) = bytes(rest).ok_or(Malformed::Bytes)?;
    Ok((Request { method, path, status, time: None, bytes, agent: None, hour: Some(hour) }, rest))
}

/// Text in quotes, in which a backslash protects what follows it; and what follows.
#[inline]
fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some((&text[..at], &text[at + 1..]));
        }
        at += 2;
    }
}

/// Method and path of `GET /path HTTP/1.1`. HTTP/0.9 has no version; some clients send spaces.
#[inline]
fn request(text: &[u8]) -> Option<(Method<'_>, &[u8])> {
    let (method, rest) = text.split_at(memchr(b' ', text)?);
    let target = &rest[1..];
    let version = memchr::memrchr(b' ', target).filter(|at| target[at + 1..].starts_with(b"HTTP/"));
    let target = version.map_or(target, |at| &target[..at]);
    if target.is_empty() {
        return None;
    }
    Some((Method::of(method)?, without_query(target)))
}

/// A number of bytes, or `-` for none.
#[inline]
fn bytes(text: &[u8]) -> Option<(Option<u64>, &[u8])> {
    if let Some(rest) = text.strip_prefix(b"-") {
        return (rest.is_empty() || rest[0] == b' ').then_some((None, rest));
    }
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at(digits);
    if digits == 0 || digits > 18 || rest.first().is_some_and(|byte| *byte != b' ') {
        return None;
    }
    Some((Some(number.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"1.2.3.4 - a b [17/May/2015:10:05:03 +0000] "GET /x y?z=1 HTTP/1.1" 200 203 "http://r/" "Mozilla/5.0 \"q\" [b]" 17"#;

    #[test]
    fn both_formats_are_read() {
        let mut clock = Clock::default();
        let request = Request {
            method: Method::Named(0),
            path: b"/x y",
            status: 200,
            time: None,
            bytes: Some(203),
            agent: None,
            hour: Some(397_738),
        };
        assert_eq!(common(LINE.as_bytes(), &mut clock), Ok(request));
        let agent = Some(&br#"Mozilla/5.0 \"q\" [b]"#[..]);
        assert_eq!(combined(LINE.as_bytes(), &mut clock), Ok(Request { agent, ..request }));
        let old = br#"h - - [17/May/2015:10:05:03 +0000] "GET /" 304 -"#;
        let request = common(old, &mut clock).unwrap();
        assert_eq!((request.path, request.status, request.bytes), (&b"/"[..], 304, None));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut clock = Clock::default();
        for (from, to, reason) in [
            ("1.2.3.4 - a b ", "1.2.3.4 ", Malformed::NoClient),
            ("May", "Mai", Malformed::Date),
            ("] \"GET", "] GET", Malformed::NoRequest),
            ("GET /x y?z=1 HTTP/1.1", "-", Malformed::Request),
            ("GET /x", "\\x16\\x03", Malformed::Request),
            (" 200 ", " 2x0 ", Malformed::Status),
            (" 203 ", " 20a3 ", Malformed::Bytes),
            (" 203 ", " ", Malformed::Bytes),
            ("\"http://r/\" ", "", Malformed::NoReferrer),
            ("\"http://r/\" \"Moz", "\"http://r/", Malformed::NoReferrer),
        ] {
            let line = LINE.replace(from, to);
            assert_eq!(combined(line.as_bytes(), &mut clock), Err(reason), "{line}");
        }
        let agent = LINE.find("\"Mozilla").unwrap();
        assert_eq!(combined(&LINE.as_bytes()[..agent + 8], &mut clock).unwrap().agent, Some(&b"Mozilla"[..]));
        for end in 0..=agent {
            assert!(combined(&LINE.as_bytes()[..end], &mut clock).is_err(), "cut at {end}");
        }
    }
}
